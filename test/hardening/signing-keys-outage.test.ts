import { describe, expect, test } from 'vitest';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { createCallbackTokenVerifier } from '../../src/adapters/callback-token.ts';
import { callNotification } from '../support/call-notification.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

const CALL_ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const METADATA_URL = 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration';

interface WatchedWorld extends VirtualWorld {
  /** How often the issuer's metadata were asked for so far. */
  fetches(): number;
  /** Posts `established` with a token of this moment; the status. */
  post(token?: string): Promise<number>;
  breakIssuer(fault: { readonly status?: number; readonly reset?: true }): void;
}

async function startWatchedWorld(): Promise<WatchedWorld> {
  let fetches = 0;
  const world = await startVirtualWorld({
    dependencies: ({ clock, graph }) => ({
      tokens: createCallbackTokenVerifier({
        metadataUrl: METADATA_URL,
        issuers: ['https://api.botframework.com'],
        audience: SAMPLE_BOT_APP_ID,
        allowedTenantIds: [SAMPLE_TENANT_ID],
        clock,
        fetch: createInProcessFetch((request) => {
          if (request.url.href === METADATA_URL) fetches += 1;
          return graph.handle(request);
        }, clock),
      }),
    }),
  });
  return {
    ...world,
    fetches: () => fetches,
    post: async (token) => (await world.notify(callNotification(CALL_ID, 'ringing'), token)).status,
    breakIssuer: (fault) => void world.graph.addFault({ operation: 'metadata', times: 'always', ...fault }),
  };
}

describe('an outage of the token issuer', () => {
  test.each<{ readonly status?: number; readonly reset?: true }>([{ status: 503 }, { reset: true }])(
    'is bridged for 24 hours with the last good keys: %j',
    async (fault) => {
      const world = await startWatchedWorld();
      expect(await world.post()).toBe(202);
      world.breakIssuer(fault);
      for (let hour = 1; hour < 24; hour++) {
        await world.clock.runFor(HOUR_MS);
        expect(await world.post()).toBe(202);
      }
      await world.clock.runFor(HOUR_MS + SECOND_MS);
      const answer = await world.notify(callNotification(CALL_ID, 'ringing'));
      expect(answer.status).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    },
  );

  test('ends as soon as the issuer answers again', async () => {
    const world = await startWatchedWorld();
    world.breakIssuer({ status: 500 });
    expect(await world.post()).toBe(503);
    world.graph.clearFaults();
    expect(await world.post()).toBe(503);
    await world.clock.runFor(10 * SECOND_MS);
    expect(await world.post()).toBe(202);
  });

  test('never refuses a token that could be good: 503, for the sender to come again', async () => {
    const world = await startWatchedWorld();
    expect(await world.post()).toBe(202);
    world.graph.rotateKeys({ dropOld: true });
    world.breakIssuer({ status: 503 });
    await world.clock.runFor(2 * MINUTE_MS);
    expect(await world.post()).toBe(503);
    await world.clock.runFor(25 * HOUR_MS);
    expect(await world.post(world.graph.signCallbackToken({ $header: { kid: 'junk' } }))).toBe(503);
  });

  test('does not make the app hammer the issuer', async () => {
    const world = await startWatchedWorld();
    world.breakIssuer({ status: 503 });
    for (let second = 0; second < 60; second++) {
      expect(await world.post()).toBe(503);
      await world.clock.runFor(SECOND_MS);
    }
    expect(world.fetches()).toBe(6);
  });
});

describe('a rotation of the keys', () => {
  test('is noticed by the first token of the new key, when the keys are a minute old', async () => {
    const world = await startWatchedWorld();
    expect(await world.post()).toBe(202);
    world.graph.rotateKeys();
    await world.clock.runFor(MINUTE_MS + SECOND_MS);
    expect(await world.post()).toBe(202);
    expect(world.fetches()).toBe(2);
  });

  test('that withdraws a key ends its tokens about an hour later, when the keys are fetched anew', async () => {
    const world = await startWatchedWorld();
    const old = world.graph.signCallbackToken({ exp: 4_102_444_800 });
    expect(await world.post(old)).toBe(202);
    world.graph.rotateKeys({ dropOld: true });
    await world.clock.runFor(HOUR_MS + SECOND_MS);
    await world.post(old);
    await world.clock.runFor(10 * SECOND_MS);
    expect(await world.post(old)).toBe(401);
  });
});

describe('a flood of tokens with unknown key ids', () => {
  test('costs one fetch every ten seconds, and good tokens pass meanwhile', async () => {
    const world = await startWatchedWorld();
    expect(await world.post()).toBe(202);
    await world.clock.runFor(2 * MINUTE_MS);
    for (let index = 0; index < 300; index++) {
      const status = await world.post(world.graph.signCallbackToken({ $header: { kid: `junk-${index}` } }));
      expect(status).toBe(index % 100 === 0 ? 401 : 503);
      await world.clock.runFor(100);
    }
    expect(await world.post()).toBe(202);
    expect(world.fetches()).toBe(1 + 3);
  });
});
