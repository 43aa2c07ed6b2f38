/**
 * A .NET Task as the orchestration context uses it: its continuations run at once, on the settling call's stack,
 * because Durable Task runs orchestrations on a synchronous scheduler.
 */
export interface SyncTask {
  state: 'pending' | 'completed' | 'failed' | 'canceled';
  continuations: (() => void)[];
}

export function createTask(state: SyncTask['state'] = 'pending'): SyncTask {
  return { state, continuations: [] };
}

/** Runs `then` when the task ends, at once if it has. */
export function onSettled(task: SyncTask, then: () => void): void {
  if (task.state !== 'pending') then();
  else task.continuations.push(then);
}

/** Ends the task. Only the first call has an effect; returns whether this was it. */
export function settle(task: SyncTask, state: Exclude<SyncTask['state'], 'pending'>): boolean {
  if (task.state !== 'pending') return false;
  task.state = state;
  for (const continuation of task.continuations.splice(0)) continuation();
  return true;
}

/** Task.WhenAny: ends with the first child, however that one ended. */
export function whenAny(children: readonly SyncTask[]): SyncTask {
  const task = createTask();
  for (const child of children) onSettled(child, () => settle(task, 'completed'));
  return task;
}

/** Task.WhenAll: ends when every child has; failed when one failed. */
export function whenAll(children: readonly SyncTask[]): SyncTask {
  const task = createTask();
  let open = children.length;
  const finish = () => settle(task, children.every((child) => child.state === 'completed') ? 'completed' : 'failed');
  for (const child of children) {
    onSettled(child, () => {
      if (--open === 0) finish();
    });
  }
  if (children.length === 0) finish();
  return task;
}
