import durableFunctions from 'durable-functions/package.json' with { type: 'json' };
import type { HistoryEvent } from './history-event.ts';
import type { ReadEvent } from './played-history.ts';

/** False with any release but the one whose internals are described below: there are no sessions then, only replays. */
export const knowsExecutor = durableFunctions.version === '3.5.0';

/** What is used of a task. Source: lib/src/task/TaskBase.js, DFTask.js. */
interface Task {
  isPlayed: boolean;
  readonly parent?: Task;
}

/** What is used of `TaskOrchestrationExecutor`. Source: lib/src/orchestrations/TaskOrchestrationExecutor.js. */
interface Executor {
  _isReplaying: boolean;
  readonly actions: readonly unknown[];
  readonly output: unknown;
  readonly exception: unknown;
  readonly openTasks: Readonly<Record<string, Task>>;
  readonly openEvents: Readonly<Record<string, readonly Task[]>>;
  processEvent(event: ReadEvent): void;
  setTaskValue(event: ReadEvent, isSuccess: boolean, idKey: keyof ReadEvent): void;
  isDoneExecuting(): boolean;
  hasCompletedSuccessfully(): boolean;
}

/** What is used of `DurableOrchestrationContext`. Source: lib/src/orchestrations/DurableOrchestrationContext.js. */
interface Context {
  readonly taskOrchestratorExecutor: Executor;
  /** The history as the executor was given it. */
  readonly state: ReadEvent[];
  readonly customStatus: unknown;
  isReplaying: boolean;
}

/** A generator that stays alive between the turns of one generation. */
export interface ExecutorSession {
  /**
   * Goes on with `fresh`, the events of one turn, OrchestratorStarted first.
   *
   * Shape: → what `execute` returns after a replay of the whole history; undefined when the orchestrator threw, or the
   * events do not fit. The session is then of no more use, and a full replay tells what is wrong.
   */
  resume(fresh: readonly HistoryEvent[]): unknown;
}

/**
 * Keeps the executor of durable-functions 3.5.0 that has just run, to give it only what is new. The one place that reaches
 * into the package: what `Orchestrator.handle` (lib/src/orchestrations/Orchestrator.js) leaves in the invocation context,
 * and what `TaskOrchestrationExecutor.execute` does with each event.
 *
 * A replay differs from what goes on in one thing: events of earlier turns are played, which `isReplaying` shows once a
 * task that they have settled is yielded. So what a turn has settled, and its events, count as played from the next turn on.
 *
 * Shape: the invocation context, after an execution in which no task was settled by a new event → the session; undefined
 * when it does not look as described above.
 */
export function keepExecutor(invocationContext: unknown): ExecutorSession | undefined {
  const context: unknown = Object(invocationContext).df;
  return isContext(context) ? createSession(context) : undefined;
}

function createSession(context: Context): ExecutorSession {
  const { taskOrchestratorExecutor: executor, state: history } = context;
  const { setTaskValue } = executor;
  let settled: Task[] = [];
  let latest: { IsPlayed: boolean }[] = [];
  let hasResumed = false;
  executor.setTaskValue = (event, isSuccess, idKey) => {
    const key = String(event[idKey]);
    const task = executor.openTasks[key] ?? executor.openEvents[key]?.at(-1);
    if (task !== undefined) settled.push(task);
    setTaskValue.call(executor, event, isSuccess, idKey);
  };

  function process(fresh: readonly HistoryEvent[]): void {
    for (const task of settled) markPlayed(task);
    for (const event of latest) event.IsPlayed = true;
    if (hasResumed) context.isReplaying = true;
    hasResumed = true;
    settled = [];
    latest = [];
    executor._isReplaying = false;
    for (const event of fresh) {
      const read = { ...event, Timestamp: new Date(event.Timestamp), IsPlayed: false };
      history.push(read);
      latest.push(read);
      if (!executor.isDoneExecuting()) executor.processEvent(read);
    }
  }

  return {
    resume(fresh) {
      try {
        process(fresh);
      } catch {
        return undefined;
      }
      if (executor.exception !== undefined) return undefined;
      const { actions, output } = executor;
      const customStatus = context.customStatus || undefined;
      return { isDone: executor.hasCompletedSuccessfully(), actions: [actions], output, customStatus };
    },
  };
}

function markPlayed(task: Task): void {
  for (let one: Task | undefined = task; one !== undefined; one = one.parent) one.isPlayed = true;
}

function isContext(context: unknown): context is Context {
  const { taskOrchestratorExecutor: executor, state } = Object(context);
  return Array.isArray(state) && isExecutor(executor);
}

function isExecutor(executor: unknown): executor is Executor {
  const { _isReplaying, actions, openTasks, openEvents, ...rest } = Object(executor);
  const methods = ['processEvent', 'setTaskValue', 'isDoneExecuting', 'hasCompletedSuccessfully'];
  return (
    typeof _isReplaying === 'boolean' &&
    Array.isArray(actions) &&
    typeof openTasks === 'object' &&
    typeof openEvents === 'object' &&
    'output' in rest &&
    'exception' in rest &&
    methods.every((name) => typeof Object(executor)[name] === 'function')
  );
}
