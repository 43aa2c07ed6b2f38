import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AppEvent } from '../../src/core/events/app-event.ts';
import { EVENTS, FIELD_MEANINGS } from '../../src/core/events/event-catalog.ts';
import { toEventLine } from '../../src/core/events/event-line.ts';
import type { PlainObject } from '../../src/core/values/plain-object.ts';
import { REPOSITORY } from '../support/repository.ts';
import { HOUR_MS, MINUTE_MS, startVirtualWorld, type VirtualWorld } from '../support/virtual-world.ts';

const names = Object.keys(EVENTS) as (keyof typeof EVENTS)[];
/** What is deployed: neither the command line nor the page. */
const sources = globSync('src/{*,core/**/*,calls/**/*,functions/**/*,adapters/**/*}.ts', { cwd: REPOSITORY })
  .filter((path) => !path.endsWith('event-catalog.ts'))
  .map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), 'utf8') }));

describe('the catalog of events', () => {
  test.each(names)('%s is written somewhere', (name) => {
    expect(sources.filter(({ text }) => text.includes(`'${name}'`))).not.toEqual([]);
  });

  test('explains every field that an event has, and no other', () => {
    const used = new Set(names.flatMap((name) => Object.keys(EVENTS[name].fields)));
    expect(Object.keys(FIELD_MEANINGS).toSorted()).toEqual([...used, 'scenarioId', 'messageId'].toSorted());
  });

  test('is all that is logged: nobody else writes to the log or the console', () => {
    const writers = sources.filter(({ text }) =>
      /\bconsole\.\w|\bcontext\.(log|trace|debug|info|warn|error)\b/.test(text),
    );
    expect(writers.map(({ path }) => path).toSorted()).toEqual(['src/functions/log-events.ts', 'src/main.ts']);
    for (const { text } of writers) expect(text).toContain('toEventLine(');
  });

  test('is no burden on the deployed code: it is imported for its types', () => {
    const importers = sources.filter(({ text }) => text.includes('event-catalog.ts'));
    expect(importers.map(({ path }) => path)).toEqual(['src/core/events/app-event.ts']);
    expect(importers[0]?.text).toContain('import type { EVENTS }');
  });
});

describe('a line of the log', () => {
  test.each(names)('begins with the name of the event, %s, however it was put together', (event) => {
    const shuffled = { callId: 'a', problem: 'line\nbreak', level: EVENTS[event].levels[0], event };
    const line = toEventLine(shuffled as unknown as AppEvent);
    expect(line).toMatch(new RegExp(`^\\{"event":"${event.replace('.', '\\.')}",`));
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual(shuffled);
  });
});

describe('what the app writes', () => {
  test('in the life of a call is as the catalog says, once for each fact, though the orchestrator is replayed', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall({ establishAfterSeconds: 40 });
    await world.clock.runFor(13 * HOUR_MS + MINUTE_MS);
    world.graph.hangUp(callId);
    await world.clock.runFor(10 * MINUTE_MS);
    expectCatalogued(world);
    expect(countByName(world)).toMatchObject({
      'call.observed': 1,
      'call.established': 1,
      'keepAlive.succeeded': 52,
      'call.ended': 1,
      'call.cleanedUp': 1,
    });
  });

  test("tells once of an end that the call's own keepAlive found out", async () => {
    const world = await startVirtualWorld();
    await world.clock.runFor(MINUTE_MS); // apart from the reconciler's runs
    const callId = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    world.graph.addFault({ operation: 'notification', lost: true, times: 'always' });
    world.graph.hangUp(callId);
    await world.clock.runFor(HOUR_MS);
    const ends = world.events.filter(({ event }) => event === 'call.ended' || event === 'keepAlive.failed');
    expect(ends).toMatchObject([
      { event: 'keepAlive.failed', level: 'info', outcome: 'gone', attempt: 1 },
      { event: 'call.ended', callId, instanceId: `call-${callId}`, reason: 'notFound' },
    ]);
    expectCatalogued(world);
  });

  test('tells how much time was left when a keepAlive was sent from outside the orchestration', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(MINUTE_MS);
    await world.request('POST', `/runtime/webhooks/durabletask/instances/call-${callId}/suspend?reason=test`);
    await world.clock.runFor(20 * MINUTE_MS);
    const [rescued] = world.events.filter(({ event }) => event === 'keepAlive.rescued');
    expect(rescued).toMatchObject({ callId, level: 'info', outcome: 'alive', by: 'reconcileCalls' });
    expect(rescued?.marginSeconds).toBe(25 * 60);
    expectCatalogued(world);
  });

  test('of failures, refusals, and repairs is as the catalog says', async () => {
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.notify({
      value: [{ changeType: 'updated', resource: '/not/a/call', resourceData: { state: 'established' } }],
    });
    await world.notify({ no: 'value' });
    await world.notify({ value: [] }, 'not-a-token');
    world.graph.addFault({ operation: 'notification', lost: true, times: 'always' });
    world.graph.addFault({ operation: 'keepAlive', status: 503, times: 500 });
    await world.clock.runFor(50 * MINUTE_MS);
    await world.request('POST', `/api/calls/${callId}/keepAlive`);
    await world.request('DELETE', `/api/calls/${callId}`);
    await world.clock.runFor(MINUTE_MS);
    await world.register(callId);
    await world.clock.runFor(30 * HOUR_MS);
    expectCatalogued(world);
    const written = countByName(world);
    for (const name of [
      'notification.rejected',
      'keepAlive.failed',
      'keepAlive.overdue',
      'call.registered',
      'call.ended',
      'reconcile.completed',
      'purge.completed',
    ]) {
      expect(written, name).toHaveProperty([name]);
    }
    expect(written['notification.rejected']).toBe(3);
  });
});

