import {
  type DurableOrchestrationContext,
  type OrchestrationContext,
  RetryOptions,
  type Task,
} from 'durable-functions';
import { parsePostponed } from '../core/call-end/delivery-postponed-error.ts';
import {
  CALL_ENDED_EVENT,
  CLEAN_UP_ACTIVITY,
  DELIVER_CALL_ENDED_ACTIVITY,
  KEEP_ALIVE_ACTIVITY,
} from '../core/keepalive/durable-names.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { advance, end, nextStep } from '../core/keepalive/keepalive-machine.ts';
import { type CallEnded, deadlineMs, type KeepaliveState } from '../core/keepalive/keepalive-state.ts';
import { toKeepaliveStatus } from '../core/keepalive/keepalive-status.ts';
import { parseCallEnded, parseKeepaliveState, parseOutcome } from '../core/keepalive/parse-keepalive.ts';
import { isPlainObject } from '../core/values/plain-object.ts';
import type { CleanUpInput } from './clean-up.ts';
import type { KeepAliveInput } from './keep-alive.ts';

/**
 * Tries per generation: the history starts afresh after so many, which bounds what each turn has to replay.
 * Rare, because an event that is buffered across `continueAsNew` would be lost.
 */
const ATTEMPTS_PER_GENERATION = 48;
const CLEAN_UP_TRIES = 300;
const DELIVERY_TRIES = 30;
const DELIVERY_BACKOFF = 3;

/**
 * The orchestrator: keeps one call alive until it has ended, then cleans up.
 *
 * Replayed by the engine for as long as an instance lives: change the order or kind of its yields only behind a branch
 * on `context.df.version`. Every decision is made in core; this function only waits, calls and remembers.
 * One wait for `callEnded` per generation, made before the loop: the last waiter gets an event, so a wait per round
 * would lose one. `Task.any` does not see an event that came while nothing was yielded on it: hence `isCompleted`.
 * Source: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-eternal-orchestrations
 */
export function* keepCallAlive(
  context: OrchestrationContext,
  attemptsPerGeneration = ATTEMPTS_PER_GENERATION,
): Generator<Task, unknown, unknown> {
  const { df } = context;
  let state = parseKeepaliveState(df.getInput(), df.instanceId);
  const callEnded = df.waitForExternalEvent(CALL_ENDED_EVENT);

  for (let attempts = 0; ; attempts++) {
    if (isDone(callEnded)) state = end(state, parseCallEnded(callEnded.result));
    const nowMs = df.currentUtcDateTime.getTime();
    const step = nextStep(state, nowMs);
    if (step.kind === 'end') return yield* finish(context, end(state, step.ended));
    if (attempts >= attemptsPerGeneration) {
      df.continueAsNew(state);
      return undefined;
    }
    showStatus(df, state, nowMs);
    if (step.kind === 'wait') {
      const timer = df.createTimer(new Date(step.untilMs));
      if ((yield df.Task.any([callEnded, timer])) === callEnded) {
        if (!isDone(timer)) timer.cancel();
        continue;
      }
    }
    let result: unknown;
    try {
      result = yield df.callActivity(KEEP_ALIVE_ACTIVITY, toInput(state));
    } catch {
      result = undefined; // A worker crash, a time-out: counts as a failed try.
    }
    const doneAtMs = df.currentUtcDateTime.getTime();
    state = advance(state, parseOutcome(result, doneAtMs), doneAtMs);
  }
}

function toInput(state: KeepaliveState): KeepAliveInput {
  const failed = state.attempts - state.keepAlives;
  return {
    graphCallId: state.graphCallId,
    tenantId: state.tenantId,
    attempt: state.attempts + 1,
    ...(failed > 0 ? { failed } : {}),
    ...(state.consecutiveFailures > 0 ? { failures: state.consecutiveFailures } : {}),
    dueAtMs: state.nextKeepAliveAtMs,
    deadlineAtMs: deadlineMs(state),
  };
}

