import type { HistoryEvent } from '../hub/history-event.ts';
import { type Decision, NonDeterministicOrchestrationError } from './decision.ts';
import { createOrchestrationContext, type OrchestrationContext } from './orchestration-context.ts';
import type { OrchestratorAction, OrchestratorState } from './orchestrator-state.ts';
import { runWithRetry } from './retry-interceptor.ts';
import { createTask, onSettled, type SyncTask, settle, whenAll, whenAny } from './sync-task.ts';

/** What the orchestrator function returned for exactly this history; or why it could not be called. */
export type CalledState = OrchestratorState | { readonly kind: 'unusable'; readonly reason: string };

export interface ActionWalk {
  readonly orchestratorName: string;
  readonly executionId: string;
  readonly state: CalledState;
  readonly history: readonly HistoryEvent[];
  readonly defaultVersion: string | null;
  readonly isActivity: (name: string) => boolean;
  readonly isOrchestrator: (name: string) => boolean;
  /** The text for an unknown function. */
  readonly describeUnknown: (name: string, type: 'activity' | 'orchestrator') => string;
}

type Outcome =
  | { readonly kind: 'completed'; readonly output: string | null }
  | { readonly kind: 'failed'; readonly reason: string };

/** Timers longer than this are made of pieces. Source: DurabilityProvider.cs, MaximumDelayTime, LongRunningTimerIntervalLength. */
const maximumDelayMs = 6 * 24 * 3_600_000;
const longRunningTimerIntervalMs = 3 * 24 * 3_600_000;

function createLongTimer(context: OrchestrationContext, fireAtMs: number, isCanceled: boolean): SyncTask {
  const result = createTask();
  function next(): void {
    const remainingMs = fireAtMs - context.nowMs();
    if (remainingMs <= 0) {
      settle(result, 'completed');
      return;
    }
    const piece = context.createTimer(context.nowMs() + Math.min(remainingMs, longRunningTimerIntervalMs));
    onSettled(piece.task, next);
  }
  const first = context.createTimer(context.nowMs() + longRunningTimerIntervalMs);
  if (isCanceled) {
    first.cancel();
    settle(result, 'canceled');
  } else {
    onSettled(first.task, next);
  }
  return result;
}

function createTimer(context: OrchestrationContext, fireAtMs: number, isCanceled: boolean): SyncTask {
  if (fireAtMs - context.nowMs() > maximumDelayMs) return createLongTimer(context, fireAtMs, isCanceled);
  const { task, cancel } = context.createTimer(fireAtMs);
  if (isCanceled) cancel();
  return task;
}

function invokeAction(context: OrchestrationContext, walk: ActionWalk, action: OrchestratorAction): SyncTask {
  switch (action.kind) {
    case 'callActivity': {
      if (!walk.isActivity(action.name)) throw new Error(walk.describeUnknown(action.name, 'activity'));
      const attempt = () => context.scheduleActivity(action.name, action.input);
      return action.retry === undefined ? attempt() : runWithRetry(context, action.retry, attempt);
    }
    case 'callSubOrchestrator': {
      if (!walk.isOrchestrator(action.name)) throw new Error(walk.describeUnknown(action.name, 'orchestrator'));
      const version = action.version ?? walk.defaultVersion;
      const attempt = () => context.createSubOrchestration(action.name, version, action.instanceId, action.input);
      return action.retry === undefined ? attempt() : runWithRetry(context, action.retry, attempt);
    }
    case 'createTimer':
      return createTimer(context, action.fireAtMs, action.isCanceled);
    case 'waitForExternalEvent':
      return context.waitForExternalEvent(action.name);
    case 'continueAsNew': {
      context.continueAsNew(action.input);
      return createTask('completed');
    }
    case 'whenAny':
      return whenAny(action.children.map((child) => invokeAction(context, walk, child)));
    case 'whenAll':
      return whenAll(action.children.map((child) => invokeAction(context, walk, child)));
    case 'unsupported':
      throw new Error(`the local host does not support ${action.what}; use activities instead`);
    default:
      return action satisfies never;
  }
}

/** Awaits the actions one after the other (how each ends is the function's business), then reports the outcome. */
function startWalk(context: OrchestrationContext, walk: ActionWalk, onOutcome: (outcome: Outcome) => void): void {
  const { state } = walk;
  if ('kind' in state) {
    onOutcome({ kind: 'failed', reason: state.reason });
    return;
  }
  const { actions, error, isDone, output } = state;

  function step(from: number): void {
    for (let index = from; index < actions.length; index++) {
      const action = actions[index];
      if (action === undefined) break;
      const task = invokeAction(context, walk, action);
      if (task.state === 'pending') {
        onSettled(task, () => continueAt(index + 1));
        return;
      }
    }
    if (error !== undefined) onOutcome({ kind: 'failed', reason: error });
    else if (isDone) onOutcome({ kind: 'completed', output });
  }

  function continueAt(index: number): void {
    try {
      step(index);
    } catch (thrown) {
      onOutcome({ kind: 'failed', reason: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }

  continueAt(0);
}

/**
 * The decisions of one turn: replays the history against the function's actions, awaiting them in order.
 *
 * Nothing completes, fails or continues as new while a task or timer is open; waits for external events do not count.
 * Source: Azure/azure-functions-durable-extension, OutOfProcOrchestrationShim.cs; Azure/durabletask,
 * TaskOrchestrationExecutor.cs.
 */
export function walkActions(walk: ActionWalk): readonly Decision[] {
  let outcome: Outcome | undefined;
  const context = createOrchestrationContext({
    executionId: walk.executionId,
    onExecutionStarted: () =>
      startWalk(context, walk, (reached) => {
        outcome ??= reached;
      }),
  });
  try {
    for (const event of walk.history) context.process(event);
    if (!context.hasOpenTasks) finish(context, walk.orchestratorName, outcome);
  } catch (thrown) {
    if (!(thrown instanceof NonDeterministicOrchestrationError)) throw thrown;
    context.complete('Failed', thrown.message, `Unhandled exception while executing orchestration: ${thrown.message}`);
  }
  return context.decisions;
}

function finish(context: OrchestrationContext, orchestratorName: string, outcome: Outcome | undefined): void {
  if (outcome === undefined) return;
  if (outcome.kind === 'completed') {
    context.complete('Completed', outcome.output, null);
    return;
  }
  const reason = `Orchestrator function '${orchestratorName}' failed: ${outcome.reason}`;
  context.complete('Failed', reason, `Message: ${outcome.reason}`);
}
