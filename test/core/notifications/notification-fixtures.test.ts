import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CallRecord, endCall, observeCall, startCall } from '../../../src/core/call-record/call-record.ts';
import { type CallCommand, toCommands } from '../../../src/core/notifications/notification-commands.ts';
import { parseNotifications } from '../../../src/core/notifications/parse-notifications.ts';

interface Expectation {
  readonly file: string;
  readonly http: number;
  readonly effect: string;
  /** Call id → what happens to it in the end. */
  readonly calls: Readonly<Record<string, 'start' | 'end' | 'observe' | 'ignore'>>;
}

const fixtures = new URL('../../fixtures/', import.meta.url);
const expectations: readonly Expectation[] = readJson('notifications.expected.json');
const botAppId = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b';
const owner = { botAppId, graphOrigins: ['https://graph.microsoft.com'] };

function readJson(name: string) {
  return JSON.parse(readFileSync(new URL(name, fixtures), 'utf8'));
}

function judge(file: string) {
  const body = parseNotifications(readJson(`notifications/${file}`), owner);
  const entries = body.kind === 'notifications' ? body.entries : [];
  const commands = entries.flatMap((entry) => (entry.kind === 'rejected' ? [] : toCommands(entry)));
  const rejected = body.kind === 'invalid' || entries.some((entry) => entry.kind === 'rejected');
  return {
    http: { notifications: 202, legacyFormat: 204, tooManyEntries: 413, invalid: 400 }[body.kind],
    commands,
    rejected,
  };
}

/** What the commands do to one call in the end: an end is final, and the rest is overruled by a start. */
function finalAction(commands: readonly CallCommand[], callId: string): CallCommand['kind'] | undefined {
  const kinds = commands.filter((command) => command.callId === callId).map(({ kind }) => kind);
  return (['end', 'start', 'observe', 'ignore'] as const).find((kind) => kinds.includes(kind));
}

function effectOf(actions: readonly string[], rejected: boolean): string {
  if (actions.length === 0 && rejected) return 'rejected';
  const words = { starts: ['start'], ends: ['end'], ignored: ['observe', 'ignore'] };
  const happened = Object.entries(words).filter(([, kinds]) => actions.some((action) => kinds.includes(action)));
  return happened.length === 0 ? 'ignored' : happened.map(([word]) => word).join('+');
}

/** The record of a call after the commands, on a fresh store. */
function recordAfter(commands: readonly CallCommand[], callId: string): CallRecord | undefined {
  let record: CallRecord | undefined;
  for (const command of commands) {
    if (command.kind === 'ignore' || command.callId !== callId) continue;
    const seen = { ...command, appId: botAppId };
    if (command.kind === 'end') record = endCall(record, seen, command.ended, 1) ?? record;
    else record = (command.kind === 'start' ? startCall : observeCall)(record, seen, 1) ?? record;
  }
  return record;
}

test('every fixture has an expectation', () => {
  const files = readdirSync(new URL('notifications/', fixtures)).filter((file) => file.endsWith('.json'));
  expect(expectations.map(({ file }) => file).sort()).toEqual(files.sort());
  expect(files).toHaveLength(51);
});

describe.each(expectations)('the body $file', ({ file, http, effect, calls }) => {
  const { commands, ...judged } = judge(file);

  test(`is answered with ${http} and ${effect}`, () => {
    const actions = Object.fromEntries(commands.map(({ callId }) => [callId, finalAction(commands, callId)]));
    expect(actions).toEqual(calls);
    expect(judged.http).toBe(http);
    expect(effectOf(Object.values(calls), judged.rejected)).toBe(effect);
  });

  test('leaves the records that this means', () => {
    const phases = { start: 'starting', end: 'ended', observe: 'observed', ignore: undefined };
    for (const [callId, action] of Object.entries(calls)) {
      expect(recordAfter(commands, callId)?.phase).toBe(phases[action]);
    }
  });

  test('gives no command a secret', () => {
    expect(JSON.stringify(commands)).not.toContain('INVENTED');
  });
});

test('the fixtures do hold secrets, of every kind that Graph sends', () => {
  const text = expectations.map(({ file }) => JSON.stringify(readJson(`notifications/${file}`))).join('\n');
  expect(text).toContain('INVENTED-JOIN-TOKEN');
  expect(text).toContain('INVENTED-REPLACES-CONTEXT');
});

test('the missed keepAlive can be told from the command', () => {
  expect(judge('terminated-keepalive-timeout.json').commands).toMatchObject([
    { kind: 'end', ended: { resultInfo: { code: 408, subcode: 8537 } } },
  ]);
});

test('an end is found however many entries come before and after it in the body', () => {
  const entries = readJson('notifications/batch-out-of-order-same-call.json').value;
  const value = [...Array(500).fill(entries[0]), ...entries, ...Array(500).fill(entries.at(-1))];
  const body = parseNotifications({ value }, owner);
  if (body.kind !== 'notifications') throw new Error(`parsed as ${body.kind}`);
  const commands = body.entries.flatMap((entry) => (entry.kind === 'rejected' ? [] : toCommands(entry)));
  expect(commands).toHaveLength(value.length);
  expect(recordAfter(commands, '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24')?.phase).toBe('ended');
});