test('a flood of strangers is told in 30 lines, and a minute later in one that counts the rest', async () => {
  const world = await startVirtualWorld();
  const flood = ['', 'x'.repeat(20)].flatMap((token) => Array.from({ length: 500 }, () => token));
  for (const token of flood) expect((await world.notify({ value: [] }, token)).status).toBe(401);
  expect(world.events).toHaveLength(30);
  await world.clock.runFor(MINUTE_MS);
  expect((await world.notify({ value: [] })).status).toBe(202);
  const more = world.events.slice(30).filter(({ event }) => event === 'notification.rejected');
  expect(more).toMatchObject([{ status: 401, reason: 'moreRequests', requests: 970 }]);
  expect(more[0]?.reasons).toMatch(/^malformedToken 500, \w+ 470$/);
  expectCatalogued(world);
});

describe('the ids of a notification', () => {
  const ids = { 'scenario-id': '7d1f-scenario', 'x-microsoft-skype-message-id': 'message:1.a' };
  const named = { scenarioId: '7d1f-scenario', messageId: 'message:1.a' };
  const callId = '3e0f4c5a-0000-4000-8000-000000000001';

  test('lead from Microsoft to the instance: they stand in the start and in the end', async () => {
    const world = await startVirtualWorld();
    await notify(world, 'establishing', ids);
    await notify(world, 'established', ids);
    await notify(world, 'terminated', { ...ids, 'x-microsoft-skype-message-id': 'message:2' });
    const instanceId = `call-${callId}`;
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'call.established', callId, instanceId, ...named }),
    );
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'call.ended', callId, instanceId, ...named, messageId: 'message:2' }),
    );
  });

  test('stand in a refusal too', async () => {
    const world = await startVirtualWorld();
    await notify(world, 'established', ids, 'not-a-token');
    expect(world.events).toMatchObject([{ event: 'notification.rejected', status: 401, ...named }]);
  });

  test('that are no ids are left out', async () => {
    const world = await startVirtualWorld();
    await notify(world, 'established', { 'scenario-id': 'a b', 'x-microsoft-skype-message-id': 'x'.repeat(129) });
    const [started] = world.events.filter(({ event }) => event === 'call.established');
    expect(started).toMatchObject({ callId });
    expect(Object.keys(started ?? {})).not.toEqual(expect.arrayContaining(['scenarioId']));
    expect(Object.keys(started ?? {})).not.toEqual(expect.arrayContaining(['messageId']));
  });

  test('of the call stand in an end that no notification told', async () => {
    const world = await startVirtualWorld();
    await notify(world, 'establishing', ids);
    await notify(world, 'established', ids);
    await world.request('DELETE', `/api/calls/${callId}`);
    const [ended] = world.events.filter(({ event }) => event === 'call.ended');
    expect(ended).toMatchObject({ reason: 'stopped', scenarioId: named.scenarioId });
    expect(ended).not.toHaveProperty('messageId');
  });

  async function notify(world: VirtualWorld, state: string, headers: object, token = world.graph.signCallbackToken()) {
    const resource = `/app/calls/${callId}`;
    const resourceData = { '@odata.type': '#microsoft.graph.call', state };
    await world.request('POST', '/api/notifications', {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
      body: JSON.stringify({ value: [{ changeType: 'updated', resource, resourceData }] }),
    });
    await world.clock.runFor(0);
  }
});

function countByName({ events }: VirtualWorld): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { event } of events) counts[String(event)] = (counts[String(event)] ?? 0) + 1;
  return counts;
}

function expectCatalogued({ events }: VirtualWorld): void {
  expect(events.length).toBeGreaterThan(0);
  expect(events.flatMap(deviations)).toEqual([]);
}

/** How a written event differs from the catalog. */
function deviations(written: PlainObject): readonly string[] {
  const catalog: Readonly<Record<string, { levels: readonly string[]; fields: Readonly<Record<string, string>> }>> =
    EVENTS;
  const { event, level, scenarioId, messageId, ...fields } = written;
  const described = catalog[String(event)];
  if (described === undefined) return [`${event} is not in the catalog`];
  const types = new Map(Object.entries(described.fields));
  return [
    ...(Object.keys(written)[0] === 'event' ? [] : [`${event} does not begin with its name`]),
    ...(described.levels.includes(String(level)) ? [] : [`${event} has level ${level}`]),
    ...Object.entries(fields)
      .filter(([name, value]) => types.get(name)?.replace('?', '') !== typeNameOf(value))
      .map(([name, value]) => `${event} has ${name}: ${JSON.stringify(value)}`),
    ...[...types]
      .filter(([name, type]) => !type.endsWith('?') && !(name in fields))
      .map(([name]) => `${event} lacks ${name}`),
  ];
}

function typeNameOf(value: unknown): string {
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'flag' : typeof value;
}