function* finish({ df }: OrchestrationContext, state: KeepaliveState): Generator<Task, unknown, unknown> {
  const ended: CallEnded = state.ended ?? { reason: 'expired' };
  showStatus(df, state, df.currentUtcDateTime.getTime());
  const input: CleanUpInput = {
    callId: state.callId,
    graphCallId: state.graphCallId,
    ended,
    ...(state.establishedAtMs === undefined ? {} : { establishedAtMs: state.establishedAtMs }),
    keepAlives: state.keepAlives,
    ...(state.lastKeepAliveAtMs === undefined ? {} : { lastKeepAliveAtMs: state.lastKeepAliveAtMs }),
    ...(state.worstMarginMs === undefined ? {} : { worstMarginMs: state.worstMarginMs }),
    ...(state.misconfigurationSuspected === undefined ? {} : { misconfigurationSuspected: true }),
  };
  let cleanedUp: unknown;
  try {
    cleanedUp = yield df.callActivityWithRetry(CLEAN_UP_ACTIVITY, cleanUpRetry(state), input);
  } catch {
    cleanedUp = undefined; // the reconciler closes the record from the output
  }
  const webhook = asksForDelivery(cleanedUp) ? yield* deliver(df, state, input) : undefined;
  return {
    callId: state.callId,
    endReason: ended.reason,
    ...(ended.resultInfo === undefined ? {} : { resultInfo: ended.resultInfo }),
    keepAlives: state.keepAlives,
    attempts: state.attempts,
    ...(state.lastKeepAliveAtMs === undefined ? {} : { lastKeepAliveAtMs: state.lastKeepAliveAtMs }),
    cleanUp: cleanedUp === undefined ? 'failed' : 'done',
    ...(webhook === undefined ? {} : { webhook }),
  };
}

/**
 * Tells the bot's webhook; tried for a day, and as long again when others are told at the same time. The activity logs each
 * failure, and nothing is lost: the record has it all. A delivery that has to wait for its turn is no try. The history is
 * that of `callActivityWithRetry`, which a host of the release before goes on with.
 */
function* deliver(
  df: DurableOrchestrationContext,
  state: KeepaliveState,
  input: CleanUpInput,
): Generator<Task, 'delivered' | 'undelivered', unknown> {
  const { limits } = state;
  if (limits.deliverForMs === undefined) return yield* deliverByEngineRetries(df, state, input);
  const giveUpAtMs = df.currentUtcDateTime.getTime() + limits.deliverForMs;
  let postponed: number | undefined;
  for (let failures = 0; ; ) {
    try {
      yield df.callActivity(DELIVER_CALL_ENDED_ACTIVITY, { ...input, postponed });
      return 'delivered';
    } catch (error) {
      const nowMs = df.currentUtcDateTime.getTime();
      const postponedMs = parsePostponed(error);
      if (postponedMs === undefined) failures++;
      else postponed = (postponed ?? 0) + 1;
      if (failures >= DELIVERY_TRIES || nowMs >= giveUpAtMs) return 'undelivered';
      yield df.createTimer(new Date(nowMs + (postponedMs ?? nextDeliveryMs(limits, failures))));
    }
  }
}

function* deliverByEngineRetries(
  df: DurableOrchestrationContext,
  state: KeepaliveState,
  input: CleanUpInput,
): Generator<Task, 'delivered' | 'undelivered', unknown> {
  try {
    yield df.callActivityWithRetry(DELIVER_CALL_ENDED_ACTIVITY, deliveryRetry(state), input);
    return 'delivered';
  } catch {
    return 'undelivered';
  }
}

/** A day of tries. Never `retryTimeoutInMilliseconds`: durable-functions 3.5 waits for ever once it has passed. */
function cleanUpRetry({ limits }: KeepaliveState): RetryOptions {
  const retry = new RetryOptions(limits.firstDelayMs, CLEAN_UP_TRIES);
  retry.backoffCoefficient = 2;
  retry.maxRetryIntervalInMilliseconds = limits.overdueIntervalMs;
  return retry;
}

/** 5 s, then three times as long each time up to an hour: 24 hours in all. */
function deliveryRetry({ limits }: KeepaliveState): RetryOptions {
  const retry = new RetryOptions(limits.firstDelayMs, DELIVERY_TRIES);
  retry.backoffCoefficient = DELIVERY_BACKOFF;
  retry.maxRetryIntervalInMilliseconds = longestDeliveryDelayMs(limits);
  return retry;
}

/** The same delays. */
function nextDeliveryMs(limits: KeepaliveLimits, failures: number): number {
  return Math.min(limits.firstDelayMs * DELIVERY_BACKOFF ** (failures - 1), longestDeliveryDelayMs(limits));
}

function longestDeliveryDelayMs({ expireAfterMs }: KeepaliveLimits): number {
  return Math.round(expireAfterMs / 24);
}

/** Written out only when the turn ends: a replay sets the status of every earlier beat, and only the last one counts. */
function showStatus(df: DurableOrchestrationContext, state: KeepaliveState, nowMs: number): void {
  df.setCustomStatus({ toJSON: () => toKeepaliveStatus(state, nowMs) });
}

function asksForDelivery(cleanedUp: unknown): boolean {
  return isPlainObject(cleanedUp) && cleanedUp.deliver === true;
}

/** The one place that reads a task's completion: durable-functions 4 renames it to `isComplete`. */
function isDone(task: Pick<Task, 'isCompleted'>): boolean {
  return task.isCompleted;
}
