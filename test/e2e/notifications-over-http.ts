import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { callNotification } from '../support/call-notification.ts';
import { eventually } from '../support/eventually.ts';
import type { HostClient } from './host-client.ts';

type Action = 'start' | 'end' | 'observe' | 'ignore';
interface Expectation {
  readonly file: string;
  readonly http: number;
  readonly effect: string;
  /** Call id → what happens to it in the end. */
  readonly calls: Readonly<Record<string, Action>>;
}

const fixtures = new URL('../fixtures/', import.meta.url);
const readText = (name: string) => readFileSync(new URL(name, fixtures), 'utf8');
const expectations: readonly Expectation[] = JSON.parse(readText('notifications.expected.json'));
const allCallIds = [...new Set(expectations.flatMap(({ calls }) => Object.keys(calls)))];

/** The same text with call ids of this file's own, in whatever form they stand there: files must not share calls. */
function withOwnIds(text: string, fileNumber: number): string {
  const ownDigits = String(fileNumber).padStart(6, '0');
  const firstDigits = allCallIds.map((callId) => callId.slice(0, 8)).join('|');
  return text.replace(new RegExp(firstDigits, 'gi'), (digits) => `${digits.slice(0, 2)}${ownDigits}`);
}

/** What `GET /api/calls/{id}` and the status API say of a call after each action. */
async function expectEffect(client: HostClient, callId: string, action: Action): Promise<void> {
  const [call, instance] = [await client.getCall(callId), await client.getInstance(callId)];
  switch (action) {
    case 'start':
      expect(call.body).toMatchObject({
        callId,
        record: { phase: 'active', callId },
        instance: { runtimeStatus: 'Running' },
      });
      expect(instance).toMatchObject({
        status: 202,
        body: { runtimeStatus: 'Running', customStatus: { phase: 'waiting' } },
      });
      return;
    case 'observe':
      expect(call).toMatchObject({ status: 200, body: { callId, record: { phase: 'observed' }, instance: null } });
      expect(instance.status).toBe(404);
      return;
    case 'end':
      expect(call).toMatchObject({
        status: 200,
        body: { callId, record: { phase: 'ended', endReason: 'terminated' }, instance: null },
      });
      expect(instance.status).toBe(404);
      return;
    case 'ignore':
      expect([call.status, instance.status]).toEqual([404, 404]);
  }
}

/** Every body of the fixtures, posted with a token of the simulated Graph. */
export function notificationsOverHttp(client: () => HostClient): void {
  describe('a notification over HTTP', () => {
    test('is tried for every fixture', () => {
      const files = readdirSync(new URL('notifications/', fixtures)).filter((file) => file.endsWith('.json'));
      expect(expectations.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
    });

    test.each(expectations.map((expected, index) => ({ ...expected, index })))(
      '$file is answered with $http, and its effect is $effect',
      async ({ file, http, calls, index }) => {
        const body = withOwnIds(readText(`notifications/${file}`), index);
        const begun = Object.keys(calls).filter((callId) => calls[callId] === 'start');
        await Promise.all(begun.map((callId) => client().begin(withOwnIds(callId, index))));
        expect((await client().notify(body)).status).toBe(http);
        for (const callId of allCallIds) {
          const effect = calls[callId] ?? 'ignore';
          await eventually(() => expectEffect(client(), withOwnIds(callId, index), effect));
        }
      },
    );

    test.each([
      ['no body at all', '', 'application/json', 400],
      ['JSON that breaks off', '{"value":[', 'application/json', 400],
      ['a body that is not called JSON', '{"value":[]}', 'text/plain', 415],
      ['a body over 4 MiB', `{"value":[],"filler":"${'x'.repeat(4 * 1024 * 1024)}"}`, 'application/json', 413],
      ['a byte order mark', '\uFEFF{"value":[]}', 'application/json; charset=utf-8', 202],
    ])('with %s is answered with its own status', async (_what, body, contentType, status) => {
      expect((await client().notify(body, { contentType })).status).toBe(status);
    });

    test('that comes 50 times at once starts one instance, and its end in between leaves none running', async () => {
      const [started, ended] = [randomUUID(), randomUUID()];
      await client().begin(started);
      const post = (callId: string, state: string) => client().notify(JSON.stringify(callNotification(callId, state)));
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => [
          await post(started, 'established'),
          await post(ended, index === 25 ? 'terminated' : 'established'),
        ]),
      );
      expect(new Set(answers.flat().map(({ status }) => status))).toEqual(new Set([202]));
      await eventually(() => expectEffect(client(), started, 'start'));
      // At least once: those that find the call in the making tell it too, for the first may have died before it could.
      expect(client().host.output()).toContain(`call ${started.slice(0, 8)}  established`);
      await eventually(async () => {
        expect((await client().getCall(ended)).body).toMatchObject({ record: { phase: 'ended' } });
        const { body } = await client().getInstance(ended);
        expect([undefined, 'Completed']).toContain(Object(body).runtimeStatus);
      });
    });

    test('is answered with the ids that its headers brought', async () => {
      const answer = await client().notify('{"value":[]}', {
        headers: { 'x-microsoft-skype-message-id': 'message-1', 'scenario-id': 'scenario-1' },
      });
      expect(answer.headers.get('client-request-id')).toBe('message-1');
      expect(answer.headers.get('scenario-id')).toBe('scenario-1');
    });
  });
}
