import type { Clock } from '../../src/adapters/clock.ts';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import type { PlainObject } from '../../src/core/values/plain-object.ts';
import { toCallFacts } from './call-facts.ts';
import {
  advance,
  answerCall,
  beginCall,
  type CallLife,
  hangUp,
  nextChangeAtMs,
  type ResultInfo,
  type Transition,
  withSuccess,
} from './call-life.ts';
import { type CallShape, toCallPlan } from './call-options.ts';
import { enterRoster } from './roster-body.ts';
import type { SimulatedCall } from './simulated-call.ts';

/** The longest wait of a Node timer; a call whose next change is further away looks again in between. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * The calls and their timers: one per call, for its next change. A keepAlive only moves the deadline away, so it
 * leaves the timer alone; when that fires too early, it is set anew.
 *
 * Effects: `onTransition` for each state that a call enters, in order.
 */
export function createSimulatedCalls(deps: {
  readonly clock: Clock;
  readonly timeScale: number;
  readonly botAppId: string;
  readonly tenantId: string;
  readonly newGuid: () => string;
  readonly onTransition: (call: SimulatedCall, transition: Transition) => void;
}) {
  const { clock } = deps;
  const calls = new Map<string, SimulatedCall>();

  /** Lets the call catch up with the clock, tells what happened, and waits for what comes next. */
  const settle = (call: SimulatedCall, nowMs = clock.nowMs()): void => {
    const { life, transitions } = advance(call.life, nowMs);
    call.life = life;
    for (const transition of transitions) {
      call.transitions.push(transition);
      deps.onTransition(call, transition);
    }
    arm(call);
  };

  const arm = (call: SimulatedCall): void => {
    const atMs = nextChangeAtMs(call.life);
    if (atMs !== undefined && call.alarm !== undefined && call.alarm.atMs <= atMs) return;
    call.alarm?.cancel();
    call.alarm = undefined;
    if (atMs === undefined) return;
    const waitMs = Math.min(Math.ceil(atMs - clock.nowMs()), LONGEST_WAIT_MS);
    const cancel = clock.after(waitMs, () => {
      call.alarm = undefined;
      settle(call);
    });
    call.alarm = { atMs: clock.nowMs() + waitMs, cancel };
  };

  const change = (call: SimulatedCall, life: CallLife): void => {
    call.life = life;
    settle(call);
  };

  return {
    /** Begins a call; undefined when there is one with that id already. */
    start(shape: CallShape, requested: PlainObject = {}): SimulatedCall | undefined {
      const facts = toCallFacts(shape, requested, deps);
      if (calls.has(facts.callId)) return undefined;
      const nowMs = clock.nowMs();
      const call: SimulatedCall = {
        facts,
        callbackUri: shape.callbackUri,
        life: beginCall(toCallPlan(shape, deps.timeScale), nowMs),
        participants: new Map(),
        transitions: [],
        keepAlives: [],
        notifications: [],
        deliveries: Promise.resolve(),
        alarm: undefined,
      };
      enterRoster(call, { callId: facts.callId, participants: [{ who: 'bot' }, { who: 'alex' }] });
      calls.set(facts.callId, call);
      // As it begins, however busy the machine is: nothing else has happened yet.
      settle(call, nowMs);
      return call;
    },
    /** The call of that id in either form, as it is now; ended calls included. */
    find(idText: string): SimulatedCall | undefined {
      const call = calls.get(parseCallId(idText) ?? '');
      if (call !== undefined) settle(call);
      return call;
    },
    all: (): readonly SimulatedCall[] => [...calls.values()],
    /** The 45 minutes begin anew. */
    keepAlive(call: SimulatedCall): void {
      call.life = withSuccess(call.life, clock.nowMs());
    },
    /** False when the call is not `incoming`. */
    answer(call: SimulatedCall, callbackUri?: string): boolean {
      const life = answerCall(call.life, clock.nowMs());
      if (life === undefined) return false;
      call.callbackUri = callbackUri ?? call.callbackUri;
      change(call, life);
      return true;
    },
    /** False when the call has ended before. */
    hangUp(call: SimulatedCall, by: 'bot' | 'otherParty', resultInfo?: ResultInfo): boolean {
      const life = hangUp(call.life, clock.nowMs(), by, resultInfo);
      if (life === undefined) return false;
      change(call, life);
      return true;
    },
  };
}

export type SimulatedCalls = ReturnType<typeof createSimulatedCalls>;
