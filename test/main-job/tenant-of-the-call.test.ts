import { expect, test } from 'vitest';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import { MINUTE_MS, startVirtualWorld } from '../support/virtual-world.ts';

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
      return { graph: calls };
    },
  });
  const callId = await world.startCall();
  await world.notify({
    value: [{ resource: `/app/calls/${callId}`, resourceData: { state: 'established', tenantId: PARTNER } }],
  });
  return { world, callId, sent };
}

test('a call whose own data name an allowed tenant is kept alive with that one, and it is remembered', async () => {
  const { world, callId, sent } = await startWorldOf([SAMPLE_TENANT_ID, PARTNER]);
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
  await world.clock.runFor(16 * MINUTE_MS);
  expect(world.keepAlives(callId)).toEqual([]);
  expect(sent).toEqual([SAMPLE_TENANT_ID]);
});
