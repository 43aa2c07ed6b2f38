import { END_REASONS } from '../simulated-graph/call-life.ts';
import {
  LARGEST_CLOCK_ERROR_MS,
  OPPORTUNITY_MS,
  PROBED_AFTER_MS,
  RECONCILER_OPPORTUNITY_MS,
  TOKEN_HANG_MS,
} from './assumptions.ts';
import { contains, hasStretch, type Interval, without } from './intervals.ts';
import type { SentKeepAlive } from './journal.ts';
import { engineDelayMs, troublesOf } from './troubles.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const INTERVAL_MS = 15 * MINUTE_MS;
const LAST_STRETCH_STARTS_MS = 40 * MINUTE_MS;
const LIMIT_MS = 45 * MINUTE_MS;
/** The time limit of a request to the table. */
const NOTED_WITHIN_MS = 10_000;
const STARTS = new Set(['established', 'hold', 'transferring']);

/**
 * Invariant (a). Graph itself ends a call after 45 minutes without a success, so it is enough to look at the calls that
 * it ended for that: none of them may have had an opportunity in their last 45 minutes.
 *
 * An opportunity is a minute without trouble between the moment the keepAlive was due and 5 minutes before the deadline
 * (with one good minute in every ten there always is one), or the first minutes of the last five.
 */
export function checkGaps(world: World): void {
  for (const entry of world.graph.keepAliveLog()) {
    if (entry.kind !== 'transition' || entry.resultInfo?.subcode !== END_REASONS.keepAliveTimeout.subcode) continue;
    const why = opportunityBefore(world, entry.callId, entry.atMs);
    if (why !== undefined)
      world.journal.violate('a', entry.callId, `Graph ended it after 45 minutes without a keepAlive, ${why}`);
    else world.journal.note(`call ${entry.callId.slice(0, 8)} was lost without an opportunity`);
  }
}

function opportunityBefore(world: World, callId: string, endedAtMs: number): string | undefined {
  const { journal } = world;
  const fromMs = endedAtMs - LIMIT_MS;
  const accepted = journal.notifications.filter(
    ({ callId: id, status }) => id === callId && status !== undefined && status < 300,
  );
  const firstSeenAtMs = accepted[0]?.atMs;
  if (firstSeenAtMs === undefined) return undefined;
  const sent = journal.keepAlives.filter((keepAlive) => keepAlive.callId === callId && keepAlive.sentAtMs < endedAtMs);
  const successes = sent.filter(({ status }) => status === 200);
  const isFirst = successes.length === 0;
  const operated = journal.operated.filter((one) => one.callId === callId && one.interval.fromMs < endedAtMs);
  if (operated.some(({ kind }) => kind === 'terminated')) return undefined;
  const startedAtMs = accepted.find(({ state }) => STARTS.has(state))?.atMs ?? world.table.firstTime(callId, 'active');
  const byReconciler =
    startedAtMs === undefined || startedAtMs > endedAtMs || operated.some(({ interval }) => interval.toMs > fromMs);
  const dueAtMs = Math.max(
    isFirst ? firstSeenAtMs + INTERVAL_MS : fromMs + INTERVAL_MS,
    startedAtMs ?? firstSeenAtMs + PROBED_AFTER_MS,
  );
  const troubles = troublesOf(world, callId, { withTable: byReconciler });
  // The app's 45 minutes begin with the first notification that it took in.
  const lastStretchAtMs = (isFirst ? firstSeenAtMs : fromMs) + LAST_STRETCH_STARTS_MS;
  const clockErrorMs = world.plan.has('clockJumps') ? 2 * LARGEST_CLOCK_ERROR_MS : 0;
  const tokenMs = world.plan.has('tokenEndpointDown') ? TOKEN_HANG_MS : 0;
  const enoughMs = OPPORTUNITY_MS + tokenMs + engineDelayMs(world);
  if (byReconciler) {
    const whole = { fromMs: dueAtMs, toMs: endedAtMs };
    return hasStretch(whole, troubles, RECONCILER_OPPORTUNITY_MS + enoughMs)
      ? 'though the reconciler had its time'
      : undefined;
  }
  // The app's own clock for the call may have begun earlier, when it did not hear of a success; it is overdue then.
  const last200 = successes.at(-1);
  if (last200 !== undefined && (last200.wasLost || wasForgotten(world, callId, last200, startedAtMs))) {
    const whole = { fromMs: dueAtMs, toMs: endedAtMs };
    return hasStretch(whole, [...troubles, ...waits(sent, endedAtMs)], 5 * MINUTE_MS + enoughMs)
      ? 'though it had five minutes'
      : undefined;
  }
  const normal = { fromMs: dueAtMs, toMs: Math.min(lastStretchAtMs, endedAtMs) };
  const held = waits(sent, lastStretchAtMs);
  if (hasStretch(normal, [...troubles, ...held], enoughMs)) return 'though Graph accepted for a minute';
  const last: Interval = {
    fromMs: lastStretchAtMs - clockErrorMs - MINUTE_MS,
    toMs: lastStretchAtMs + clockErrorMs + enoughMs,
  };
  const isQuiet =
    dueAtMs < last.fromMs &&
    last.toMs < endedAtMs &&
    without(last, troubles).length === 1 &&
    hasStretch(last, troubles, last.toMs - last.fromMs);
  return isQuiet ? 'though Graph accepted in the last five minutes' : undefined;
}

/** A success of the reconciler, of which the table did not take note: the orchestration then starts without knowing of it. */
function wasForgotten(
  { journal }: World,
  callId: string,
  { answeredAtMs }: SentKeepAlive,
  startedAtMs: number | undefined,
): boolean {
  const whileNoted = { fromMs: answeredAtMs, toMs: answeredAtMs + NOTED_WITHIN_MS };
  return (
    answeredAtMs < (startedAtMs ?? Number.POSITIVE_INFINITY) &&
    journal.troubles.some(
      (trouble) => trouble.ofStore && trouble.callId === callId && contains(whileNoted, trouble.fromMs),
    )
  );
}

/** When the app may be waiting because of what Graph answered: a Retry-After, a refusal, a 404 that proves nothing. */
function waits(sent: readonly SentKeepAlive[], untilMs: number): readonly Interval[] {
  return sent.flatMap(({ answeredAtMs, status, isGone, retryAfterSeconds }) => {
    const waitMs =
      status === 400 || status === 401 || status === 403
        ? INTERVAL_MS
        : status === 404 && !isGone
          ? 3 * MINUTE_MS
          : retryAfterSeconds === undefined
            ? 0
            : (retryAfterSeconds + 2) * 1_000;
    return waitMs === 0 ? [] : [{ fromMs: answeredAtMs, toMs: Math.min(untilMs, answeredAtMs + waitMs) }];
  });
}
