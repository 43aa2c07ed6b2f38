import { generateKeyPairSync } from 'node:crypto';
import { createVirtualClock } from '../../../local/clock/virtual-clock.ts';
import type { OutgoingNotification } from '../../../local/simulated-graph/notification-sender.ts';
import { createSimulatedGraph } from '../../../local/simulated-graph/simulated-graph.ts';
import { isPlainObject, type PlainObject } from '../../../src/core/values/plain-object.ts';

export const BOT_APP_ID = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b';
export const TENANT_ID = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';
export const CALLBACK_URI = 'https://keepalive.contoso.example/api/calls';
export const START_MS = Date.parse('2026-03-01T08:00:00Z');
export const MINUTE_MS = 60_000;

/** One pair for all tests of a file: making one takes a tenth of a second. */
export const signingKey = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

/** The simulated Graph with no socket: time is moved by hand, notifications end up in a list. */
export function createGraphOnVirtualClock(
  options: { readonly timeScale?: number; readonly deliver?: () => Promise<{ readonly status: number }> } = {},
) {
  const clock = createVirtualClock({ startMs: START_MS });
  const received: OutgoingNotification[] = [];
  const graph = createSimulatedGraph({
    clock,
    botAppId: BOT_APP_ID,
    tenantId: TENANT_ID,
    signingKeys: [signingKey],
    random: createSeededRandom(),
    ...(options.timeScale === undefined ? {} : { timeScale: options.timeScale }),
    deliver: (notification) => {
      received.push(notification);
      return options.deliver?.() ?? Promise.resolve({ status: 202 });
    },
  });

  const request = async (method: string, path: string, options: { token?: string; body?: unknown } = {}) => {
    const answer = await graph.handle({
      method,
      url: new URL(`https://graph.microsoft.com${path}`),
      headers: { authorization: options.token ?? 'Bearer any-token', 'client-request-id': 'my-request' },
      body: Buffer.from(options.body === undefined ? '' : JSON.stringify(options.body)),
    });
    if ('kind' in answer) return { status: 'reset' as const, headers: {}, text: '' };
    return { status: answer.status, headers: answer.headers ?? {}, text: String(answer.body ?? '') };
  };

  return {
    clock,
    graph,
    received,
    request,
    keepAlive: (callId: string) => request('POST', `/v1.0/communications/calls/${callId}/keepAlive`),
    /** The states that the notifications so far told of, in order of arrival. */
    receivedStates: () => received.map(({ body }) => onlyEntry(body).resourceData).map(stateOf),
  };
}

/** The one entry of a notification's body. */
export function onlyEntry(body: string): PlainObject {
  const { value } = JSON.parse(body);
  if (!Array.isArray(value) || value.length !== 1 || !isPlainObject(value[0]))
    throw new Error(`not one entry: ${body}`);
  return value[0];
}

function stateOf(resourceData: unknown): unknown {
  return isPlainObject(resourceData) ? resourceData.state : undefined;
}

/** Source of the constants: mulberry32, Tommy Ettinger, public domain. */
function createSeededRandom(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
