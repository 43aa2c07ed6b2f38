import { expect, test } from 'vitest';
import { toConsoleLine } from '../../local/console-report.ts';

const at = new Date('2026-03-02T08:15:00Z');
const callId = '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5';
const LOG = { functionName: 'keepAlive', invocationId: '1', level: 'information', category: 'user' } as const;
const lineOf = (event: object) =>
  toConsoleLine({ ...LOG, message: JSON.stringify({ level: 'info', callId, ...event }) }, at);

test.each([
  [
    { event: 'keepAlive.succeeded', attempt: 3, durationMs: 4, marginSeconds: 1_799.958 },
    'keepAlive ok in 4 ms, 1800 s before the deadline',
  ],
  [{ event: 'keepAlive.succeeded', by: 'operator', durationMs: 4 }, 'keepAlive by an operator ok in 4 ms'],
  [
    { event: 'keepAlive.failed', by: 'operator', outcome: 'retry', reason: 'http 503' },
    'keepAlive by an operator refused (http 503)',
  ],
  [
    { event: 'keepAlive.failed', by: 'reconcileCalls', outcome: 'retry', reason: 'http 503' },
    'keepAlive by reconcileCalls refused (http 503), will be tried again',
  ],
  [
    { event: 'keepAlive.failed', by: 'operator', outcome: 'gone' },
    'keepAlive by an operator tells that Graph knows the call no more',
  ],
  [{ event: 'keepAlive.overdue', outcome: 'gone' }, 'keepAlive tells that Graph knows the call no more'],
  [
    { event: 'keepAlive.overdue', outcome: 'retry', reason: 'http 503' },
    'keepAlive past the deadline, refused (http 503), will be tried again',
  ],
  [
    { event: 'webhook.delivered', status: 204, endReason: 'terminated', durationMs: 9, postponed: 0 },
    'webhook delivered: status 204, end reason terminated, in 9 ms',
  ],
  [{ event: 'call.registered', instanceId: 'call-1', outcome: 'started' }, 'call registered: outcome started'],
])('the console tells of %j', (event, text) => {
  expect(lineOf(event)).toBe(`08:15:00  call 5b1f8d00  ${text}`);
});
