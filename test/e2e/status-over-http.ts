import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { callNotification } from '../support/call-notification.ts';
import { eventually } from '../support/eventually.ts';
import type { HostClient } from './host-client.ts';

/**
 * The Durable Functions status API, as its page says.
 * Source: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api
 */
export function statusOverHttp(client: () => HostClient): void {
  describe('the status API', () => {
    const [live, ended] = [randomUUID(), randomUUID()];
    const instances = (query: string) => `${client().host.origin}/runtime/webhooks/durabletask/instances${query}`;
    const tell = async (callId: string, state: string) => {
      expect((await client().notify(JSON.stringify(callNotification(callId, state)))).status).toBe(202);
    };

    beforeAll(async () => {
      for (const callId of [live, ended]) {
        await tell(callId, 'establishing');
        await tell(callId, 'established');
      }
      await tell(ended, 'terminated');
      await eventually(async () => {
        expect((await client().getInstance(live)).body).toMatchObject({ runtimeStatus: 'Running' });
        expect((await client().getInstance(ended)).body).toMatchObject({ runtimeStatus: 'Completed' });
      });
    });

    test.each(['query', 'header'])(
      'lists the running calls by prefix and status, with its key in the %s',
      async (place) => {
        const { durableKey } = client().host;
        const query = '?instanceIdPrefix=call-&runtimeStatus=Running&top=1000';
        const { status, body } =
          place === 'query'
            ? await client().get(instances(`${query}&code=${durableKey}`))
            : await client().get(instances(query), { 'x-functions-key': durableKey });
        expect(status).toBe(200);
        if (!Array.isArray(body)) throw new Error('the status API lists instances as an array');
        expect(new Set(body.map(({ runtimeStatus }) => runtimeStatus))).toEqual(new Set(['Running']));
        expect(body.find(({ instanceId }) => instanceId === `call-${live}`)).toMatchObject({
          name: 'keepCallAlive',
          runtimeStatus: 'Running',
          input: { callId: live, keepAlives: 0 },
          customStatus: {
            phase: 'waiting',
            keepAlives: 0,
            nextKeepAliveAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
            deadlineAt: expect.any(String),
            consecutiveFailures: 0,
          },
          output: null,
          createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          lastUpdatedTime: expect.any(String),
        });
        expect(body.some(({ instanceId }) => instanceId === `call-${ended}`)).toBe(false);
      },
    );

    test('lists page by page, with the token of the next page in a header', async () => {
      const url = instances(`?instanceIdPrefix=call-&top=1&code=${client().host.durableKey}`);
      const first = await client().get(url);
      const token = first.headers.get('x-ms-continuation-token') ?? '';
      const second = await client().get(url, { 'x-ms-continuation-token': token });
      expect([first.body, second.body]).toEqual([[expect.anything()], [expect.anything()]]);
      expect(second.body).not.toEqual(first.body);
    });

    test('answers 202 with Location for a running call, 200 for an ended one, 404 for an unknown one', async () => {
      const running = await client().getInstance(live);
      expect(running.status).toBe(202);
      expect(running.headers.get('location')).toContain(`/runtime/webhooks/durabletask/instances/call-${live}`);
      expect(running.headers.get('retry-after')).toBe('5');
      expect(await client().getInstance(ended)).toMatchObject({
        status: 200,
        body: { runtimeStatus: 'Completed', output: { endReason: 'terminated', cleanUp: 'done' } },
      });
      expect((await client().getInstance(randomUUID())).status).toBe(404);
    });

    test.each([
      ['no key', '', 401],
      ['a wrong key', '&code=wrong', 401],
      ['a function key', 'function', 403],
    ])('with %s tells nothing', async (_what, key, status) => {
      const code = key === 'function' ? `&code=${client().host.functionKey}` : key;
      const answer = await client().get(instances(`?instanceIdPrefix=call-${code}`));
      expect(answer).toMatchObject({ status, body: undefined });
    });
  });

  describe('the HTTP functions', () => {
    test('of one call ask for a function key', async () => {
      const url = `${client().host.origin}/api/calls/${randomUUID()}`;
      expect((await client().get(url)).status).toBe(401);
      expect((await client().get(`${url}?code=${client().host.functionKey}`)).status).toBe(404);
    });

    test('of health are open and tell 200 when engine and table answer', async () => {
      const { status, body } = await client().get(`${client().host.origin}/api/health`);
      expect(status).toBe(200);
      expect(body).toEqual({ status: 'ok', engine: 'up', table: 'up' });
    });
  });
}
