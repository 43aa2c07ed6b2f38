import type { RpcTypedData } from '../functions-host/invocation.ts';
import { type ActionWalk, type CalledState, createActionWalk } from './action-walk.ts';
import type { Decided, Generation, TurnContext } from './generation.ts';
import { joinHistory } from './history-event.ts';
import { InvocationLostError } from './invocation-lost-error.ts';
import { buildOrchestratorInput, readOrchestratorInput } from './orchestrator-input.ts';
import { parseOrchestratorState, parseThrownState } from './orchestrator-state.ts';
import { readEvent } from './played-history.ts';

/** Errors: InvocationLostError only; everything else that goes wrong is a reason to fail the instance. */
async function callOrchestrator(context: TurnContext, name: string, input: RpcTypedData): Promise<CalledState> {
  if (!context.functions.isOrchestrator(name)) {
    return { kind: 'unusable', reason: context.functions.describeUnknown(name, 'orchestrator') };
  }
  try {
    return parseOrchestratorState(await context.invoke(name, input));
  } catch (thrown) {
    if (thrown instanceof InvocationLostError) throw thrown;
    return (
      parseThrownState(thrown) ?? {
        kind: 'unusable',
        reason: thrown instanceof Error ? thrown.message : String(thrown),
      }
    );
  }
}

function toInput({ fast }: TurnContext, { past, fresh, started, ...generation }: Generation): RpcTypedData {
  const row = { ...generation, inputJson: started.Input };
  const isReplaying = past.entries.length > 0;
  if (fast) {
    const history = [...past.read(), ...fresh.map((event) => readEvent(event, false))];
    return { value: readOrchestratorInput(row, history, isReplaying) };
  }
  const historyJson = past.json() + (isReplaying ? ',' : '') + joinHistory(fresh, false);
  return { string: buildOrchestratorInput(row, historyJson, isReplaying) };
}

/** A walk over the actions of a generation, still at its start. */
export function startActionWalk(context: TurnContext, { started }: Generation): ActionWalk {
  return createActionWalk({
    orchestratorName: started.Name,
    executionId: started.OrchestrationInstance.ExecutionId,
    defaultVersion: context.defaultVersion,
    ...context.functions,
  });
}

/** Calls the orchestrator function with the whole history, and walks over all of its actions. Errors: InvocationLostError. */
export async function replayGeneration(context: TurnContext, generation: Generation): Promise<Decided> {
  const { past, fresh, started } = generation;
  const state = await callOrchestrator(context, started.Name, toInput(context, generation));
  const decisions = startActionWalk(context, generation).goOn(state, [...past.entries, ...fresh]);
  return { state, decisions, session: undefined };
}
