import { describe, expect, test } from 'vitest';
import { toKeepAliveEvent } from '../../src/core/keepalive/keep-alive-event.ts';
import type { KeepAliveOutcome } from '../../src/core/keepalive/keep-alive-outcome.ts';

const attempt = {
  sentAtMs: 1_000_000,
  durationMs: 80,
  clientRequestId: 'ours',
  requestId: 'theirs',
  tenantId: 'tenant',
};
const alive: KeepAliveOutcome = { kind: 'alive', ...attempt };
const gone: KeepAliveOutcome = { kind: 'gone', ...attempt };
const busy: KeepAliveOutcome = { kind: 'retry', reason: 'http 503', ...attempt };

describe('the event of a keepAlive', () => {
  test.each([
    ['a success in time', alive, 60_000, 'keepAlive.succeeded', 'info'],
    ['a success at the last moment', alive, 100, 'keepAlive.succeeded', 'info'],
    ['a success at the deadline', alive, 0, 'keepAlive.succeeded', 'warning'],
    ['a success past it', alive, -60_000, 'keepAlive.succeeded', 'warning'],
    ['a failure in time', busy, 60_000, 'keepAlive.failed', 'warning'],
    ['a failure at the deadline', busy, 0, 'keepAlive.overdue', 'error'],
    ['an end in time', gone, 60_000, 'keepAlive.failed', 'info'],
    ['an end past the deadline', gone, -60_000, 'keepAlive.overdue', 'info'],
  ] as const)('of %s', (_what, outcome, marginMs, event, level) => {
    const deadlineAtMs = attempt.sentAtMs + marginMs;
    expect(toKeepAliveEvent({ callId: 'call', deadlineAtMs }, outcome)).toMatchObject({
      event,
      level,
      marginSeconds: marginMs / 1_000,
      outcome: outcome.kind,
    });
  });

  test('is in time up to the last millisecond, and its margin says so: alerts ask whether it is above 0', () => {
    const sent = { callId: 'call', deadlineAtMs: attempt.sentAtMs + 1 };
    expect(toKeepAliveEvent(sent, busy)).toMatchObject({ event: 'keepAlive.failed', marginSeconds: 0.001 });
  });

  test('tells lateness and margin in seconds, the try, and the ids of the request', () => {
    const sent = { callId: 'call', attempt: 7, dueAtMs: 998_760, deadlineAtMs: 2_800_000 };
    expect(toKeepAliveEvent(sent, alive)).toEqual({
      event: 'keepAlive.succeeded',
      level: 'info',
      callId: 'call',
      outcome: 'alive',
      attempt: 7,
      latenessSeconds: 1.24,
      marginSeconds: 1_800,
      durationMs: 80,
      requestId: 'theirs',
      clientRequestId: 'ours',
      tenantId: 'tenant',
      by: undefined,
    });
  });

  test("tells Graph's code and reason of a denial, the reason of any other failure", () => {
    const denied: KeepAliveOutcome = { kind: 'denied', code: '7504', reason: 'no consent', ...attempt };
    expect(toKeepAliveEvent({ callId: 'call' }, denied)).toMatchObject({ code: '7504', reason: 'no consent' });
    expect(toKeepAliveEvent({ callId: 'call' }, busy)).toMatchObject({ reason: 'http 503' });
    expect(toKeepAliveEvent({ callId: 'call' }, busy)).not.toHaveProperty('code');
  });

  test('says who sent it, when it was not the orchestration', () => {
    expect(toKeepAliveEvent({ callId: 'call', by: 'operator' }, alive)).toMatchObject({
      event: 'keepAlive.succeeded',
      by: 'operator',
      marginSeconds: undefined,
    });
    expect(toKeepAliveEvent({ callId: 'call', by: 'reconcileCalls' }, alive)).toMatchObject({
      event: 'keepAlive.rescued',
      by: 'reconcileCalls',
    });
  });
});
