import { randomUUID } from 'node:crypto';
import type { Check } from '../check.ts';
import { expectStatus } from '../expect.ts';
import { toNotification } from '../world.ts';

export const notificationChecks: readonly Check[] = [
  {
    title: 'a token for another bot, of a stranger, or out of date is refused with 401',
    needs: ['graph'],
    async run({ notify, signToken }) {
      const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
        'another audience': { aud: randomUUID() },
        'another tenant': { tid: randomUUID() },
        'another issuer': { iss: 'https://issuer.example' },
        'an expired token': { exp: Math.floor(Date.now() / 1_000) - 3_600 },
        'no signature': { $header: { alg: 'none' } },
      };
      for (const [name, claims] of Object.entries(wrong)) {
        const authorization = `Bearer ${await signToken(claims)}`;
        expectStatus(name, await notify({ value: [] }, { authorization }), 401);
      }
      return undefined;
    },
  },
  {
    title: 'bad bodies are told apart: 400, 413, 415; an empty list is 202',
    needs: ['graph'],
    async run({ notify }) {
      expectStatus('no JSON', await notify('{'), 400);
      expectStatus('no value', await notify({}), 400);
      expectStatus('above 4 MiB', await notify(`"${'x'.repeat(4 * 1024 * 1024)}"`), 413);
      expectStatus('a form', await notify('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415);
      expectStatus('an empty list', await notify({ value: [] }), 202);
      return undefined;
    },
  },
  {
    title: 'a call that was only seen has no orchestration',
    needs: ['graph'],
    async run({ notify, durable, untilCall }) {
      const callId = randomUUID();
      expectStatus('ringing', await notify(toNotification(callId, 'ringing')), 202);
      await untilCall(callId, { 'row.state': 'observed' });
      expectStatus('its instance', await durable('GET', `/instances/call-${callId}`), 404);
      expectStatus('terminated', await notify(toNotification(callId, 'terminated')), 202);
      return undefined;
    },
  },
];
