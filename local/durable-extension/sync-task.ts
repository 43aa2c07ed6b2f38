/**
 * A .NET Task as the orchestration context uses it: its continuations run at once, on the settling call's stack,
 * because Durable Task runs orchestrations on a synchronous scheduler.
 */
export interface SyncTask {
  readonly state: 'pending' | 'completed' | 'failed' | 'canceled';
  /** Runs `then` when the task ends, at once if it has. */
  onSettled(then: () => void): void;
}

export interface SettableTask extends SyncTask {
  /** Only the first call has an effect; returns whether this was it. */
  settle(state: 'completed' | 'failed' | 'canceled'): boolean;
}

export function createTask(): SettableTask {
  let state: SyncTask['state'] = 'pending';
  let continuations: (() => void)[] = [];
  return {
    get state() {
      return state;
    },
    onSettled(then) {
      if (state === 'pending') continuations.push(then);
      else then();
    },
    settle(newState) {
      if (state !== 'pending') return false;
      state = newState;
      const waiting = continuations;
      continuations = [];
      for (const continuation of waiting) continuation();
      return true;
    },
  };
}

/** Task.WhenAny: ends with the first child, however that one ended. */
export function whenAny(children: readonly SyncTask[]): SyncTask {
  const task = createTask();
  for (const child of children) child.onSettled(() => task.settle('completed'));
  return task;
}

/** Task.WhenAll: ends when every child has; failed when one failed. */
export function whenAll(children: readonly SyncTask[]): SyncTask {
  const task = createTask();
  let open = children.length;
  const finish = () => task.settle(children.every((child) => child.state === 'completed') ? 'completed' : 'failed');
  for (const child of children) {
    child.onSettled(() => {
      if (--open === 0) finish();
    });
  }
  if (children.length === 0) finish();
  return task;
}
