import type { InstanceRow } from '../../durable-extension/hub/hub-store.ts';
import { isEnded } from '../../durable-extension/hub/runtime-status.ts';
import { FILLED_IN_WITHIN_MS, RECONCILER_OPPORTUNITY_MS } from '../assumptions.ts';
import { hasStretch } from '../intervals.ts';
import { troublesOf } from '../troubles.ts';
import type { World } from '../world.ts';

/**
 * Looked at every five minutes: at most one live instance for a call (c), no instance that failed (h), and a call that
 * counts as live has an instance, within the reconciler's time (f).
 */
export function createStandingChecks(world: World): () => Promise<void> {
  const { hub, table, journal, clock } = world;
  const withoutLook = new Map<string, number>();
  const withoutInstance = new Map<string, number>();

  return async () => {
    const rows = await hub.queryInstances({ limit: 1_000 });
    const live = Map.groupBy(
      rows.filter(({ runtimeStatus }) => !isEnded(runtimeStatus)),
      callOf,
    );
    for (const [callId, instances] of live) {
      if (instances.length > 1) journal.violate('c', callId, `it has ${instances.length} live instances`);
    }
    for (const row of rows) {
      if (row.runtimeStatus === 'Failed')
        journal.violate('h', callOf(row), `its orchestration failed: ${row.output ?? ''}`);
    }
    for (const { callId, phase, nextLookAtMs } of table.records.values()) {
      if (phase === 'ended' || nextLookAtMs !== undefined) withoutLook.delete(callId);
      else {
        const since = withoutLook.get(callId) ?? clock.nowMs();
        withoutLook.set(callId, since);
        // Not what is noted for this call: that is what is judged here.
        const troubles = troublesOf(world, '', { withTable: true, withEngine: true });
        if (hasStretch({ fromMs: since, toMs: clock.nowMs() }, troubles, FILLED_IN_WITHIN_MS))
          journal.violate('f', callId, 'its record does not say when it has to be looked at');
      }
      if ((phase !== 'starting' && phase !== 'active') || live.has(callId)) {
        withoutInstance.delete(callId);
        continue;
      }
      const sinceMs = withoutInstance.get(callId) ?? clock.nowMs();
      withoutInstance.set(callId, sinceMs);
      const troubles = troublesOf(world, callId, { withTable: true, withEngine: true });
      // The loss of an instance shows in the record when its next success is overdue.
      const fromMs = Math.max(sinceMs, nextLookAtMs ?? sinceMs);
      if (hasStretch({ fromMs, toMs: clock.nowMs() }, troubles, RECONCILER_OPPORTUNITY_MS)) {
        journal.violate('f', callId, `its record says ${phase}, but it has no instance`);
      }
    }
  };
}

function callOf({ inputJson, instanceId }: InstanceRow): string {
  const input: unknown = JSON.parse(inputJson ?? 'null');
  const isState = typeof input === 'object' && input !== null && 'callId' in input;
  return isState ? String(input.callId) : instanceId;
}
