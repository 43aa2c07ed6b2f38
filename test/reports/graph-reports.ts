import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { createGraphTokenSource } from '../../src/adapters/credentials.ts';
import { createGraphCalls, type GraphCallsDependencies } from '../../src/adapters/graph-calls.ts';
import type { PlainObject } from '../../src/core/values/plain-object.ts';
import { MINUTE_MS, SECOND_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';
import { CALL_ID, type Reported } from './reported.ts';

/** The app's way to Graph, with parts of it replaced. */
function toGraph({ clock, graph }: Pick<VirtualWorld, 'clock' | 'graph'>, parts: Partial<GraphCallsDependencies>) {
  return createGraphCalls({
    graphBaseUrl: 'https://graph.microsoft.com/v1.0',
    tokens: { getToken: async () => 'simulated' },
    homeTenantId: SAMPLE_TENANT_ID,
    isTenantAllowed: (tenantId) => tenantId === SAMPLE_TENANT_ID,
    clock,
    fetch: createInProcessFetch((request) => graph.handle(request), clock),
    newRequestId: randomUUID,
    ...parts,
  });
}

const isKeepAlive = (url: Parameters<typeof fetch>[0]) => String(url).endsWith('/keepAlive');

export const graphReports: Readonly<Record<string, Reported>> = {
  'keepalive-400-without-body': async ({ keepAlive }) => {
    expect(keepAlive).toEqual([{ status: 400 }, 'twice, then 200']);
    let refusals = 2;
    const world = await startVirtualWorld({
      dependencies: (parts) => {
        const reachGraph = createInProcessFetch((request) => parts.graph.handle(request), parts.clock);
        const refuse: typeof fetch = async (...request) =>
          isKeepAlive(request[0]) && refusals-- > 0 ? new Response(null, { status: 400 }) : reachGraph(...request);
        return { graph: toGraph(parts, { fetch: refuse }) };
      },
    });
    const callId = await world.startCall();
    await world.clock.runFor(16 * MINUTE_MS);
    expect(refusals).toBeLessThanOrEqual(0);
    expect(world.keepAlives(callId).map(({ status }) => status)).toEqual([200]);
  },

  'keepalive-404-not-of-the-call': async (input) => {
    const { status, body } = Object(input.keepAlive);
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    world.graph.addFault({ operation: 'keepAlive', status, errorCode: body.error.code, times: 'always' });
    await world.clock.runFor(44 * MINUTE_MS);
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'active' });
  },

  'tenant-mismatch-body-names-other': async ({ settings, token, body }) => {
    const allowed: readonly string[] = Object(settings).ALLOWED_TENANT_IDS.split(',');
    const [a = '', b = ''] = allowed;
    const claims = Object(token)['POST graph /control/callback-tokens'];
    expect(claims).toEqual({ tid: a });
    const asked: string[] = [];
    const world = await startVirtualWorld({
      dependencies: (parts) => ({
        graph: toGraph(parts, {
          tokens: { getToken: async (tenantId) => tenantId },
          isTenantAllowed: (tenantId) => allowed.includes(tenantId),
          fetch: async (_url, init) => {
            const tenantId = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? '';
            asked.push(tenantId);
            return tenantId === b
              ? Response.json({}, { status: 200 })
              : Response.json({ error: { code: '7505', message: 'Tenant mismatch.' } }, { status: 403 });
          },
        }),
      }),
    });
    expect((await world.notify(body, world.graph.signCallbackToken(claims))).status).toBe(202);
    await world.clock.runFor(31 * MINUTE_MS);
    // The one that works is remembered.
    expect(asked).toEqual([a, b, b, b]);
    expect(await world.status(CALL_ID)).toMatchObject({ customStatus: { phase: 'waiting', keepAlives: 3 } });
  },

  'identity-down': async ({ identity }) => {
    expect(identity).toBe('500 for 40 s, 400 for 25 s, 429 for 20 s, no answer for 45 s, then a token');
    const failedMs = 85 * SECOND_MS;
    const downMs = 130 * SECOND_MS;
    let downAtMs = 0;
    const world = await startVirtualWorld({
      dependencies: (parts) => {
        const { clock } = parts;
        const getToken = async () => {
          const sinceMs = clock.nowMs() - downAtMs;
          if (sinceMs >= 0 && sinceMs < failedMs) throw new Error('the identity endpoint failed');
          if (sinceMs >= 0 && sinceMs < downMs) await clock.suspend(new Promise(() => {}));
          // Valid for no longer than this keepAlive: the next one has to ask again.
          return { token: 'simulated', expiresOnTimestamp: clock.nowMs() + MINUTE_MS };
        };
        const scope = 'https://graph.microsoft.com/.default';
        const tokens = createGraphTokenSource({ createCredential: () => ({ getToken }), scope, clock });
        return { graph: toGraph(parts, { tokens }) };
      },
    });
    downAtMs = world.clock.nowMs() + 15 * MINUTE_MS;
    const callId = await world.startCall();
    await world.clock.runFor(15 * MINUTE_MS + downMs);
    expect(world.keepAlives(callId)).toEqual([]);
    expect(world.countEvents('keepAlive.failed', callId)).toBeGreaterThan(4);
    await world.clock.runFor(MINUTE_MS);
    expect(world.keepAlives(callId).map(({ status }) => status)).toEqual([200]);
  },

  'meeting-ended-no-deleted': async (input: PlainObject) => {
    expect(input).toEqual({
      faults: 'terminating and terminated lost',
      call: 'meeting, hung up after 1,000 s',
    });
    const world = await startVirtualWorld();
    for (const state of ['terminating', 'terminated'] as const) {
      world.graph.addFault({ operation: 'notification', state, lost: true });
    }
    const callId = await world.startCall({ kind: 'meeting', hangUpAfterSeconds: 1_000 });
    await world.clock.runFor(29 * MINUTE_MS);
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Running' });
    await world.clock.runFor(MINUTE_MS);
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { endReason: 'notFound' } });
  },

  'unanswered-call-lost-end': async ({ graph }) => {
    const [fault, call] = Array.isArray(graph) ? graph : [];
    const { callbackUri: _app, ...options } = call['POST /control/calls'];
    const world = await startVirtualWorld();
    world.graph.addFault(fault['POST /control/faults']);
    const callId = await world.startCall(options);
    await world.clock.runFor(80 * MINUTE_MS);
    expect((await world.getCall(callId)).record).toMatchObject({ phase: 'ended', endReason: 'notFound' });
    const sent = world.events.filter(
      ({ event, callId: of }) => String(event).startsWith('keepAlive.') && of === callId,
    );
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.filter(({ marginSeconds }) => typeof marginSeconds === 'number' && marginSeconds <= 0)).toEqual([]);
  },

  'host-suspended': async ({ steps }) => {
    expect(steps).toEqual(['20 calls', 'SIGSTOP 26 s (26 min)', 'SIGCONT', 'SIGSTOP 52 s', 'SIGCONT']);
    const world = await startVirtualWorld();
    const callIds: string[] = [];
    for (let call = 0; call < 20; call++) callIds.push(await world.startCall());
    const states = () => callIds.map((callId) => world.graph.call(callId)?.state);
    await world.crashAndRestart(26 * MINUTE_MS);
    await world.clock.runFor(5 * MINUTE_MS);
    expect(new Set(states())).toEqual(new Set(['established']));
    await world.crashAndRestart(52 * MINUTE_MS);
    await world.clock.runFor(10 * MINUTE_MS);
    expect(new Set(states())).toEqual(new Set(['terminated']));
    for (const callId of callIds) {
      expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed' });
      expect(world.countEvents('call.keepAliveMissed', callId)).toBe(1);
    }
  },
};
