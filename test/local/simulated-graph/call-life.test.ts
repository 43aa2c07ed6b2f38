import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  advance,
  answerCall,
  beginCall,
  type CallLife,
  hangUp,
  hasEnded,
  nextChangeAtMs,
  type Transition,
  withSuccess,
} from '../../../local/simulated-graph/call-life.ts';
import { callOptionsSchema, toCallPlan } from '../../../local/simulated-graph/call-options.ts';
import { CALLBACK_URI, MINUTE_MS } from './graph-on-virtual-clock.ts';

const LIMIT_MS = 45 * MINUTE_MS;

function begin(options: Partial<Parameters<typeof callOptionsSchema.parse>[0] & object> = {}): CallLife {
  return beginCall(toCallPlan(callOptionsSchema.parse({ callbackUri: CALLBACK_URI, ...options }), 1), 0);
}

function hungUp(life: CallLife, nowMs: number, by: 'bot' | 'otherParty'): CallLife {
  const next = hangUp(life, nowMs, by);
  if (next === undefined) throw new Error('the call had ended before');
  return next;
}

function statesUntil(life: CallLife, nowMs: number): string[] {
  return advance(life, nowMs).transitions.map(({ state, atMs }) => `${state} ${atMs}`);
}

test('an outgoing peer to peer call rings, a joined meeting does not', () => {
  expect(statesUntil(begin(), 2_000)).toEqual(['establishing 0', 'ringing 1000', 'established 2000']);
  expect(statesUntil(begin({ kind: 'meeting' }), 2_000)).toEqual(['establishing 0', 'established 2000']);
});

test('an incoming call that nobody answers ends after 15 seconds, a policy recording call after 5', () => {
  expect(statesUntil(begin({ direction: 'incoming' }), MINUTE_MS)).toEqual(['incoming 0', 'terminated 15000']);
  const recording = begin({ direction: 'incoming', kind: 'policyRecording' });
  expect(statesUntil(recording, MINUTE_MS)).toEqual(['incoming 0', 'terminated 5000']);
});

test('an answered call is established and stays so; a second answer finds nothing to answer', () => {
  const { life } = advance(begin({ direction: 'incoming' }), 3_000);
  const answered = answerCall(life, 3_000);
  if (answered === undefined) throw new Error('the call could not be answered');
  const later = advance(answered, 20_000);
  expect(later.transitions.map(({ state }) => state)).toEqual(['establishing', 'established']);
  expect(answerCall(later.life, 20_000)).toBeUndefined();
});

test('the 45 minutes count from the start of the call, not from established', () => {
  const life = begin({ establishAfterSeconds: 31 * 60 });
  expect(statesUntil(life, LIMIT_MS - 1).at(-1)).toBe(`established ${31 * MINUTE_MS}`);
  expect(advance(life, LIMIT_MS).transitions.at(-1)).toEqual({
    atMs: LIMIT_MS,
    state: 'terminated',
    resultInfo: { code: 408, subcode: 8537, message: 'Keep Alive timeout, cleaned up inactive call.' },
  });
});

test('the bot leaves by way of terminating, the other party at once', () => {
  const { life } = advance(begin(), 5_000);
  expect(statesUntil(hungUp(life, 5_000, 'bot'), 9_000)).toEqual(['terminating 5000', 'terminated 6000']);
  expect(statesUntil(hungUp(life, 5_000, 'otherParty'), 9_000)).toEqual(['terminated 5000']);
});

test('a call that is terminating when its 45 minutes are over still ends for the reason it had', () => {
  const nowMs = LIMIT_MS - 1;
  const { transitions } = advance(hungUp(advance(begin(), nowMs).life, nowMs, 'bot'), LIMIT_MS + MINUTE_MS);
  expect(transitions.at(-1)).toMatchObject({ atMs: nowMs + 1_000, resultInfo: { code: 200, subcode: 7000 } });
});

test('an ended call cannot be hung up', () => {
  expect(hangUp(advance(begin(), LIMIT_MS).life, LIMIT_MS, 'otherParty')).toBeUndefined();
});

test('a hang-up planned before established ends a call that never was established', () => {
  expect(statesUntil(begin({ hangUpAfterSeconds: 1.5 }), MINUTE_MS)).toEqual([
    'establishing 0',
    'ringing 1000',
    'terminated 1500',
  ]);
});

test('however it is kept alive and hung up, a call ends once, in time, and only for a reason', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 50 * MINUTE_MS }),
    does: fc.constantFrom('keepAlive', 'keepAlive', 'keepAlive', 'hangUp', 'wait'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let life = begin({ kind: 'meeting' });
      let nowMs = 0;
      let lastSuccessAtMs = 0;
      const seen: Transition[] = [];
      const settle = () => {
        const next = advance(life, nowMs);
        life = next.life;
        seen.push(...next.transitions);
      };
      for (const { afterMs, does } of steps) {
        nowMs += afterMs;
        settle();
        expect(nextChangeAtMs(life) === undefined).toBe(hasEnded(life));
        if (hasEnded(life)) continue;
        expect(nowMs - lastSuccessAtMs).toBeLessThan(LIMIT_MS);
        if (does === 'keepAlive') {
          life = withSuccess(life, nowMs);
          lastSuccessAtMs = nowMs;
        }
        if (does === 'hangUp') life = hungUp(life, nowMs, 'otherParty');
        settle();
      }
      const ends = seen.filter(({ state }) => state === 'terminated');
      expect(ends.length).toBe(hasEnded(life) ? 1 : 0);
      expect(seen.map(({ atMs }) => atMs)).toEqual(seen.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      for (const end of ends) {
        expect(seen.at(-1)).toBe(end);
        if (end.resultInfo?.subcode === 8537) expect(end.atMs).toBe(lastSuccessAtMs + LIMIT_MS);
        else expect(steps.some(({ does }) => does === 'hangUp')).toBe(true);
      }
    }),
  );
});
