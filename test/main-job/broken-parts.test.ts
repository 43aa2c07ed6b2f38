import { describe, expect, test } from 'vitest';
import { InvocationLostError } from '../../local/durable-extension/invocation-lost-error.ts';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { CredentialError } from '../../src/adapters/credential-error.ts';
import type { GraphTokenSource } from '../../src/adapters/credentials.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import { expectRecovered } from '../support/expect-recovered.ts';
import { HOUR_MS, MINUTE_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

type Outside = Pick<VirtualWorld, 'clock' | 'graph'>;

describe('a keepAlive', () => {
  test('for which no token can be had for 20 minutes is sent once there is one', async () => {
    let tokensFrom = Number.POSITIVE_INFINITY;
    const world = await startVirtualWorld({
      dependencies: ({ clock, graph }) => ({
        graph: createGraphCallsIn({ clock, graph }, async (tenantId) => {
          if (clock.nowMs() >= tokensFrom) return 'simulated';
          throw new CredentialError(tenantId, new Error('AADSTS7000222: the secret has expired'));
        }),
      }),
    });
    tokensFrom = world.clock.nowMs() + 35 * MINUTE_MS;
    const callId = await world.startCall();
    await world.clock.runFor(20 * MINUTE_MS);
    expect((await world.status(callId)).customStatus).toMatchObject({
      phase: 'retrying',
      lastFailure: { reason: 'credential AADSTS7000222' },
    });
    expect(world.keepAlives(callId)).toEqual([]);
    await world.clock.runFor(2 * HOUR_MS);
    await expectRecovered(world, callId);
  });

  test('whose activity crashes is repeated, and the orchestration does not fail', async () => {
    let crashes = 0;
    const world = await startVirtualWorld({
      dependencies: breaking(
        () => ++crashes <= 4,
        () => new Error('planted'),
      ),
    });
    const callId = await world.startCall();
    await world.clock.runFor(15 * MINUTE_MS);
    expect((await world.status(callId)).customStatus).toMatchObject({
      phase: 'retrying',
      lastFailure: { reason: 'the keepAlive activity failed' },
    });
    await world.clock.runFor(2 * HOUR_MS);
    expect(crashes).toBeGreaterThan(4);
    await expectRecovered(world, callId);
  });

  test('whose worker is lost runs again after the visibility time-out', async () => {
    let losses = 0;
    const world = await startVirtualWorld({
      dependencies: breaking(
        () => ++losses <= 2,
        () => new InvocationLostError('planted'),
      ),
    });
    const callId = await world.startCall();
    await world.clock.runFor(2 * HOUR_MS);
    expect(world.keepAlives(callId)[0]).toEqual({ minute: 17, status: 200 });
    await expectRecovered(world, callId);
  });

  test('that the engine delivers twice is harmless', async () => {
    const world = await startVirtualWorld({ engine: { faults: { runActivityTwice: () => true } } });
    const callId = await world.startCall();
    await world.clock.runFor(31 * MINUTE_MS);
    expect(world.keepAlives(callId).map(({ minute }) => minute)).toEqual([15, 15, 30, 30]);
    world.graph.hangUp(callId);
    await world.clock.runFor(0);
    expect(await world.status(callId)).toMatchObject({ runtimeStatus: 'Completed', output: { keepAlives: 2 } });
    expect(world.countEvents('call.cleanedUp', callId)).toBe(1);
  });

  test('that was due while the host was down is sent when it is back', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(14 * MINUTE_MS);
    await world.crashAndRestart(20 * MINUTE_MS);
    await world.clock.runFor(2 * HOUR_MS);
    expect(world.keepAlives(callId)[0]).toEqual({ minute: 34, status: 200 });
    await expectRecovered(world, callId);
  });
});

/** The Graph adapter of the app, with a token source of the test's. */
function createGraphCallsIn({ clock, graph }: Outside, getToken: GraphTokenSource['getToken']) {
  return createGraphCalls({
    graphBaseUrl: 'https://graph.microsoft.com/v1.0',
    tokens: { getToken },
    homeTenantId: SAMPLE_TENANT_ID,
    isTenantAllowed: () => true,
    clock,
    fetch: createInProcessFetch((request) => graph.handle(request), clock),
    newRequestId: () => 'request',
  });
}

/** The same, but the activity that uses it breaks while `isBroken`. */
function breaking(isBroken: () => boolean, toError: () => Error) {
  return (outside: Outside) => {
    const calls = createGraphCallsIn(outside, async () => 'simulated');
    const keepAlive: typeof calls.keepAlive = async (target) => {
      if (isBroken()) throw toError();
      return calls.keepAlive(target);
    };
    return { graph: { ...calls, keepAlive } };
  };
}
