import {
  type CallEnded,
  type EndReason,
  type KeepaliveState,
  type ResultInfo,
  saysKeepAliveMissed,
} from '../keepalive/keepalive-state.ts';
import type { KnownRoster } from '../roster/parse-roster.ts';
import { bringsNewFacts, type CallFacts, mergeFacts, withoutAbsent } from './call-facts.ts';
import type { CallId } from './call-id.ts';

/** `observed`: seen, not established. `starting`: its instance is being started. `ended`: absorbing. */
export type CallPhase = 'observed' | 'starting' | 'active' | 'ended';

export const OPEN_PHASES: readonly CallPhase[] = ['observed', 'starting', 'active'];

/** `alone`: this app hung up, because the bot was the only one left. Its orchestration knows it as `stopped`. */
export type RecordedEndReason = EndReason | 'alone';

/** The reason in the words of orchestrations, and of releases that hang up no call. */
export function toEndReason(recorded: RecordedEndReason): EndReason {
  return recorded === 'alone' ? 'stopped' : recorded;
}

/**
 * One row of the table `Calls`: written at first sight, start, end and clean-up; each keepAlive adds what it learned
 * (`Heartbeat`). Rows of older releases lack what those did not write. Instants in ms since the epoch.
 */
export interface CallRecord {
  readonly callId: CallId;
  /** The id as first received; Graph is called with it. */
  readonly graphCallId: string;
  readonly appId: string;
  readonly phase: CallPhase;
  readonly firstSeenAtMs: number;
  /** Which run of the call this is, besides: it stands in the orchestration's input and comes back with its clean-up. */
  readonly establishedAtMs?: number;
  /** When an operator had it kept alive again: the run before is over. */
  readonly reopenedAtMs?: number;
  readonly endedAtMs?: number;
  readonly endReason?: RecordedEndReason;
  readonly resultInfo?: ResultInfo;
  readonly terminationReason?: string;
  /** Set once by the clean-up, with the call's sums. */
  readonly cleanedUpAtMs?: number;
  /** Successes of the orchestration. */
  readonly keepAlives?: number;
  /** Successes outside it: of the reconciler, of operators, of orchestrations before. */
  readonly otherKeepAlives?: number;
  /** The last success, whoever had it. An older one that was written late may stand here for a while. */
  readonly lastKeepAliveAtMs?: number;
  readonly worstMarginMs?: number;
  /** The last success of the reconciler. */
  readonly lastRescueAtMs?: number;
  /** How often in a row keepAlive failed, up to this failure; over once a success is later. */
  readonly failures?: number;
  readonly lastFailureAtMs?: number;
  readonly lastFailureReason?: string;
  /** When the reconciler has to look at the call; absent when nothing is left to do, and in rows of older releases. */
  readonly nextLookAtMs?: number;
  /** What delta rosters have told; absent where full ones come, and when it is not known. */
  readonly roster?: KnownRoster;
  /** Since when the bot is alone, and when it is to hang up; absent while somebody else may be there. */
  readonly aloneSinceMs?: number;
  readonly hangUpAtMs?: number;
  /** When Graph was first asked to hang up for that: the end that follows is told as `alone`. */
  readonly hungUpAtMs?: number;
  /** How often the orchestration was started again because it had failed. */
  readonly restarts?: number;
  /** When an orchestration that had not noticed the end was told of it again. */
  readonly endRepeatedAtMs?: number;
  readonly facts: CallFacts;
}

/** One sighting of a call: what a command says about it. */
export interface CallSighting {
  readonly callId: CallId;
  readonly graphCallId: string;
  readonly appId: string;
  readonly facts: CallFacts;
}

/** A sighting that tells no more than the record does. */
export function toSighting({ callId, graphCallId, appId }: CallRecord): CallSighting {
  return { callId, graphCallId, appId, facts: {} };
}

/** What the clean-up knows at the end of an orchestration; the record may know a later success. */
export interface CallSums {
  readonly keepAlives: number;
  readonly lastKeepAliveAtMs?: number;
  /** The shortest time that was left to the deadline at a success of the orchestration; negative after it. */
  readonly worstMarginMs?: number;
}

/**
 * Every transition below takes the record as stored (undefined = unknown call) and returns the record to write, or
 * undefined when nothing changes. An ended record never becomes anything else.
 */

export function observeCall(stored: CallRecord | undefined, seen: CallSighting, nowMs: number): CallRecord | undefined {
  if (stored === undefined) return firstSight(seen, 'observed', nowMs);
  return withNewFacts(stored, seen);
}

