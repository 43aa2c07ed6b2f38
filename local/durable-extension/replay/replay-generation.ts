import type { Invoke } from '../../functions-host/invocation.ts';
import type { FunctionTable } from '../extension-options.ts';
import type { ExecutionStarted, HistoryEvent } from '../hub/history-event.ts';
import { InvocationLostError } from '../invocation-lost-error.ts';
import { type CalledState, walkActions } from './action-walk.ts';
import type { Decision } from './decision.ts';
import { buildOrchestratorInput } from './orchestrator-input.ts';
import { parseOrchestratorState, parseThrownState } from './orchestrator-state.ts';

export interface TurnContext {
  readonly invoke: Invoke;
  readonly functions: FunctionTable;
  readonly defaultVersion: string | null;
  readonly newId: () => string;
}

/** One generation as a turn finds it. */
export interface Generation {
  readonly instanceId: string;
  readonly parentInstanceId: string | null;
  readonly started: ExecutionStarted;
  readonly past: readonly HistoryEvent[];
  readonly fresh: readonly HistoryEvent[];
}

/** Errors: InvocationLostError only; everything else that goes wrong is a reason to fail the instance. */
async function callOrchestrator(context: TurnContext, name: string, input: string): Promise<CalledState> {
  if (!context.functions.isOrchestrator(name)) {
    return { kind: 'unusable', reason: context.functions.describeUnknown(name, 'orchestrator') };
  }
  try {
    return parseOrchestratorState(await context.invoke(name, { string: input }));
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

/**
 * Calls the orchestrator function with the whole history, and walks over all of its actions.
 *
 * Shape: → the decisions that are not in the history yet, and the custom status as JSON text.  Errors: InvocationLostError.
 */
export async function replayGeneration(
  context: TurnContext,
  generation: Generation,
): Promise<{ readonly decisions: readonly Decision[]; readonly customStatus: string | null }> {
  const { past, fresh, started } = generation;
  const state = await callOrchestrator(
    context,
    started.Name,
    buildOrchestratorInput({ ...generation, inputJson: started.Input }, past, fresh),
  );
  const decisions = walkActions({
    orchestratorName: started.Name,
    executionId: started.OrchestrationInstance.ExecutionId,
    state,
    history: [...past, ...fresh],
    defaultVersion: context.defaultVersion,
    ...context.functions,
  });
  return { decisions, customStatus: 'kind' in state ? null : state.customStatus };
}
