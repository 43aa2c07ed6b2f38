import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCommands } from '../../../src/core/notifications/notification-commands.ts';
import { type NotificationEntry, parseNotifications } from '../../../src/core/notifications/parse-notifications.ts';

const id = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const otherId = '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5';
const owner = { botAppId: 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b', graphOrigins: ['https://graph.microsoft.com'] };
const path = `/app/calls/${id}`;
const callType = '#microsoft.graph.call';

function parseEntries(...value: readonly unknown[]): readonly NotificationEntry[] {
  const body = parseNotifications({ value }, owner);
  if (body.kind !== 'notifications') throw new Error(`parsed as ${body.kind}`);
  return body.entries;
}

describe('a body', () => {
  test.each([[null], [[]], ['{}'], [7], [true], [undefined]])('that is %j is invalid', (body) => {
    expect(parseNotifications(body, owner)).toEqual({ kind: 'invalid', reason: 'notAnObject' });
  });

  test.each([
    [{}],
    [{ value: {} }],
    [{ value: null }],
    [{ callState: 'established' }],
    [{ callState: 'established', id, value: {} }],
    [JSON.parse('{"__proto__":{"value":[]}}')],
  ])('%j has no value array', (body) => {
    expect(parseNotifications(body, owner)).toEqual({ kind: 'invalid', reason: 'noValueArray' });
  });

  test('with callState and id, and no value, is the legacy format', () => {
    const body = { id, callState: 'incoming' };
    expect(parseNotifications(body, owner)).toEqual({ kind: 'legacyFormat', state: 'incoming' });
  });

  test('of another kind of webhook has all its entries rejected', () => {
    const body = { '@odata.type': '#microsoft.graph.changeNotificationCollection', value: [{ resource: path }] };
    expect(parseNotifications(body, owner)).toEqual({
      kind: 'notifications',
      entries: [{ kind: 'rejected', reason: 'unknownEnvelope' }],
    });
  });
});

describe('an entry', () => {
  test('speaks of its call, in the order of its data', () => {
    const resourceData = [
      { '@odata.type': callType, state: 'terminated', resultInfo: { code: 0 }, terminationReason: 'r' },
      { state: 'established', id: id.toUpperCase() },
    ];
    expect(parseEntries({ resource: path, changeType: 'Deleted', resourceData })).toStrictEqual([
      {
        kind: 'call',
        callId: id,
        graphCallId: id,
        deleted: true,
        items: [
          { state: 'terminated', resultInfo: { code: 0 }, terminationReason: 'r', facts: {} },
          { state: 'established', facts: {} },
        ],
      },
    ]);
  });

  test('brings the callbackUri from its data, else from itself', () => {
    const own = { resource: path, callbackUri: 'https://own.example/api', resourceData: { state: 'established' } };
    const both = { ...own, resourceData: { state: 'established', callbackUri: 'https://data.example/api' } };
    expect(parseEntries(own, both)).toMatchObject([
      { items: [{ facts: { callbackUri: 'https://own.example/api' } }] },
      { items: [{ facts: { callbackUri: 'https://data.example/api' } }] },
    ]);
  });

  test.each([
    ['notAnObject', null],
    ['notAnObject', [path]],
    ['noResource', {}],
    ['noResource', { resource: 7, resourceData: { id } }],
    ['noResource', JSON.parse(`{"__proto__":{"resource":"${path}"}}`)],
    ['noCallId', { resource: '/app/calls/../me' }],
    ['foreignHost', { resource: path, resourceUrl: `https://evil.example${path}` }],
    ['differentCallIds', { resource: path, resourceUrl: `/communications/calls/${otherId}` }],
    ['differentCallIds', { resource: path, resourceData: { id: otherId, state: 'established' } }],
    ['differentCallIds', { resource: path, resourceData: { id: 'x', state: 'terminated' } }],
    ['differentCallIds', { resource: path, resourceData: { '@odata.id': `/app/calls/${otherId}` } }],
    ['differentCallIds', { resource: path, resourceData: { '@odata.id': 'https://evil.example/x' } }],
    ['differentCallIds', { resource: path, resourceData: [{ state: 'established' }, { id: otherId }] }],
  ])('is rejected as %s, and its neighbours are not: %j', (reason, entry) => {
    const neighbour = { resource: path, resourceData: { state: 'established' } };
    expect(parseEntries(neighbour, entry, neighbour)).toMatchObject([
      { kind: 'call', items: [{ state: 'established' }] },
      { kind: 'rejected', reason },
      { kind: 'call', items: [{ state: 'established' }] },
    ]);
  });

  test.each([
    ['participants', { resource: `${path}/participants`, changeType: 'deleted', resourceData: [] }],
    ['one path of a sub-resource', { resource: path, resourceUrl: `${path}/operations/1`, changeType: 'deleted' }],
    ['the other path of one', { resource: `${path}/operations/1`, resourceUrl: path, changeType: 'deleted' }],
    ['another type', { resource: path, changeType: 'deleted', resourceData: { '@odata.type': '#microsoft.graph.x' } }],
    ['a type that is no text', { resource: path, changeType: 'deleted', resourceData: { '@odata.type': 7 } }],
  ])('says nothing of the call when it has %s, deleted or not', (_, entry) => {
    expect(parseEntries(entry)).toMatchObject([{ kind: 'other', callId: id }]);
  });

  test('takes from mixed data only what is a call', () => {
    const resourceData = [{ '@odata.type': '#microsoft.graph.participant', state: 'x' }, null, { state: 'hold' }];
    expect(parseEntries({ resource: path, resourceData })).toMatchObject([
      { kind: 'call', items: [{ state: 'hold' }] },
    ]);
  });
});

test('no secret of a notification gets into a command', () => {
  const data = {
    state: 'established',
    meetingInfo: { '@odata.type': '#microsoft.graph.tokenMeetingInfo', token: 'SECRET' },
    chatInfo: { threadId: 't', secret: 'SECRET' },
    replacesContext: 'SECRET',
    recordingAccessToken: 'SECRET',
    toneInfo: { tone: 'SECRET' },
    mediaConfig: { '@odata.type': '#microsoft.graph.appHostedMediaConfig', blob: 'SECRET' },
    resultInfo: { code: 0, recordingAccessToken: 'SECRET' },
  };
  const operation = { '@odata.type': '#microsoft.graph.recordOperation', recordingAccessToken: 'SECRET' };
  const entries = parseEntries(
    { resource: path, resourceData: data, secret: 'SECRET' },
    { resource: path, resourceData: { ...data, state: 'terminated' } },
    { resource: `${path}/operations/1`, changeType: 'deleted', resourceData: operation },
  );
  const commands = entries.flatMap((entry) => (entry.kind === 'rejected' ? [] : toCommands(entry)));
  expect(commands.map(({ kind }) => kind)).toEqual(['start', 'end', 'ignore']);
  expect(JSON.stringify({ entries, commands })).not.toContain('SECRET');
});

describe('whatever the body', () => {
  const entry = fc.record(
    {
      resource: fc.oneof(fc.constantFrom(path, `${path}/participants`, '/app/calls/..', ''), fc.jsonValue()),
      resourceUrl: fc.oneof(fc.constantFrom(path, `https://evil.example${path}`), fc.jsonValue()),
      changeType: fc.oneof(fc.constantFrom('created', 'updated', 'deleted'), fc.jsonValue()),
      resourceData: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.dictionary(
            fc.constantFrom('state', 'id', '@odata.type', '@odata.id', 'resultInfo', '__proto__', 'targets', 'source'),
            fc.oneof(fc.constantFrom<fc.JsonValue>('established', 'terminated', id, callType), fc.jsonValue()),
            { noNullPrototype: true },
          ),
        ),
      ),
    },
    { requiredKeys: [], noNullPrototype: true },
  );
  const anyBody = fc.oneof(
    fc.jsonValue(),
    fc.record({ value: fc.array(fc.oneof(entry, fc.jsonValue())) }, { noNullPrototype: true }),
  );

  test('nothing is thrown, each entry is answered for, and commands are about a call named in the body', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const parsed = parseNotifications(JSON.parse(JSON.stringify(body)), owner);
        if (parsed.kind !== 'notifications') return;
        const value = typeof body === 'object' && body !== null && 'value' in body ? body.value : undefined;
        expect(value).toHaveLength(parsed.entries.length);
        for (const one of parsed.entries) {
          if (one.kind === 'rejected') continue;
          const commands = toCommands(one);
          expect(commands.length).toBeGreaterThan(0);
          for (const command of commands) expect(command.callId).toBe(id);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('5,000 levels of nesting do no harm', () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    const body = JSON.parse(`{"value":[{"resource":"${path}","resourceData":{"state":"hold","targets":${deep}}}]}`);
    expect(parseNotifications(body, owner)).toMatchObject({ entries: [{ kind: 'call', items: [{ state: 'hold' }] }] });
  });
});
