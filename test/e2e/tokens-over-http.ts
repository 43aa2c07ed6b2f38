import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { callNotification } from '../support/call-notification.ts';
import { tokenAttacks } from '../support/token-attacks.ts';
import type { HostClient } from './host-client.ts';

/** The status goes out before anything is done: no record, no instance. */
export function tokensOverHttp(client: () => HostClient): void {
  const attempt = async (authorization: string | undefined) => {
    const callId = randomUUID();
    const body = JSON.stringify(callNotification(callId, 'established'));
    const answer = await client().notify(body, { authorization });
    const written = await Promise.all([client().getCall(callId), client().getInstance(callId)]);
    return { status: answer.status, written: written.map(({ status }) => status) };
  };
  const refused = { status: 401, written: [404, 404] };

  describe('a callback token over HTTP', () => {
    // The simulated Graph runs on the machine's clock, and a minute more or less changes none of these.
    test.each(tokenAttacks(Math.floor(Date.now() / 1_000)))(
      '$attack is refused and nothing is written',
      async ({ attack, claims }) => {
        // Keys that were fetched within 10 s cannot tell whether that one is new: it is to be sent again.
        const answers = attack.includes('nobody published') ? [refused, { ...refused, status: 503 }] : [refused];
        expect(answers).toContainEqual(await attempt(`Bearer ${await client().signToken(claims)}`));
      },
    );

    test('that is missing is refused and nothing is written', async () => {
      expect(await attempt(undefined)).toEqual(refused);
    });

    test('that is good is taken', async () => {
      const { status } = await attempt(`Bearer ${await client().signToken()}`);
      expect(status).toBe(202);
    });

    test('that a second Authorization header follows is refused', async () => {
      expect(await attempt(`Bearer ${await client().signToken()}, Bearer other`)).toEqual(refused);
    });
  });
}
