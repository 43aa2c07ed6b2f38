export type CallState = 'incoming' | 'establishing' | 'ringing' | 'established' | 'terminating' | 'terminated';
export type CallKind = 'p2p' | 'meeting' | 'policyRecording';
export type CallDirection = 'incoming' | 'outgoing';

/** Why a call ended, in Graph's codes. */
export interface ResultInfo {
  readonly code: number;
  readonly subcode: number;
  readonly message: string;
}

/** The call enters a state. `resultInfo` comes with `terminated` only. */
export interface Transition {
  readonly atMs: number;
  readonly state: CallState;
  readonly resultInfo?: ResultInfo;
}

/** What shapes the life of one call. Durations in milliseconds, already divided by the time scale. */
export interface CallPlan {
  readonly direction: CallDirection;
  readonly kind: CallKind;
  /** From the start (outgoing) or from the answer (incoming). */
  readonly establishAfterMs: number;
  /** From the start: the other party hangs up. Absent = never. */
  readonly hangUpAfterMs?: number;
  /** From the start: how long an incoming call waits for its answer. */
  readonly answerWithinMs: number;
  /** From `terminating` to `terminated`. */
  readonly terminatingMs: number;
  /** Without a successful keepAlive for this long the call ends. */
  readonly keepAliveLimitMs: number;
  /** The interval that Graph recommends: what a keepAlive's lateness is measured against. */
  readonly keepAliveRecommendedMs: number;
}

/** A call at one moment: its state and what is already settled to come, earliest first. */
export interface CallLife {
  readonly plan: CallPlan;
  readonly state: CallState;
  readonly startedAtMs: number;
  /** The last successful keepAlive, or the start while there is none. */
  readonly lastSuccessAtMs: number;
  readonly coming: readonly Transition[];
}

/** Source of every code: https://learn.microsoft.com/graph/api/call-delete#call-end-reason-codes */
export const END_REASONS = {
  keepAliveTimeout: { code: 408, subcode: 8537, message: 'Keep Alive timeout, cleaned up inactive call.' },
  notAnswered: { code: 408, subcode: 10057, message: 'Call timed out due to no signaling from callee endpoints.' },
  endedByBot: { code: 200, subcode: 7000, message: 'The conversation has ended by bot.' },
  otherPartyLeft: { code: 200, subcode: 4521, message: 'Call ended by the other participant in peer-to-peer call.' },
  conversationEnded: { code: 200, subcode: 5002, message: 'The conversation has ended. DiagCode: 0#5002.@' },
} as const satisfies Record<string, ResultInfo>;

/** A call that begins now. Its first state is still to come: `advance` it to `nowMs`. */
export function beginCall(plan: CallPlan, nowMs: number): CallLife {
  const coming: Transition[] =
    plan.direction === 'incoming'
      ? [
          { atMs: nowMs, state: 'incoming' },
          { atMs: nowMs + plan.answerWithinMs, state: 'terminated', resultInfo: END_REASONS.notAnswered },
        ]
      : [{ atMs: nowMs, state: 'establishing' }, ...connecting(plan, nowMs)];
  return {
    plan,
    state: plan.direction === 'incoming' ? 'incoming' : 'establishing',
    startedAtMs: nowMs,
    lastSuccessAtMs: nowMs,
    coming: inOrder([...coming, ...hangUpOf(plan, nowMs)]),
  };
}

/** The bot answers an incoming call; undefined when there is nothing to answer (any more). */
export function answerCall(life: CallLife, nowMs: number): CallLife | undefined {
  if (life.state !== 'incoming') return undefined;
  const coming = [
    { atMs: nowMs, state: 'establishing' } as const,
    ...connecting(life.plan, nowMs),
    ...hangUpOf(life.plan, life.startedAtMs),
  ];
  return { ...life, coming: inOrder(coming) };
}

/**
 * Somebody leaves: through Graph's DELETE the call is `terminating` first, else it is `terminated` at once. Undefined
 * when the call has ended before.
 */
export function hangUp(
  life: CallLife,
  nowMs: number,
  by: 'bot' | 'otherParty',
  resultInfo?: ResultInfo,
): CallLife | undefined {
  if (hasEnded(life)) return undefined;
  if (by === 'otherParty') {
    return { ...life, coming: [{ atMs: nowMs, state: 'terminated', resultInfo: resultInfo ?? otherEnd(life.plan) }] };
  }
  if (life.state === 'terminating') return life;
  const end: Transition = {
    atMs: nowMs + life.plan.terminatingMs,
    state: 'terminated',
    resultInfo: resultInfo ?? END_REASONS.endedByBot,
  };
  return { ...life, coming: [{ atMs: nowMs, state: 'terminating' }, end] };
}

/** A keepAlive succeeded: the 45 minutes begin anew. */
export function withSuccess(life: CallLife, nowMs: number): CallLife {
  return { ...life, lastSuccessAtMs: nowMs };
}

/** When the call ends unless a keepAlive succeeds before; undefined when that no longer matters. */
export function keepAliveDeadlineMs(life: CallLife): number | undefined {
  return life.state === 'terminating' || hasEnded(life) ? undefined : life.lastSuccessAtMs + life.plan.keepAliveLimitMs;
}

/** When `advance` next has something to do; undefined once the call has ended. */
export function nextChangeAtMs(life: CallLife): number | undefined {
  return nextTransition(life)?.atMs;
}

/** Lets time pass: the call after everything that was due by `nowMs`, with the transitions that happened, in order. */
export function advance(life: CallLife, nowMs: number): { life: CallLife; transitions: readonly Transition[] } {
  const transitions: Transition[] = [];
  let current = life;
  for (let next = nextTransition(current); next !== undefined && next.atMs <= nowMs; next = nextTransition(current)) {
    transitions.push(next);
    const coming = next.state === 'terminated' ? [] : current.coming.filter((transition) => transition !== next);
    current = { ...current, state: next.state, coming };
  }
  return { life: current, transitions };
}

export function hasEnded(life: CallLife): boolean {
  return life.state === 'terminated';
}

function nextTransition(life: CallLife): Transition | undefined {
  const planned = life.coming[0];
  const deadlineMs = keepAliveDeadlineMs(life);
  if (deadlineMs === undefined || (planned !== undefined && planned.atMs <= deadlineMs)) return planned;
  return { atMs: deadlineMs, state: 'terminated', resultInfo: END_REASONS.keepAliveTimeout };
}

/** Only an outgoing call between two rings. Source: https://learn.microsoft.com/graph/api/application-post-calls */
function connecting(plan: CallPlan, fromMs: number): Transition[] {
  const rings = plan.direction === 'outgoing' && plan.kind === 'p2p';
  return [
    ...(rings ? [{ atMs: fromMs + plan.establishAfterMs / 2, state: 'ringing' } as const] : []),
    { atMs: fromMs + plan.establishAfterMs, state: 'established' },
  ];
}

function hangUpOf(plan: CallPlan, startedAtMs: number): Transition[] {
  if (plan.hangUpAfterMs === undefined) return [];
  return [{ atMs: startedAtMs + plan.hangUpAfterMs, state: 'terminated', resultInfo: otherEnd(plan) }];
}

function otherEnd(plan: CallPlan): ResultInfo {
  return plan.kind === 'meeting' ? END_REASONS.conversationEnded : END_REASONS.otherPartyLeft;
}

function inOrder(transitions: readonly Transition[]): readonly Transition[] {
  return transitions.toSorted((left, right) => left.atMs - right.atMs);
}
