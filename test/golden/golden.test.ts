import { readdirSync, readFileSync } from 'node:fs';
import type { OrchestrationContext, Task } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { EventType, type HistoryEvent } from '../../local/durable-extension/hub/history-event.ts';
import { installFunctionsCore } from '../../local/functions-host/functions-core.ts';
import type { GoldenHistory } from './golden-history.ts';
import { SCENARIOS } from './scenarios.ts';

// First, for @azure/functions looks for its core module once, when it is loaded.
installFunctionsCore();
const { replayHistory } = await import('./replay-history.ts');
const { recordHistory } = await import('./record-history.ts');
const { keepCallAlive } = await import('../../src/functions/keep-call-alive.ts');

const folder = new URL('./', import.meta.url);
const versions = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const files = versions.flatMap((version) =>
  readdirSync(new URL(`${version}/`, folder)).map((file) => `${version}/${file}`),
);

function read(file: string): GoldenHistory {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}

describe('an instance that was started by release', () => {
  test.each(files)('%s goes on under the orchestrator of today', async (file) => {
    expect(await replayHistory(read(file), keepCallAlive)).toEqual([]);
  });
});

test('the histories of the version in host.json are there, and tell of every way in which a call can go', () => {
  const { extensions } = JSON.parse(readFileSync(new URL('../../host.json', folder), 'utf8'));
  const { defaultVersion } = extensions.durableTask;
  expect(files.filter((file) => file.startsWith(`${defaultVersion}/`)).toSorted()).toEqual(
    SCENARIOS.map(({ name }) => `${defaultVersion}/${name}.json`).toSorted(),
  );
  for (const { name } of SCENARIOS) {
    const { orchestratorVersion, about, generations } = read(`${defaultVersion}/${name}.json`);
    expect(orchestratorVersion).toBe(defaultVersion);
    expect(about).toBe(SCENARIOS.find((scenario) => scenario.name === name)?.about);
    expect(generations.flat().length).toBeGreaterThan(20);
  }
  expect(read(`${defaultVersion}/day.json`).generations).toHaveLength(3);
});

test('a delivery to the webhook that the release before has begun is gone on with', async () => {
  const golden = read('1.0/webhook.json');
  const generations = golden.generations.map((events) => events.map(withLongDelivery));
  expect(JSON.stringify(generations)).toContain('deliverForMs');
  expect(await replayHistory({ ...golden, generations }, keepCallAlive)).toEqual([]);
});

/** As if this release had started it. */
function withLongDelivery(event: HistoryEvent): HistoryEvent {
  if (event.EventType !== EventType.ExecutionStarted) return event;
  const input = JSON.parse(event.Input ?? '');
  const limits = { ...input.limits, deliverForMs: 48 * 3_600_000 };
  return { ...event, Input: JSON.stringify({ ...input, limits }) };
}

describe('a change to the orchestrator that would break running instances is found:', () => {
  type Change = (context: OrchestrationContext) => Generator<Task, unknown, unknown>;

  const changes: ReadonlyArray<{
    readonly change: string;
    readonly file: string;
    readonly make: Change;
    readonly today: readonly string[];
  }> = [
    {
      change: 'a keepAlive before the first timer',
      file: '1.0/not-found.json',
      *make(context) {
        yield context.df.callActivity('keepAlive', {});
        return yield* keepCallAlive(context);
      },
      today: ['0: activity keepAlive'],
    },
    {
      change: 'the webhook told before the clean-up',
      file: '1.0/webhook.json',
      make: (context) => keepCallAlive(withActivitiesSwapped(context, 'cleanUp', 'deliverCallEnded')),
      today: ['3: activity deliverCallEnded'],
    },
    {
      change: 'one more activity at the end',
      file: '1.0/ended-by-event.json',
      *make(context) {
        const output = yield* keepCallAlive(context);
        yield context.df.callActivity('tellOperator', {});
        return output;
      },
      today: ['5: activity tellOperator'],
    },
    {
      change: 'timers a second later',
      file: '1.0/not-found.json',
      make: (context) => keepCallAlive(withLaterTimers(context)),
      today: ['0: timer until 2026-01-05T08:15:01.000Z'],
    },
    {
      change: 'an end at once',
      file: '1.0/ended-by-event.json',
      *make() {
        return undefined;
      },
      today: ['0: Completed'],
    },
  ];

  test.each(changes)('$change', async ({ file, make, today }) => {
    const [divergence] = await replayHistory(read(file), make);
    expect(divergence?.today).toEqual(today);
    expect(divergence?.recorded).not.toEqual(today);
  });
});

test('a scenario is recorded the same way twice, ids and times too', async () => {
  const failing = SCENARIOS.filter(({ name }) => name === 'failing' || name === 'webhook');
  expect(failing).toHaveLength(2);
  for (const scenario of failing) {
    const recorded = await recordHistory(scenario, '1.0');
    expect(await recordHistory(scenario, '1.0')).toEqual(recorded);
    expect(await replayHistory(recorded, keepCallAlive)).toEqual([]);
  }
});

function withDf(context: OrchestrationContext, changed: object): OrchestrationContext {
  const df = new Proxy(context.df, {
    get: (target, name) => {
      const value = Reflect.has(changed, name) ? Reflect.get(changed, name) : Reflect.get(target, name);
      return typeof value === 'function' && name !== 'Task' ? value.bind(target) : value;
    },
  });
  return new Proxy(context, { get: (target, name) => (name === 'df' ? df : Reflect.get(target, name)) });
}

function withActivitiesSwapped(context: OrchestrationContext, one: string, other: string): OrchestrationContext {
  const callActivityWithRetry: typeof context.df.callActivityWithRetry = (name, retry, input) =>
    context.df.callActivityWithRetry(name === one ? other : name === other ? one : name, retry, input);
  return withDf(context, { callActivityWithRetry });
}

function withLaterTimers(context: OrchestrationContext): OrchestrationContext {
  const createTimer: typeof context.df.createTimer = (fireAt) =>
    context.df.createTimer(new Date(fireAt.getTime() + 1_000));
  return withDf(context, { createTimer });
}
