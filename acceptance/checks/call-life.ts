import { randomUUID } from 'node:crypto';
import type { Check } from '../check.ts';
import { eventually } from '../eventually.ts';
import { at, expectEqual, expectStatus } from '../expect.ts';
import { ExpectationError } from '../expectation-error.ts';
import { toEntry, toNotification, type World } from '../world.ts';

/** The successes that Graph counted for a call. */
export async function successesAtGraph({ graph }: World, callId: string): Promise<number> {
  const { body } = await graph('GET', `/calls/${callId}`);
  const keepAlives = at(body, 'keepAlives');
  return (Array.isArray(keepAlives) ? keepAlives : []).filter((keepAlive) => at(keepAlive, 'status') === 200).length;
}

/** Resolves once Graph got so many keepAlives that it accepted; waits for the interval that the instance tells. */
export async function untilKeptAlive(world: World, callId: string, successes: number): Promise<void> {
  const status = at(await world.untilInstance(callId, { runtimeStatus: 'Running' }), 'customStatus');
  const dueAtMs = Date.parse(String(at(status, 'nextKeepAliveAt')));
  const untilDueMs = Number.isNaN(dueAtMs) ? 0 : Math.max(0, dueAtMs - Date.now());
  await eventually(untilDueMs + world.patienceMs, async () => {
    const seen = await successesAtGraph(world, callId);
    if (seen < successes) {
      throw new ExpectationError(`call ${callId}: expected ${successes} keepAlives that Graph accepted, got ${seen}`);
    }
  });
}

export const callLifeChecks: readonly Check[] = [
  {
    title: 'an established call is kept alive by one orchestration, and cleaned up when it has ended',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginCall();
      await untilKeptAlive(world, callId, 2);
      expectStatus('hanging up', await world.graph('DELETE', `/calls/${callId}`), 204);
      await world.untilInstance(callId, { runtimeStatus: 'Completed', 'output.endReason': 'terminated' });
      await world.untilCall(callId, { 'row.state': 'ended', 'row.endReason': 'terminated' });
      const kept = await successesAtGraph(world, callId);
      const { body } = await world.operator('GET', `/api/calls/${callId}`);
      expectEqual('the keepAlives that the call shows', at(body, 'row.keepAlives'), kept);
      return `${kept} keepAlives`;
    },
  },
  {
    title: 'twenty repeats of established at once make one orchestration',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginCall();
      const repeats = Array.from({ length: 20 }, () => world.notify(toNotification(callId, 'established')));
      for (const answer of await Promise.all(repeats)) expectStatus('a repeat', answer, 202);
      await world.untilInstance(callId, { runtimeStatus: 'Running' });
      const list = await world.durable('GET', `/instances?instanceIdPrefix=call-${callId}&top=10`);
      expectEqual('instances of the call', Array.isArray(list.body) && list.body.length, 1);
      await world.hangUp(callId);
      return undefined;
    },
  },
  {
    title: 'a call that has ended stays ended, whatever comes late',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginRunningCall();
      await world.hangUp(callId);
      expectStatus('a late established', await world.notify(toNotification(callId, 'established')), 202);
      await world.untilInstance(callId, { runtimeStatus: 'Completed' });
      await world.untilCall(callId, { 'row.state': 'ended' });
      return undefined;
    },
  },
  {
    title: 'of 40 calls that end right behind their start each is cleaned up',
    needs: ['graph'],
    async run(world) {
      const callIds = Array.from({ length: 40 }, () => randomUUID());
      const inOneBody = callIds.slice(0, 20);
      const after = callIds.slice(20);
      const answers = await Promise.all([
        ...inOneBody.map((id) => world.notify({ value: [toEntry(id, 'established'), toEntry(id, 'terminated')] })),
        ...after.map(async (id) => {
          expectStatus('established', await world.notify(toNotification(id, 'established')), 202);
          return world.notify(toNotification(id, 'terminated'));
        }),
      ]);
      for (const answer of answers) expectStatus('an end', answer, 202);
      for (const id of callIds) {
        await world.untilCall(id, { 'row.state': 'ended' });
        await untilCleanedUp(world, id);
      }
      return undefined;
    },
  },
];

/** The instance has ended, or there never was one; or all that it still does is to tell the webhook, whose turns are few. */
export async function untilCleanedUp(world: World, callId: string): Promise<void> {
  await eventually(world.patienceMs, async () => {
    const instance = await world.durable('GET', `/instances/call-${callId}`);
    if (instance.status === 404) return;
    const call = await world.operator('GET', `/api/calls/${callId}`);
    const isClosed =
      at(instance.body, 'customStatus.phase') === 'ended' && Boolean(at(call.body, 'record.cleanedUpAt'));
    if (isClosed) return;
    expectEqual(`instance call-${callId}, runtimeStatus`, at(instance.body, 'runtimeStatus'), 'Completed');
  });
}
