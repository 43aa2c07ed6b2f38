import { expect, test } from 'vitest';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import type { CallerHeaders } from '../../src/adapters/send-graph-request.ts';
import { createManualClock } from './manual-clock.ts';

/** What Graph gets to see of a keepAlive that is refused with 401 once, and so sent twice. */
async function sentHeaders(headers: CallerHeaders | undefined): Promise<readonly Record<string, string>[]> {
  const sent: Record<string, string>[] = [];
  let ids = 0;
  const graph = createGraphCalls({
    graphBaseUrl: 'https://graph.example/v1.0',
    tokens: { getToken: async () => 'token' },
    homeTenantId: 'home',
    isTenantAllowed: () => true,
    clock: createManualClock(0),
    fetch: async (_url, init) => {
      sent.push(Object.fromEntries(new Headers(init?.headers)));
      return new Response('', { status: sent.length === 1 ? 401 : 200 });
    },
    newRequestId: () => `own-${++ids}`,
  });
  await graph.keepAlive({ graphCallId: 'call', tenantId: 'home', headers });
  return sent;
}

test('the ids of a caller go with every request of a keepAlive', async () => {
  const sent = await sentHeaders({ clientRequestId: 'theirs', scenarioId: 'scenario' });
  expect(sent).toHaveLength(2);
  for (const headers of sent)
    expect(headers).toMatchObject({ 'client-request-id': 'theirs', 'scenario-id': 'scenario' });
});

test('without them each request has an id of its own, and no scenario', async () => {
  const sent = await sentHeaders(undefined);
  expect(sent.map((headers) => headers['client-request-id'])).toEqual(['own-1', 'own-2']);
  for (const headers of sent) expect(headers).not.toHaveProperty('scenario-id');
});