export function startCall(stored: CallRecord | undefined, seen: CallSighting, nowMs: number): CallRecord | undefined {
  if (stored === undefined) return { ...firstSight(seen, 'starting', nowMs), establishedAtMs: nowMs };
  if (stored.phase === 'ended') return asEstablished(stored);
  const known = withNewFacts(stored, seen);
  if (stored.phase !== 'observed') return known;
  return { ...(known ?? stored), phase: 'starting', establishedAtMs: nowMs };
}

export function activateCall(stored: CallRecord | undefined): CallRecord | undefined {
  return stored?.phase === 'starting' ? { ...stored, phase: 'active' } : undefined;
}

export function endCall(
  stored: CallRecord | undefined,
  seen: CallSighting,
  ended: CallEnded,
  nowMs: number,
): CallRecord | undefined {
  if (stored?.phase === 'ended') return withLaterReason(stored, ended);
  const record = stored ?? firstSight(seen, 'observed', nowMs);
  return {
    ...record,
    facts: mergeFacts(record.facts, seen.facts),
    phase: 'ended',
    endedAtMs: nowMs,
    ...endFields(ended),
    ...(record.hungUpAtMs === undefined ? {} : { endReason: 'alone' as const }),
  };
}

/**
 * The end of a call that has, or had, an instance: it was started, whoever did so, and its end is to be closed and told,
 * even where nobody told of the start.
 */
export function endStartedCall(
  stored: CallRecord | undefined,
  seen: CallSighting,
  ended: CallEnded,
  nowMs: number,
): CallRecord | undefined {
  const next = endCall(stored, seen, ended, nowMs) ?? stored;
  return (next && asEstablished(next)) ?? (next === stored ? undefined : next);
}

/** Graph is about to be asked to hang up: whatever ends the call from now on, that is why. */
export function markHungUp(stored: CallRecord, nowMs: number): CallRecord {
  return { ...stored, hungUpAtMs: stored.hungUpAtMs ?? nowMs };
}

/** Graph did not hang up. */
export function unmarkHungUp(stored: CallRecord): CallRecord {
  const { hungUpAtMs: _, ...others } = stored;
  return others;
}

/**
 * Whether the record still tells of this run. Only a call that was registered again has had several; a run without an
 * identity, which an older release started, was before that.
 */
export function isOfRun(stored: CallRecord | undefined, establishedAtMs: number | undefined): boolean {
  return stored?.reopenedAtMs === undefined || stored.establishedAtMs === establishedAtMs;
}

/** The clean-up: closes the record, and adds the sums once. */
export function cleanUpCall(
  stored: CallRecord | undefined,
  seen: CallSighting,
  ended: CallEnded,
  sums: CallSums,
  nowMs: number,
): CallRecord | undefined {
  if (stored?.cleanedUpAtMs !== undefined) return undefined;
  const closed = endCall(stored, seen, ended, nowMs) ?? stored;
  if (closed === undefined) return undefined;
  const lastKeepAliveAtMs = latestOf(closed.lastKeepAliveAtMs, sums.lastKeepAliveAtMs);
  const keepAlives = Math.max(closed.keepAlives ?? 0, sums.keepAlives);
  const known = lastKeepAliveAtMs === undefined ? {} : { lastKeepAliveAtMs };
  return { ...closed, ...sums, ...known, keepAlives, cleanedUpAtMs: nowMs };
}

export function latestOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

/**
 * The call's orchestration is to be started (again). `hasFailed`: the one before failed, which is counted. `isLive`: there
 * is one, which goes on counting; a new one counts its own from 0.
 */
export function restartCall(
  stored: CallRecord | undefined,
  { hasFailed, isLive, nowMs }: { readonly hasFailed: boolean; readonly isLive: boolean; readonly nowMs: number },
): CallRecord | undefined {
  if (stored === undefined || stored.phase === 'ended') return undefined;
  const { keepAlives, ...others } = stored;
  const moved =
    keepAlives === undefined || isLive
      ? stored
      : { ...others, otherKeepAlives: (stored.otherKeepAlives ?? 0) + keepAlives };
  return {
    ...moved,
    phase: 'starting',
    establishedAtMs: stored.establishedAtMs ?? nowMs,
    ...(hasFailed ? { restarts: (stored.restarts ?? 0) + 1 } : {}),
  };
}

/**
 * An operator has the call kept alive (again), as if it were new; what he says of it counts. Only a call that Graph has
 * ended stays ended. Its first sight, where he does not say an earlier start, and its last success stay known: the 45
 * minutes are Graph's, and go on while nobody here keeps the call alive. One that had ended starts anew, at its last
 * success, or at its first sight without one; once the 45 minutes since then are over, somebody else keeps it alive, and
 * it starts now.
 */
