import type { OrchestrationContext } from './orchestration-context.ts';
import type { RetryOptions } from './orchestrator-state.ts';
import { createTask, onSettled, type SyncTask, settle } from './sync-task.ts';

/** Delay before the next attempt; 0 = no further attempt. `failures` starts at 1. */
function nextDelayMs(options: RetryOptions, failures: number, firstAttemptMs: number, nowMs: number): number {
  if (nowMs >= firstAttemptMs + options.retryTimeoutMs) return 0;
  return Math.min(
    options.firstRetryIntervalMs * options.backoffCoefficient ** (failures - 1),
    options.maxRetryIntervalMs,
  );
}

/**
 * Runs `attempt` until it succeeds or the options are used up, with a timer between two attempts.
 *
 * After the last failure one more timer, due at once, is created (kept for old histories; durable-functions counts on
 * it). With `retryTimeoutMs` the retries end without that timer, and the JavaScript side waits for ever.
 * Source: Azure/durabletask, src/DurableTask.Core/RetryInterceptor.cs; durable-functions, lib/src/task/RetryableTask.js.
 */
export function runWithRetry(context: OrchestrationContext, options: RetryOptions, attempt: () => SyncTask): SyncTask {
  const result = createTask();
  const firstAttemptMs = context.nowMs();
  let failures = 0;

  function afterFailure(): void {
    failures++;
    if (failures >= options.maxNumberOfAttempts) {
      onSettled(context.createTimer(context.nowMs()).task, () => settle(result, 'failed'));
      return;
    }
    const delayMs = nextDelayMs(options, failures, firstAttemptMs, context.nowMs());
    if (delayMs === 0) settle(result, 'failed');
    else onSettled(context.createTimer(context.nowMs() + delayMs).task, run);
  }

  function run(): void {
    const task = attempt();
    onSettled(task, () => {
      if (task.state === 'completed') settle(result, 'completed');
      else afterFailure();
    });
  }

  run();
  return result;
}
