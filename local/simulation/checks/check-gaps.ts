import { END_REASONS } from '../../simulated-graph/call-life.ts';
import {
  GRAPH_SLOW_MS,
  LARGEST_CLOCK_ERROR_MS,
  OPPORTUNITY_MS,
  PROBED_AFTER_MS,
  RECONCILER_OPPORTUNITY_MS,
  TOKEN_HANG_MS,
} from '../assumptions.ts';
import { contains, hasStretch, type Interval, overlap } from '../intervals.ts';
import type { SentKeepAlive } from '../journal.ts';
import { responsibilityFor } from '../responsibility.ts';
import { engineDelayMs, troublesOf } from '../troubles.ts';
import type { World } from '../world.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const INTERVAL_MS = 15 * MINUTE_MS;
/** From here on no answer of Graph lets the app wait. */
const LAST_STRETCH_STARTS_MS = 33 * MINUTE_MS;
const LIMIT_MS = 45 * MINUTE_MS;
/** The time limit of a request to the table. */
const NOTED_WITHIN_MS = 10_000;

/**
 * Invariant (a). Graph itself ends a call after 45 minutes without a success, so it is enough to look at the calls that
 * it ended for that: none of them may have had an opportunity in their last 45 minutes.
 *
 * An opportunity is a minute without trouble since the keepAlive was due (with one good minute in every ten there always
 * is one). Up to the last twelve minutes it does not count while the app waits as Graph had asked.
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
  const ours = responsibilityFor(world, callId, endedAtMs);
  if (ours === undefined) return undefined;
  const fromMs = endedAtMs - LIMIT_MS;
  const sent = world.journal.keepAlives.filter((one) => one.callId === callId && one.sentAtMs < endedAtMs);
  const lastSuccess = sent.findLast(({ status }) => status === 200);
  const dueAtMs = Math.max(
    lastSuccess === undefined ? ours.firstDueAtMs : fromMs + INTERVAL_MS,
    ours.startedAtMs ?? ours.knownAtMs + PROBED_AFTER_MS,
    world.plan.has('graphUnknownBeforeEstablished') ? trulyEstablishedMs(world, callId) : 0,
  );
  const enoughMs = OPPORTUNITY_MS + slackMs(world);
  const toReconciler = reconcilersShare(ours, { fromMs: dueAtMs, toMs: endedAtMs });
  const allTroubles = troublesOf(world, callId, { withTable: true });
  if (toReconciler.some((share) => hasStretch(share, allTroubles, RECONCILER_OPPORTUNITY_MS + enoughMs)))
    return 'though the reconciler had its time';
  if (ours.startedAtMs === undefined) return undefined;
  const troubles = [...troublesOf(world, callId), ...ours.asleep];
  // The app's own clock for the call may have begun earlier, when it did not hear of a success; it is overdue then.
  if (lastSuccess !== undefined && isUnknownToLoop(world, lastSuccess)) {
    const whole = { fromMs: dueAtMs, toMs: endedAtMs };
    return hasStretch(whole, [...troubles, ...waits(sent, endedAtMs)], 5 * MINUTE_MS + enoughMs + engineDelayMs(world))
      ? 'though it had five minutes'
      : undefined;
  }
  // The app's 45 minutes begin with the first notification that it took in.
  const lastStretchAtMs = (lastSuccess === undefined ? ours.knownAtMs : fromMs) + LAST_STRETCH_STARTS_MS;
  const normal = { fromMs: dueAtMs, toMs: endedAtMs };
  return hasStretch(normal, [...troubles, ...waits(sent, lastStretchAtMs + MINUTE_MS)], enoughMs)
    ? 'though Graph accepted for a minute'
    : undefined;
}

/** When only the reconciler can keep the call alive: nobody told that it was established, or its instance sleeps. */
function reconcilersShare(
  { startedAtMs, asleep }: { readonly startedAtMs: number | undefined; readonly asleep: readonly Interval[] },
  whole: Interval,
): readonly Interval[] {
  return startedAtMs === undefined || startedAtMs > whole.toMs ? [whole] : asleep.flatMap((one) => overlap(one, whole));
}

/** By how much two tries may be further apart at Graph than as they are sent, and its 45 minutes be over later. */
export function slackMs({ plan }: Pick<World, 'plan'>): number {
  const clockErrorMs = plan.has('clockJumps') ? LARGEST_CLOCK_ERROR_MS : 0;
  return (
    (plan.has('graphSlow') ? GRAPH_SLOW_MS : SECOND_MS) +
    (plan.has('tokenEndpointDown') ? TOKEN_HANG_MS : 0) +
    clockErrorMs
  );
}

function trulyEstablishedMs({ graph }: World, callId: string): number {
  const establishedAt = graph.call(callId)?.establishedAt;
  return establishedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(establishedAt);
}

/** A success of which the app got no answer; or not the loop's own, and the table did not take note of it. */
function isUnknownToLoop({ journal }: World, { callId, answeredAtMs, wasLost }: SentKeepAlive): boolean {
  const whileNoted = { fromMs: answeredAtMs, toMs: answeredAtMs + NOTED_WITHIN_MS };
  const told = journal.events.find(
    (one) => one.callId === callId && one.event.startsWith('keepAlive.') && contains(whileNoted, one.atMs),
  );
  return (
    wasLost ||
    (told?.by !== undefined &&
      journal.troubles.some(
        (trouble) => trouble.ofStore && trouble.callId === callId && contains(whileNoted, trouble.fromMs),
      ))
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
    return waitMs === 0 || answeredAtMs >= untilMs
      ? []
      : [{ fromMs: answeredAtMs, toMs: Math.min(untilMs, answeredAtMs + waitMs) }];
  });
}
