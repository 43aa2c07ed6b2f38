import { LARGEST_CLOCK_ERROR_MS } from '../assumptions.ts';
import { contains } from '../intervals.ts';
import { troublesOf } from '../troubles.ts';
import type { World } from '../world.ts';

/**
 * Invariant (b): once the end of a call was acknowledged (2xx to `terminated`, or the 404 taken in), at most the keepAlive
 * that was in flight still goes out.
 *
 * `check-replay.ts` looks into the histories: nothing is scheduled after the event. Here it is Graph's view that counts: a
 * time for the engine to hand the event over, in which one more may go out, longer while hosts are away; then silence.
 */
export function checkSilenceAfterEnd(world: World): void {
  const { journal, plan } = world;
  for (const callId of new Set(journal.keepAlives.map((sent) => sent.callId))) {
    const endedAtMs = acknowledgedEndMs(world, callId);
    if (endedAtMs === undefined || isRegisteredAfter(world, callId, endedAtMs)) continue;
    const clockErrorMs = plan.has('clockJumps') ? 2 * LARGEST_CLOCK_ERROR_MS : 0;
    const silentFromMs = endedAtMs + 35_000 + 3 * plan.messageLateMs + clockErrorMs;
    const suspended = journal.operated.filter((one) => one.callId === callId).map(({ interval }) => interval);
    const troubles = [...troublesOf(world, callId), ...suspended].filter(({ toMs }) => toMs > endedAtMs);
    const late = journal.keepAlives.filter(
      ({ callId: id, sentAtMs, isByHand }) =>
        id === callId &&
        !isByHand &&
        sentAtMs > silentFromMs &&
        !troubles.some((trouble) => contains({ ...trouble, toMs: trouble.toMs + 60_000 }, sentAtMs)),
    );
    if (late.length > 0) {
      const seconds = Math.round(((late[0]?.sentAtMs ?? 0) - endedAtMs) / 1_000);
      journal.violate('b', callId, `a keepAlive went out ${seconds} s after its end was acknowledged`);
    }
  }
}

function isRegisteredAfter({ journal }: World, callId: string, endedAtMs: number): boolean {
  return journal.operated.some(
    (one) => one.callId === callId && one.kind === 'registered' && one.interval.toMs > endedAtMs,
  );
}

/** A 404 is taken in when the clean-up is done: who saw it may have been unable to write it down before. */
function acknowledgedEndMs({ journal, table }: World, callId: string): number | undefined {
  const told = journal.notifications.find(
    (one) => one.callId === callId && one.state === 'terminated' && one.status !== undefined && one.status < 300,
  );
  const instants = [told?.atMs, table.firstTime(callId, 'cleanedUp')].filter((instant) => instant !== undefined);
  return instants.length === 0 ? undefined : Math.min(...instants);
}
