import type { ActionWalk } from './action-walk.ts';
import { type ExecutorSession, keepExecutor, knowsExecutor } from './executor-session.ts';
import type { Decided, Generation, TurnContext } from './generation.ts';
import { EventType, type HistoryEvent } from './history-event.ts';
import { InvocationLostError } from './invocation-lost-error.ts';
import { readOrchestratorInput } from './orchestrator-input.ts';
import { type OrchestratorAction, parseOrchestratorState } from './orchestrator-state.ts';
import { readEvent } from './played-history.ts';
import { startActionWalk } from './replay-generation.ts';

/** What is kept of a generation between its turns, so that a turn is given only what is new, as in .NET's extended sessions. */
export interface GenerationSession {
  readonly executor: ExecutorSession;
  /** As parsed so far: actions are only added. */
  readonly actions: OrchestratorAction[];
  walk: ActionWalk;
  /** Entries of the history that the walk has seen. */
  walked: number;
}

/** How many of the new entries do no more than begin the turn: OrchestratorStarted, in the first turn ExecutionStarted. */
function countBeginning(fresh: readonly HistoryEvent[]): number {
  const rest = fresh.findIndex(
    (event) => event.EventType !== EventType.OrchestratorStarted && event.EventType !== EventType.ExecutionStarted,
  );
  return rest < 0 ? fresh.length : rest;
}

/** Calls the orchestrator function as for a replay of everything up to the beginning of this turn. Errors: InvocationLostError. */
async function openSession(context: TurnContext, generation: Generation): Promise<GenerationSession | undefined> {
  const { started, past, fresh, instanceId, parentInstanceId } = generation;
  if (!knowsExecutor || !context.functions.isOrchestrator(started.Name)) return undefined;
  const beginning = fresh.slice(0, countBeginning(fresh)).map((event) => readEvent(event, false));
  const row = { instanceId, parentInstanceId, inputJson: started.Input };
  const value = readOrchestratorInput(row, [...past.read(), ...beginning], past.entries.length > 0);
  let invocationContext: unknown;
  try {
    await context.invoke(started.Name, {
      value,
      onContext(used) {
        invocationContext = used;
      },
    });
  } catch (thrown) {
    if (thrown instanceof InvocationLostError) throw thrown;
    return undefined;
  }
  const executor = keepExecutor(invocationContext);
  return executor && { executor, actions: [], walk: startActionWalk(context, generation), walked: 0 };
}

/**
 * The same as a replay, by going on from the turn before.
 *
 * Shape: → what was decided, and the session for the next turn; undefined when only a replay can tell.
 * Errors: InvocationLostError.
 */
export async function continueGeneration(context: TurnContext, generation: Generation): Promise<Decided | undefined> {
  const { past, fresh } = generation;
  const session = generation.session ?? (await openSession(context, generation));
  if (session === undefined) return undefined;
  const begun = generation.session === undefined ? countBeginning(fresh) : 0;
  const returned = session.executor.resume(fresh.slice(begun));
  if (returned === undefined) return undefined;
  const state = parseOrchestratorState(returned, session.actions);
  if (session.walked > 0 && !session.walk.mayGoOn()) {
    session.walk = startActionWalk(context, generation);
    session.walked = 0;
  }
  const decisions = session.walk.goOn(state, [...past.entries.slice(session.walked), ...fresh]);
  session.walked = past.entries.length + fresh.length;
  return { state, decisions, session };
}
