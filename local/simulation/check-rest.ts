import { isEnded } from '../durable-extension/runtime-status.ts';
import type { World } from './world.ts';

/** When all faults are over and every call has ended for long: nothing is left (e), and each end was told (d). */
export async function checkAtRest(world: World): Promise<void> {
  const { hub, table, journal } = world;
  const rows = await hub.queryInstances({ limit: 1_000 });
  for (const { instanceId, runtimeStatus } of rows) {
    if (!isEnded(runtimeStatus)) journal.violate('e', instanceId.slice(5), `its instance is still ${runtimeStatus}`);
  }
  for (const { event, instanceId } of await hub.load()) {
    journal.violate('e', instanceId.slice(5), `a message of type ${event.EventType} is left in the task hub`);
  }
  for (const record of table.records.values()) {
    const { callId, phase } = record;
    if (phase !== 'ended') journal.violate('e', callId, `its record still says ${phase}`);
    const instance = rows.find((row) => row.instanceId === `call-${callId}`);
    if (instance === undefined) continue;
    const isOperators = instance.runtimeStatus === 'Terminated' && wasTerminated(world, callId);
    if (record.cleanedUpAtMs === undefined && !isOperators)
      journal.violate('d', callId, 'its record was never closed by the clean-up');
    const told = journal.deliveries.filter((delivery) => delivery.callId === callId);
    if (instance.runtimeStatus === 'Completed' && !told.some(({ accepted }) => accepted)) {
      journal.violate('d', callId, 'its end was never delivered to the webhook');
    }
    if (new Set(told.map(({ messageId }) => messageId)).size > 1) {
      journal.violate('d', callId, 'its end was delivered under more than one message id');
    }
  }
}

/**
 * Who terminates an instance through the status API gives up its clean-up: the reconciler makes up for it only when it
 * comes before the call's own end.
 */
function wasTerminated({ journal }: World, callId: string): boolean {
  return journal.operated.some((one) => one.callId === callId && one.kind === 'terminated');
}
