import { describe, expect, test } from 'vitest';
import { SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { CallEndedWebhookError } from '../../src/adapters/call-ended-webhook.ts';
import { CredentialError } from '../../src/adapters/credential-error.ts';
import type { GraphTokenSource } from '../../src/adapters/credentials.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import type { AppDependencies } from '../../src/functions/register-functions.ts';
import { HOUR_MS, MINUTE_MS, startVirtualWorld, type VirtualWorld, WORLD_START_MS } from '../support/virtual-world.ts';
import { type AlertRule, readAlertRules } from './alert-rules.ts';
import type { KqlRow } from './kql/kql-expression.ts';
import { runKql } from './kql/run-kql.ts';
import { isWritten, readLogLevels, toTrace, toTraces } from './log-table.ts';

const rules = readAlertRules();

/** Which alerts fire at any of their evaluations, from 20 minutes after the start to the end: as Azure Monitor runs them. */
function firing(traces: readonly KqlRow[], untilMs: number): readonly string[] {
  return rules
    .filter((rule) => evaluations(rule, untilMs).some((nowMs) => fires(rule, traces, nowMs)))
    .map(({ name }) => name);
}

function evaluations({ everyMs }: AlertRule, untilMs: number): readonly number[] {
  const first = WORLD_START_MS + 20 * MINUTE_MS;
  return Array.from({ length: Math.floor((untilMs - first) / everyMs) + 1 }, (_, index) => first + index * everyMs);
}

function fires({ query, toleratedRows, windowMs }: AlertRule, traces: readonly KqlRow[], nowMs: number): boolean {
  const seen = traces.filter(({ timestamp }) => Number(timestamp) > nowMs - windowMs && Number(timestamp) <= nowMs);
  return runKql(query, { traces: seen }, nowMs).length > toleratedRows;
}

async function firingAfter(
  run: (world: VirtualWorld) => Promise<void>,
  dependencies?: (world: Pick<VirtualWorld, 'clock' | 'graph'>) => Partial<AppDependencies>,
) {
  const world = await startVirtualWorld(dependencies === undefined ? {} : { dependencies });
  await run(world);
  return outcome(toTraces(world.lines), world.clock.nowMs());
}

interface Outcome {
  readonly fired: readonly string[];
  readonly traces: readonly KqlRow[];
}

function outcome(traces: readonly KqlRow[], untilMs: number): Outcome {
  return { fired: firing(traces, untilMs), traces };
}

const times = (count: number) => Array.from({ length: count }, (_, index) => index);

test('a day of healthy calls, of which one in ten is not answered, fires none', async () => {
  const { fired } = await firingAfter(async (world) => {
    for (const call of times(34)) {
      const isAnswered = call % 10 !== 0;
      const callId = await world.startCall({ establishAfterSeconds: isAnswered ? 20 : 7_200 });
      await world.clock.runFor(isAnswered ? 45 * MINUTE_MS : MINUTE_MS);
      world.graph.hangUp(callId);
      await world.clock.runFor(3 * MINUTE_MS);
    }
  });
  expect(fired).toEqual([]);
});

const noToken: GraphTokenSource = {
  getToken: () => Promise.reject(new CredentialError(SAMPLE_TENANT_ID, new Error('AADSTS7000222: expired'))),
};

/** What goes wrong, and every alert that fires then. */
const troubles: Readonly<Record<string, () => Promise<Outcome>>> = {
  'keepalive-missed': () =>
    firingAfter(async (world) => {
      // When a call is tried again depends on its id: one in some hundreds is tried at the deadline itself, overdue.
      await world.startCall({ callId: '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24' });
      world.graph.addFault({ operation: 'keepAlive', status: 503, times: 'always' });
      await world.clock.runFor(2 * HOUR_MS);
    }),
  'keepalive-overdue': () =>
    firingAfter(async (world) => {
      await world.startCall();
      await world.clock.runFor(MINUTE_MS);
      world.graph.addFault({ operation: 'keepAlive', status: 503, times: 'always' });
      world.graph.addFault({ operation: 'notification', lost: true, times: 'always' });
      await world.clock.runFor(2 * HOUR_MS);
    }),
  'reconcile-silent': async () => {
    const world = await startVirtualWorld();
    await world.clock.runFor(HOUR_MS);
    return outcome(toTraces(world.lines), world.clock.nowMs() + 20 * MINUTE_MS);
  },
  'callback-401': () =>
    firingAfter(async (world) => {
      await world.clock.runFor(21 * MINUTE_MS);
      for (const _ of times(4))
        await world.notify({ value: [] }, world.graph.signCallbackToken({ aud: 'another bot' }));
      await world.clock.runFor(HOUR_MS);
    }),
  'callback-strangers': () =>
    firingAfter(async (world) => {
      await world.clock.runFor(21 * MINUTE_MS);
      for (const _ of times(101)) await world.notify({ value: [] }, 'no-token');
      await world.clock.runFor(MINUTE_MS);
      await world.notify({ value: [] });
      await world.clock.runFor(HOUR_MS);
    }),
  'callback-401 callback-strangers': () =>
    firingAfter(async (world) => {
      await world.clock.runFor(21 * MINUTE_MS);
      for (const _ of times(110)) await world.notify({ value: [] }, 'no-token');
      // After so many, no line tells of these: the one that counts the rest does.
      for (const _ of times(4)) await world.notify({ value: [] }, world.graph.signCallbackToken({ tid: 'elsewhere' }));
      await world.clock.runFor(MINUTE_MS);
      await world.notify({ value: [] });
      await world.clock.runFor(HOUR_MS);
    }),
  'notification-failed': () =>
    firingAfter(
      async (world) => {
        await world.clock.runFor(21 * MINUTE_MS);
        expect((await world.notify({ value: [] })).status).toBe(503);
        await world.clock.runFor(HOUR_MS);
      },
      () => ({ tokens: { verify: async () => ({ kind: 'unavailable', reason: 'no keys', retryAfterSeconds: 5 }) } }),
    ),
  'notification-entries': () =>
    firingAfter(async (world) => {
      await world.clock.runFor(21 * MINUTE_MS);
      expect((await world.notify({ value: times(4).map((value) => ({ new: value })) })).status).toBe(202);
      await world.clock.runFor(HOUR_MS);
    }),
  'unknown-ids': () =>
    firingAfter(async (world) => {
      await world.clock.runFor(21 * MINUTE_MS);
      const resource = '/app/calls/id-of-another-form';
      const entry = {
        changeType: 'updated',
        resourceData: { '@odata.type': '#microsoft.graph.call', state: 'established' },
      };
      await world.notify({ value: [{ ...entry, resource, resourceUrl: resource }] });
      await world.clock.runFor(HOUR_MS);
    }),
  'relay-failing': () =>
    firingAfter(
      async (world) => {
        await world.clock.runFor(21 * MINUTE_MS);
        for (const _ of times(6)) await world.startCall({ establishAfterSeconds: 5 });
        await world.clock.runFor(HOUR_MS);
      },
      () => ({ relay: { send: async () => ({ kind: 'timeout' }) } }),
    ),
  'webhook-undelivered': () =>
    firingAfter(
      async (world) => {
        const callId = await world.startCall();
        await world.clock.runFor(21 * MINUTE_MS);
        world.graph.hangUp(callId);
        await world.clock.runFor(3 * HOUR_MS);
      },
      () => ({ webhook: { deliver: (callId) => Promise.reject(new CallEndedWebhookError(callId, '500')) } }),
    ),
  'token-failures': () =>
    firingAfter(
      async (world) => {
        await world.clock.runFor(10 * MINUTE_MS);
        await world.startCall();
        await world.clock.runFor(25 * MINUTE_MS);
      },
      ({ clock }) => ({
        graph: createGraphCalls({
          graphBaseUrl: 'https://graph.microsoft.com/v1.0',
          tokens: noToken,
          homeTenantId: SAMPLE_TENANT_ID,
          isTenantAllowed: () => true,
          clock,
          fetch: () => Promise.reject(new Error('nothing is sent without a token')),
          newRequestId: () => 'request',
        }),
      }),
    ),
  'orchestration-failed': async () => {
    const world = await startVirtualWorld();
    await world.clock.runFor(2 * HOUR_MS);
    return outcome([...toTraces(world.lines), engineFailure(WORLD_START_MS + HOUR_MS)], world.clock.nowMs());
  },
};

/**
 * The line of extension 3.19 when an orchestrator fails: level Error, in the log of the orchestrator.
 * Source: https://github.com/Azure/azure-functions-durable-extension, EndToEndTraceHelper.FunctionFailed.
 */
function engineFailure(
  atMs: number,
  { category = 'Function.keepCallAlive.User', functionType = 'Orchestrator' } = {},
): KqlRow {
  const facts = {
    instanceId: 'call-1',
    functionName: 'keepCallAlive',
    functionType,
    reason: 'x',
    isReplay: 'False',
    state: 'Failed',
  };
  const message = `call-1: Function 'keepCallAlive (${functionType})' failed with an error. Reason: x. IsReplay: False. State: Failed.`;
  const properties = Object.fromEntries(Object.entries(facts).map(([name, value]) => [`prop__${name}`, value]));
  return toTrace(atMs, message, category, 'error', properties);
}

/** Where the lines of each alert come from, as category and level of the host's log. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  'keepalive-overdue': ['Function.keepAlive.User error', 'Function.keepAlive.User warning'],
  'keepalive-missed': ['Function.receiveNotifications.User error'],
  'orchestration-failed': ['Function.keepCallAlive.User error'],
  'reconcile-silent': ['Function.reconcileCalls.User information'],
  'callback-401': ['Function.receiveNotifications.User warning'],
  'callback-strangers': ['Function.receiveNotifications.User warning'],
  'notification-failed': ['Function.receiveNotifications.User error'],
  'notification-entries': ['Function.receiveNotifications.User warning'],
  'unknown-ids': ['Function.receiveNotifications.User error'],
  'relay-failing': ['Function.receiveNotifications.User error'],
  'webhook-undelivered': ['Function.deliverCallEnded.User warning'],
  'token-failures': ['Function.keepAlive.User warning'],
};

describe('each alert fires on what the app really writes, and no other does', () => {
  test.each(Object.entries(troubles))('%s', async (names, trouble) => {
    const expected = names.split(' ');
    const { fired, traces } = await trouble();
    expect(fired.toSorted()).toEqual(expected.toSorted());
    for (const name of expected) expect([name, sourcesOf(name, traces)]).toEqual([name, SOURCES[name]]);
  });

  test('there is a trouble for each', () => {
    const troubled = Object.keys(troubles).flatMap((names) => names.split(' '));
    expect(new Set(troubled)).toEqual(new Set(rules.map(({ name }) => name)));
    expect(new Set(Object.keys(SOURCES))).toEqual(new Set(troubled));
  });

  test.each([
    ['an activity that failed', { functionType: 'Activity' }],
    ['a line of the orchestrator itself', { category: 'Function.keepCallAlive' }],
  ])('an orchestration is not told as failed by %s', (_what, line) => {
    expect(
      firing([engineFailure(WORLD_START_MS + 30 * MINUTE_MS, line), ...alive()], WORLD_START_MS + HOUR_MS),
    ).toEqual([]);
  });
});

describe('log levels of host.json', () => {
  test('leave out what the engine says of each turn, and keep what any alert reads', () => {
    expect(isWritten('Function.keepCallAlive.User', 'information', readLogLevels())).toBe(false);
    for (const source of Object.values(SOURCES).flat()) {
      const [category = '', level = ''] = source.split(' ');
      expect(isWritten(category, level, readLogLevels()), source).toBe(true);
    }
  });

  test('that went further would be noticed: an alert would lose its source', async () => {
    const world = await startVirtualWorld();
    await world.clock.runFor(HOUR_MS);
    expect(firing(toTraces(world.lines, { Function: 'Warning' }), world.clock.nowMs())).toEqual(['reconcile-silent']);
  });
});

/** Category and level of the lines that the query begins with. */
function sourcesOf(name: string, traces: readonly KqlRow[]): readonly string[] {
  const query = rules.find((rule) => rule.name === name)?.query ?? '';
  const [first = ''] = query.split(/^union|^\| (?:project|extend|summarize)/m);
  const seen = runKql(first.replace(/^let \w+ = /m, ''), { traces }, 0).map(({ customDimensions }) => {
    const { Category, LogLevel } = Object(customDimensions);
    return `${Category} ${LogLevel}`;
  });
  return [...new Set(seen)].toSorted();
}

/** reconcileCalls, every 5 minutes. */
function alive(): readonly KqlRow[] {
  return times(13).map((run) => {
    const message = '{"event":"reconcile.completed"}';
    return toTrace(WORLD_START_MS + run * 5 * MINUTE_MS, message, 'Function.reconcileCalls.User', 'information');
  });
}
