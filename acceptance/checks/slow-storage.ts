import { setTimeout as wait } from 'node:timers/promises';
import type { Check } from '../check.ts';
import { expectEqual, expectStatus } from '../expect.ts';
import { ExpectationError } from '../expectation-error.ts';
import { NOBODY, toNotification, type World } from '../world.ts';
import { untilCleanedUp } from './call-life.ts';

const SLOW = { delayMs: 2_000, atOnce: 4 };
const EVERY_MS = 250;

export const slowStorageChecks: readonly Check[] = [
  {
    title: 'while storage is saturated, what was refused is taken when repeated, and what was taken is not lost',
    needs: ['graph', 'storageProxy'],
    async run(world) {
      world.storageProxy?.slowDown(SLOW);
      const untilMs = Date.now() + world.options.slowSeconds * 1_000;
      const underWay: Promise<{ callId: string; status: number }>[] = [];
      while (Date.now() < untilMs) {
        underWay.push(establish(world, await world.beginCall({ callbackUri: NOBODY })));
        await wait(EVERY_MS);
      }
      world.storageProxy?.slowDown(undefined);
      const answers = await Promise.all(underWay);
      const refused = answers.filter(({ status }) => status === 503);
      const unexpected = answers.find(({ status }) => status !== 202 && status !== 503);
      if (unexpected !== undefined) {
        throw new ExpectationError(`call ${unexpected.callId}: expected 202 or 503, got ${unexpected.status}`);
      }
      for (const { callId } of refused) expectEqual('repeated', (await establish(world, callId)).status, 202);
      for (const { callId } of answers) {
        await world.untilInstance(callId, { runtimeStatus: 'Running' });
        await world.graph('DELETE', `/calls/${callId}`);
        expectStatus('its end', await world.notify(toNotification(callId, 'terminated')), 202);
      }
      for (const { callId } of answers) await untilCleanedUp(world, callId);
      return `${answers.length} calls, ${refused.length} refused at first`;
    },
  },
];

async function establish(world: World, callId: string) {
  return { callId, status: (await world.notify(toNotification(callId, 'established'))).status };
}