export function reopenCall(
  stored: CallRecord | undefined,
  seen: CallSighting,
  { startedAtMs, nowMs, maximumGapMs }: { startedAtMs: number | undefined; nowMs: number; maximumGapMs: number },
): CallRecord | undefined {
  if (stored?.endReason === 'terminated') return undefined;
  const startMs = startedAtMs ?? nowMs;
  const known = stored && lifeSoFar(stored, nowMs - maximumGapMs);
  return {
    ...firstSight(seen, 'starting', Math.min(startMs, known?.sinceMs ?? startMs)),
    ...withoutAbsent({ lastKeepAliveAtMs: known?.lastKeepAliveAtMs }),
    graphCallId: stored?.graphCallId ?? seen.graphCallId,
    establishedAtMs: nowMs,
    ...(stored === undefined ? {} : { reopenedAtMs: nowMs }),
    facts: { ...stored?.facts, ...seen.facts },
  };
}

/** What counts of the runs before; of one that has ended only what is later than `overMs`. */
function lifeSoFar(stored: CallRecord, overMs: number) {
  const lastKeepAliveAtMs = latestOf(stored.lastKeepAliveAtMs, stored.lastRescueAtMs);
  if (stored.phase !== 'ended') return { sinceMs: stored.firstSeenAtMs, lastKeepAliveAtMs };
  const sinceMs = lastKeepAliveAtMs ?? stored.firstSeenAtMs;
  return sinceMs > overMs ? { sinceMs, lastKeepAliveAtMs } : undefined;
}

/**
 * An operator's word on a call whose run goes on. A tenant that is not the one known so far is remembered beside it: Graph
 * is asked with it when it refuses the other, so a wrong word does no harm.
 */
export function confirmCall(stored: CallRecord | undefined, seen: CallSighting, nowMs: number): CallRecord | undefined {
  const started = startCall(stored, seen, nowMs);
  const record = started ?? stored;
  const { tenantId } = seen.facts;
  if (record === undefined || record.phase === 'ended' || tenantId === undefined) return started;
  const isKnown = tenantId === record.facts.tenantId || tenantId === record.facts.namedTenantId;
  return isKnown ? started : { ...record, facts: { ...record.facts, namedTenantId: tenantId } };
}

/** The orchestration was told once more that the call has ended. There is one, so the call was established. */
export function repeatEnd(stored: CallRecord | undefined, nowMs: number): CallRecord | undefined {
  if (stored?.phase !== 'ended') return undefined;
  return { ...(asEstablished(stored) ?? stored), endRepeatedAtMs: nowMs };
}

/** The record of a call whose orchestration runs without one: as much as its input tells. */
export function rebuildCall(
  stored: CallRecord | undefined,
  state: KeepaliveState,
  appId: string,
): CallRecord | undefined {
  if (stored !== undefined) return undefined;
  const { callId, graphCallId, tenantId, firstSeenAtMs, establishedAtMs = firstSeenAtMs } = state;
  const facts = tenantId === undefined ? {} : { tenantId };
  return { callId, graphCallId, appId, phase: 'active', firstSeenAtMs, establishedAtMs, facts };
}

/**
 * `terminated` says more than the others, but why this app hung up; a result is taken in once. That Graph ends a call which an operator gave up,
 * for want of a keepAlive, is no news: it stays `stopped`.
 */
function withLaterReason(stored: CallRecord, ended: CallEnded): CallRecord | undefined {
  if (stored.endReason === 'stopped' && saysKeepAliveMissed(ended.resultInfo)) return undefined;
  const isFinal = stored.endReason === 'terminated' || stored.endReason === 'alone';
  const isMoreSpecific = ended.reason === 'terminated' && !isFinal;
  const bringsResult = ended.resultInfo !== undefined && stored.resultInfo === undefined;
  if (!isMoreSpecific && !bringsResult) return undefined;
  const reason = isMoreSpecific ? ended.reason : (stored.endReason ?? ended.reason);
  return { ...stored, ...endFields(ended), endReason: reason };
}

/** Of an ended call it came to light only later that it had been established; when, nobody knows. */
function asEstablished(stored: CallRecord): CallRecord | undefined {
  return stored.establishedAtMs === undefined ? { ...stored, establishedAtMs: stored.firstSeenAtMs } : undefined;
}

function endFields(ended: CallEnded) {
  return withoutAbsent({
    endReason: ended.reason,
    resultInfo: ended.resultInfo,
    terminationReason: ended.terminationReason,
  });
}

function firstSight(seen: CallSighting, phase: CallPhase, nowMs: number): CallRecord {
  const { callId, graphCallId, appId, facts } = seen;
  return { callId, graphCallId, appId, facts, phase, firstSeenAtMs: nowMs };
}

function withNewFacts(stored: CallRecord, seen: CallSighting): CallRecord | undefined {
  if (stored.phase === 'ended' || !bringsNewFacts(stored.facts, seen.facts)) return undefined;
  return { ...stored, facts: mergeFacts(stored.facts, seen.facts) };
}
