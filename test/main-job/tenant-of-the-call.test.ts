import { expect, test } from 'vitest';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import { MINUTE_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

const PARTNER = 'c8d2e3f4-2b3c-4d4e-9f50-6b7c8d9e0f1a';

/** A Graph that takes tokens of the partner's tenant only, as that of a guest meeting does. */
async function startWorldOf(allowed: readonly string[]) {
  const sent: string[] = [];
  const world = await startVirtualWorld({
    dependencies: ({ clock, graph }) => {
      const toGraph = createInProcessFetch((request) => graph.handle(request), clock);
      const calls = createGraphCalls({
        graphBaseUrl: 'https://graph.microsoft.com/v1.0',
        tokens: { getToken: async (tenantId) => tenantId },
        homeTenantId: SAMPLE_TENANT_ID,
        isTenantAllowed: (tenantId) => allowed.includes(tenantId),
        clock,
        fetch: async (url, init) => {
          const tenant = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? '';
          sent.push(tenant);
          const mismatch = { error: { code: '7505', message: 'Request authorization tenant mismatch.' } };
          return tenant === PARTNER ? toGraph(url, init) : Response.json(mismatch, { status: 403 });
        },
        newRequestId: () => 'request',
      });
      return { graph: calls, allowedTenantIds: allowed };
    },
  });
  const callId = await world.startCall();
  return { world, callId, sent };
}

function namePartner(world: VirtualWorld, callId: string) {
  return world.notify({
    value: [{ resource: `/app/calls/${callId}`, resourceData: { state: 'established', tenantId: PARTNER } }],
  });
}

test('a call whose own data name an allowed tenant is kept alive with that one, and it is remembered', async () => {
  const { world, callId, sent } = await startWorldOf([SAMPLE_TENANT_ID, PARTNER]);
  await namePartner(world, callId);
  await world.clock.runFor(46 * MINUTE_MS);
  expect(world.keepAlives(callId)).toEqual([15, 30, 45].map((minute) => ({ minute, status: 200 })));
  expect(sent).toEqual([SAMPLE_TENANT_ID, PARTNER, PARTNER, PARTNER]);
  expect((await world.status(callId)).customStatus).toMatchObject({ tenantId: PARTNER });
  expect((await world.getCall(callId)).record).toMatchObject({
    facts: { tenantId: SAMPLE_TENANT_ID, namedTenantId: PARTNER },
  });
});

test('a tenant that is not allowed is not asked for a token, whatever a body names', async () => {
  const { world, callId, sent } = await startWorldOf([SAMPLE_TENANT_ID]);
  await namePartner(world, callId);
  await world.clock.runFor(16 * MINUTE_MS);
  expect(world.keepAlives(callId)).toEqual([]);
  expect(sent).toEqual([SAMPLE_TENANT_ID]);
});

test.each([
  ['its notifications came with', undefined],
  ['was registered first', SAMPLE_TENANT_ID],
])('a call is kept alive with the tenant that an operator names after the wrong one that %s', async (_, first) => {
  const { world, callId } = await startWorldOf([SAMPLE_TENANT_ID, PARTNER]);
  if (first !== undefined) await world.register(callId, { tenantId: first });
  await world.clock.runFor(16 * MINUTE_MS);
  expect((await world.register(callId, { tenantId: PARTNER })).status).toBe(200);
  await world.register(callId, { tenantId: SAMPLE_TENANT_ID });
  await world.clock.runFor(44 * MINUTE_MS);
  expect(world.keepAlives(callId)).toEqual([30, 45, 60].map((minute) => ({ minute, status: 200 })));
});

test('so is a call whose record was lost', async () => {
  const { world, callId } = await startWorldOf([SAMPLE_TENANT_ID, PARTNER]);
  await world.clock.runFor(16 * MINUTE_MS);
  const { record, etag } = (await Array.fromAsync(world.store.list(['active'])))[0] ?? expect.unreachable();
  await world.store.remove(record.callId, etag);
  await world.register(callId, { tenantId: PARTNER });
  await world.clock.runFor(15 * MINUTE_MS);
  expect(world.keepAlives(callId)).toEqual([{ minute: 30, status: 200 }]);
});
