import { setTimeout as wait } from 'node:timers/promises';
import type { Check } from '../check.ts';
import { eventually } from '../eventually.ts';
import { at, expectEqual, expectStatus } from '../expect.ts';
import type { World } from '../world.ts';

/** Starts a timer function at once. Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http */
function runNow({ admin }: World, name: string) {
  return admin('POST', `/admin/functions/${name}`, { body: { input: '' } });
}

/** Sooner than Graph drops a call of which nobody takes care, also where time runs faster. */
const RECONCILE_EVERY_MS = 5_000;
/** The answer comes when it begins, and nobody tells its end. */
const PURGES_WITHIN_MS = 5_000;
const NO_ADMIN = 'this host has no admin endpoint';

export const timerChecks: readonly Check[] = [
  {
    title: 'reconcileCalls closes a call whose instance was terminated behind its back',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginRunningCall();
      const terminated = await world.durable('POST', `/instances/call-${callId}/terminate?reason=acceptance`);
      expectStatus('terminating the instance', terminated, 202);
      await world.untilInstance(callId, { runtimeStatus: 'Terminated' });
      const answer = await runNow(world, 'reconcileCalls');
      if (answer.status === 404) {
        await world.operator('DELETE', `/api/calls/${callId}`);
        return NO_ADMIN;
      }
      // It looks at a call that misses its keepAlives: minutes after they are due.
      await eventually(
        6 * world.patienceMs,
        async () => {
          expectStatus('running reconcileCalls', await runNow(world, 'reconcileCalls'), 202);
          const { body } = await world.operator('GET', `/api/calls/${callId}`);
          expectEqual(`call ${callId}, phase`, at(body, 'record.phase'), 'ended');
          expectEqual(`call ${callId}, endReason`, at(body, 'record.endReason'), 'stopped');
        },
        RECONCILE_EVERY_MS,
      );
      await world.graph('DELETE', `/calls/${callId}`);
      return undefined;
    },
  },
  {
    title: 'purgeEndedCalls runs, and leaves what has just ended',
    needs: ['graph'],
    async run(world) {
      const callId = await world.beginRunningCall();
      await world.hangUp(callId);
      const answer = await runNow(world, 'purgeEndedCalls');
      if (answer.status === 404) return NO_ADMIN;
      expectStatus('running purgeEndedCalls', answer, 202);
      await wait(PURGES_WITHIN_MS);
      const { body } = await world.operator('GET', `/api/calls/${callId}`);
      expectEqual(`call ${callId}, state`, at(body, 'row.state'), 'ended');
      expectStatus('its instance', await world.durable('GET', `/instances/call-${callId}`), 200);
      return undefined;
    },
  },
];
