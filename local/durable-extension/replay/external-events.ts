import { createTask, type SyncTask, settle } from './sync-task.ts';

/** Waiters and buffered external events of one orchestration. Names ignore case, as in .NET. */
export interface ExternalEvents {
  wait(name: string): SyncTask;
  raise(name: string): void;
}

/**
 * Waiters are a stack (the last one gets the event), events without a waiter a queue.
 *
 * Source: Azure/azure-functions-durable-extension, DurableOrchestrationContext.cs, WaitForExternalEvent and RaiseEvent.
 */
export function createExternalEvents(): ExternalEvents {
  const waiters = new Map<string, SyncTask[]>();
  const buffered = new Map<string, number>();

  return {
    wait(name) {
      const key = name.toLowerCase();
      const waiting = buffered.get(key) ?? 0;
      if (waiting > 0) {
        buffered.set(key, waiting - 1);
        return createTask('completed');
      }
      const task = createTask();
      waiters.set(key, [...(waiters.get(key) ?? []), task]);
      return task;
    },
    raise(name) {
      const key = name.toLowerCase();
      const waiter = waiters.get(key)?.pop();
      if (waiter === undefined) buffered.set(key, (buffered.get(key) ?? 0) + 1);
      else settle(waiter, 'completed');
    },
  };
}
