import { createHash } from 'node:crypto';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { Interval } from './intervals.ts';
import type { Invariant } from './invariants.ts';

/** A keepAlive as it left the app and came back. `status` is absent when it got no answer. */
export interface SentKeepAlive {
  readonly callId: string;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly status?: number;
  /** `call not found`, as against any other 404. */
  readonly isGone: boolean;
  /** An operator asked for this one. */
  readonly isByHand: boolean;
  readonly retryAfterSeconds?: number;
  /** Graph took it, but the app got no answer. */
  readonly wasLost: boolean;
}

/** One POST of a notification to the app. */
export interface PostedNotification {
  readonly callId: string;
  readonly state: string;
  readonly atMs: number;
  /** Absent when the host died or was not there. */
  readonly status?: number;
}

/** One line that the app logged: an event of its catalog. */
export interface ToldEvent {
  readonly atMs: number;
  readonly event: string;
  readonly callId: string | undefined;
  /** `reconcileCalls`, `operator`; absent: the orchestration or the receiver. */
  readonly by: string | undefined;
  readonly result: string | undefined;
  /** Of a keepAlive of the orchestration but its first: so long after it was due. */
  readonly latenessMs: number | undefined;
}

/** When something was not working for a call, or for every call. */
export type Trouble = Interval & {
  readonly callId?: string;
  /** Of the table or the durable client: no concern of a running orchestration. */
  readonly ofStore?: true;
};

/**
 * What an operator did. `suspended`, `terminated`: through the status API. `stopped`: DELETE. `registered`: PUT.
 * `answeredAtMs` is absent when it got no answer, or no 2xx: it may have been done, or half done.
 */
export interface Operation {
  readonly callId: string;
  readonly kind: 'suspended' | 'terminated' | 'stopped' | 'registered';
  readonly interval: Interval;
  readonly answeredAtMs?: number;
}

export interface Violation {
  readonly invariant: Invariant;
  readonly callId?: string;
  readonly atMs: number;
  readonly what: string;
}

/** What happened in one simulation: the facts that the invariants are judged by, and the trace. */
export interface Journal {
  readonly keepAlives: SentKeepAlive[];
  readonly notifications: PostedNotification[];
  readonly troubles: Trouble[];
  readonly events: ToldEvent[];
  readonly violations: Violation[];
  /** Message ids that the webhook accepted, and all that it saw, by call. */
  readonly deliveries: { readonly callId: string; readonly messageId: string; readonly accepted: boolean }[];
  readonly operated: Operation[];
  note(line: string): void;
  violate(invariant: Invariant, callId: string | undefined, what: string): void;
  /** Of all lines so far, but for stacks: the same for the same seed, wherever the source lies. */
  digest(): string;
}

const STACK = /\n +at .*/g;

export function createJournal(clock: Pick<VirtualClock, 'nowMs'>, trace?: (line: string) => void): Journal {
  const hash = createHash('sha256');
  const violations: Violation[] = [];
  const note = (line: string) => {
    const timed = `${new Date(clock.nowMs()).toISOString()} ${line}`;
    hash.update(timed.replaceAll(STACK, ''));
    trace?.(timed);
  };
  return {
    keepAlives: [],
    notifications: [],
    troubles: [],
    events: [],
    violations,
    deliveries: [],
    operated: [],
    note,
    violate(invariant, callId, what) {
      if (violations.some((known) => known.invariant === invariant && known.callId === callId && known.what === what))
        return;
      violations.push({ invariant, atMs: clock.nowMs(), what, ...(callId === undefined ? {} : { callId }) });
      note(`VIOLATION (${invariant}) call ${callId ?? '-'}: ${what}`);
    },
    digest: () => hash.copy().digest('hex'),
  };
}
