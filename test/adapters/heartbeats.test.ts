import { expect, test } from 'vitest';
import { createHeartbeats } from '../../src/adapters/heartbeats.ts';
import { newCallId } from '../contract/call-store-contract.ts';
import { createManualClock } from './manual-clock.ts';

const SECOND = 1_000;
const callId = newCallId();
const heartbeat = { lastKeepAliveAtMs: 1, nextLookAtMs: 2 };

/** A table that does as it is told; counts what it was asked. */
function createTable() {
  const clock = createManualClock(Date.UTC(2026, 0, 5, 12));
  const table = { state: 'well' as 'well' | 'hangs' | 'fails', asked: 0 };
  const answer = <Answer>(well: Answer): Promise<Answer> => {
    table.asked++;
    if (table.state === 'well') return Promise.resolve(well);
    return table.state === 'fails' ? Promise.reject(new Error('503')) : new Promise(() => {});
  };
  const row = { callId, graphCallId: callId, appId: 'bot', phase: 'active', firstSeenAtMs: 1, facts: {} } as const;
  const heartbeats = createHeartbeats({
    store: {
      merge: () => answer({ etag: '1' }),
      read: () => answer({ record: { ...row, lastKeepAliveAtMs: 5, lastRescueAtMs: 7 }, etag: '' }),
    },
    clock,
  });
  /** Lets pass the time that it may take; resolves with that time, in seconds. */
  async function secondsOf(request: Promise<unknown>): Promise<number> {
    let isDone = false;
    const done = request.finally(() => {
      isDone = true;
    });
    for (let seconds = 0; ; seconds++) {
      await new Promise(setImmediate);
      if (isDone) return done.then(() => seconds);
      clock.advance(SECOND);
    }
  }
  const record = () => secondsOf(heartbeats.record(callId, heartbeat));
  return { clock, table, record, secondsOf, heartbeats };
}

test('a heartbeat is written, once', async () => {
  const { table, record } = createTable();
  expect(await record()).toBe(0);
  expect(table.asked).toBe(1);
});

test('a table that fails costs nothing, however often, and is asked again each time', async () => {
  const { table, record } = createTable();
  table.state = 'fails';
  for (let beat = 0; beat < 10; beat++) expect(await record()).toBe(0);
  expect(table.asked).toBe(10);
});

test('a table that hangs costs 2 s three times, then nothing for a minute, then 2 s a minute', async () => {
  const { clock, table, record } = createTable();
  table.state = 'hangs';
  const costs = [];
  for (let beat = 0; beat < 6; beat++) costs.push(await record());
  expect(costs).toEqual([2, 2, 2, 0, 0, 0]);
  clock.advance(60 * SECOND);
  expect([await record(), await record()]).toEqual([2, 0]);
  expect(table.asked).toBe(4);
  clock.advance(60 * SECOND);
  table.state = 'well';
  expect([await record(), await record()]).toEqual([0, 0]);
  expect(table.asked).toBe(6);
});

test('three that hang among others that do not are no reason to skip any', async () => {
  const { table, record } = createTable();
  for (let round = 0; round < 5; round++) {
    table.state = 'hangs';
    expect([await record(), await record()]).toEqual([2, 2]);
    table.state = 'well';
    expect(await record()).toBe(0);
  }
});

test('a clock that is set back does not make the minute longer', async () => {
  const { clock, table, record } = createTable();
  table.state = 'hangs';
  for (let beat = 0; beat < 3; beat++) await record();
  clock.advance(-3_600 * SECOND);
  table.state = 'well';
  await record();
  expect(table.asked).toBe(4);
});

test('the last success is the latest that the row knows, whoever obtained it', async () => {
  const { heartbeats } = createTable();
  expect(await heartbeats.lastSuccessMs(callId)).toBe(7);
});

test('a table that does not tell the last success costs 2 s at most, and no error', async () => {
  const { table, heartbeats, secondsOf } = createTable();
  table.state = 'fails';
  expect(await heartbeats.lastSuccessMs(callId)).toBeUndefined();
  table.state = 'hangs';
  const costs = [];
  for (let beat = 0; beat < 5; beat++) costs.push(await secondsOf(heartbeats.lastSuccessMs(callId)));
  expect(costs).toEqual([2, 2, 2, 0, 0]);
});

test('5,000 beats in ten places get by a table that hangs: two seconds a minute are lost, no more', async () => {
  const { clock, table, record } = createTable();
  table.state = 'hangs';
  let beats = 0;
  let costSeconds = 0;
  for (let minute = 0; minute < 15; minute++) {
    for (let beat = 0; beat < 5_000 / 15; beat++, beats++) costSeconds += await record();
    clock.advance(60 * SECOND);
  }
  expect(beats).toBeGreaterThanOrEqual(5_000);
  expect(costSeconds).toBe(3 * 2 + 14 * 2);
});
