import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { newCallId } from '../contract/call-store-contract.ts';
import { rosterOf } from '../support/call-notification.ts';
import { createLoneReceiver } from '../support/lone-receiver.ts';

/** Measured: up to 37 on a busy machine. What blocks for seconds is above 100. */
const MOST_TIMES_PARSING = 60;
const TRIES = 3;
/** On a machine so busy that each of those was interrupted: what blocks does so every time. */
const MOST_TRIES = 12;

const callId = newCallId();
const make = (length: number, entry: (index: number) => unknown) => Array.from({ length }, (_, index) => entry(index));
const entryOf = (id: string, data: object = {}) => ({
  resource: `/app/calls/${id}`,
  resourceData: { state: 'established', ...data },
});
const facts = (index: number) => ({
  subject: `subject ${index}`,
  callChainId: newCallId(),
  callbackUri: 'https://app.example/?code=secret',
  chatInfo: { threadId: 'thread', messageId: 'message', replyChainMessageId: 'reply' },
  meetingInfo: { organizer: { user: { id: 'id', tenantId: 'tenant' } }, joinMeetingId: '1', passcode: '2' },
  requestedModalities: ['audio'],
  source: { identity: { user: { id: 'id' } } },
  targets: [{ identity: { user: { id: 'id' } } }],
  resultInfo: { code: 1, subcode: 2, message: 'message' },
});

/** The bodies that cost most: those taken, and those refused. */
const COSTLY: readonly (readonly [body: string, value: readonly unknown[], status: number])[] = [
  ['5,000 calls with all that is kept', make(5_000, (index) => entryOf(newCallId(), facts(index))), 202],
  ['5,000 sights of one call', make(5_000, (index) => entryOf(callId, facts(index))), 202],
  ['3,500 long addresses', make(3_500, () => entryOf(callId, { callbackUri: '?code=&'.repeat(140) })), 202],
  ['an identity of 190,000 kinds', [entryOf(callId, { source: { identity: { ...make(190_000, () => 0) } } })], 202],
  ['a roster of 5,000', Object.values(rosterOf(callId, 5_000)).flat(), 202],
  ['190,000 entries', make(190_000, () => 0), 413],
  ['one entry of 90,000 calls', [{ resource: `/app/calls/${callId}`, resourceData: make(90_000, () => ({})) }], 413],
  ['2,000,000 entries', make(2_000_000, () => 0), 413],
];

/** The longest that anything else had to wait while this ran. */
async function longestBlockMs(run: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await setTimeout(5);
  await run();
  await setTimeout(5);
  delay.disable();
  return delay.max / 1e6;
}

test.each(COSTLY)(
  'a body with %s blocks the process not much longer than its parsing takes',
  async (_body, value, status) => {
    const bytes = new TextEncoder().encode(JSON.stringify({ value }));
    const [parseMs, blockMs]: [number[], number[]] = [[], []];
    const timesParsing = () => Math.min(...blockMs) / Math.min(...parseMs);
    for (let run = 0; run < TRIES || (run < MOST_TRIES && timesParsing() >= MOST_TIMES_PARSING); run++) {
      const startedMs = performance.now();
      JSON.parse(new TextDecoder().decode(bytes));
      parseMs.push(performance.now() - startedMs);
      // A store that answers at once would let 5,000 calls wait for nothing but each other.
      const receiver = createLoneReceiver({ store: createMemoryCallStore({ before: () => setImmediate() }) });
      blockMs.push(await longestBlockMs(async () => expect((await receiver.post(bytes)).status).toBe(status)));
    }
    expect(timesParsing()).toBeLessThan(MOST_TIMES_PARSING);
  },
);
