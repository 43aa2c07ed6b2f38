import type { InstanceRow } from '../../durable-extension/hub/hub-store.ts';
import { isEnded } from '../../durable-extension/hub/runtime-status.ts';
import type { World } from '../world.ts';

/** When all faults are over and every call has ended for long: nothing is left (e), and each end was told (d). */
export async function checkAtRest(world: World): Promise<void> {
  const { hub, table, journal } = world;
  const rows = await hub.queryInstances({ limit: 1_000 });
  for (const row of rows) {
    if (isEnded(row.runtimeStatus) || isLeftSuspended(world, row)) continue;
    journal.violate('e', row.instanceId.slice(5), `its instance is still ${row.runtimeStatus}`);
  }
  for (const { event, instanceId } of await hub.load()) {
    journal.violate('e', instanceId.slice(5), `a message of type ${event.EventType} is left in the task hub`);
  }
  for (const record of table.records.values()) {
    const { callId, phase } = record;
    const instance = rows.find((row) => row.instanceId === `call-${callId}`);
    const mayWait = instance !== undefined && isLeftSuspended(world, instance);
    if (phase !== 'ended' && !mayWait) journal.violate('e', callId, `its record still says ${phase}`);
    // A call whose instance was never made, or is gone, is the reconciler's to close.
    const wasStarted = instance !== undefined || record.establishedAtMs !== undefined;
    if (!wasStarted || mayWait) continue;
    if (record.cleanedUpAtMs === undefined) journal.violate('d', callId, 'its record was never closed by the clean-up');
    const runs = Math.max(1, table.endedRuns(callId));
    const told = journal.deliveries.filter((delivery) => delivery.callId === callId);
    if (idsOf(told.filter(({ accepted }) => accepted)) < runs && !gaveUpDelivery(world, callId)) {
      journal.violate('d', callId, 'its end was never delivered to the webhook');
    }
    if (idsOf(told) > runs) journal.violate('d', callId, 'its end was delivered under more than one message id');
  }
}

/** See `assumptions.ts`. */
function gaveUpDelivery({ journal, table }: World, callId: string): boolean {
  const cleanedUpAtMs = table.firstTime(callId, 'cleanedUp') ?? Number.POSITIVE_INFINITY;
  return journal.operated.some(
    (one) => one.callId === callId && one.kind === 'terminated' && one.interval.fromMs >= cleanedUpAtMs,
  );
}

function idsOf(deliveries: readonly { readonly messageId: string }[]): number {
  return new Set(deliveries.map(({ messageId }) => messageId)).size;
}

/** Suspended for good while it was cleaning up. */
function isLeftSuspended({ journal }: World, { instanceId, runtimeStatus, customStatusJson }: InstanceRow): boolean {
  const forGood = journal.operated.some(
    ({ callId, interval }) => callId === instanceId.slice(5) && interval.toMs === Number.POSITIVE_INFINITY,
  );
  return runtimeStatus === 'Suspended' && forGood && JSON.parse(customStatusJson ?? '{}').phase === 'ended';
}
