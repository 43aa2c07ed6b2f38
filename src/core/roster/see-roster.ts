import type { CallRecord } from '../call-record/call-record.ts';
import type { KnownRoster, Participant, Roster } from './parse-roster.ts';

/** When a call counts as one in which the bot is alone, and for how long it may be. */
export interface AloneRule {
  readonly hangUpAfterMs: number;
  /** Other applications are company too. */
  readonly countsApplications: boolean;
}

/** More are not remembered: such a call is not hung up before a full roster says so. */
const MOST_OTHERS = 1_500;
/** Of a GUID, which is random: enough to tell one participant from another. */
const ID_LENGTH = 13;
const NAMELESS = '?';

/**
 * What a roster changes in a call's record: since when the bot is alone, and when it is to hang up. Whatever is not
 * certain counts as company: no roster, an empty one, a delta whose predecessor was never seen.
 *
 * Shape: record as stored, roster, rule, now → the record to write; undefined when nothing changes.  Errors: none.
 */
export function seeRoster(
  stored: CallRecord | undefined,
  roster: Roster,
  rule: AloneRule,
  nowMs: number,
): CallRecord | undefined {
  if (stored === undefined || stored.phase === 'ended' || isStale(stored.roster, roster)) return undefined;
  const { roster: before, aloneSinceMs, hangUpAtMs, hungUpAtMs, ...others } = stored;
  const { isAlone, known }: Seen =
    roster.kind === 'full' ? { isAlone: isAloneIn(roster, rule) } : readDelta(before, roster, rule);
  const withKnown = known === undefined ? others : { ...others, roster: known };
  if (!isAlone) {
    const isNews = aloneSinceMs !== undefined || before !== undefined || known !== undefined;
    return isNews ? withKnown : undefined;
  }
  const sinceMs = aloneSinceMs ?? nowMs;
  const atMs = sinceMs + rule.hangUpAfterMs;
  if (atMs === hangUpAtMs && before === undefined && known === undefined) return undefined;
  const begun = hungUpAtMs === undefined ? {} : { hungUpAtMs };
  return { ...withKnown, aloneSinceMs: sinceMs, hangUpAtMs: atMs, ...begun };
}

/** The bot has been alone in the call for as long as it may. */
export function isHangUpDue(record: CallRecord | undefined, nowMs: number): record is CallRecord {
  return record?.phase === 'active' && record.hangUpAtMs !== undefined && record.hangUpAtMs <= nowMs;
}

function isStale(known: KnownRoster | undefined, roster: Roster): boolean {
  return roster.kind === 'delta' && known !== undefined && roster.sequence <= known.sequence;
}

/** Somebody is there after all: alone again is the bot when a roster says so. */
export function unmarkAlone(stored: CallRecord): CallRecord {
  const { aloneSinceMs: _, hangUpAtMs: __, hungUpAtMs: ___, ...others } = stored;
  return others;
}

/** A full roster in which the bot is, and nobody else who counts. */
export function isAloneIn({ participants }: Roster, rule: AloneRule): boolean {
  const present = participants.filter(({ hasLeft }) => !hasLeft);
  return present.length > 0 && !present.some((participant) => isCompany(participant, rule));
}

interface Seen {
  readonly isAlone: boolean;
  readonly known?: KnownRoster;
}

/** The first one of a call holds everybody. One that does not follow the one before leaves open who is there. */
function readDelta(before: KnownRoster | undefined, roster: Extract<Roster, { kind: 'delta' }>, rule: AloneRule): Seen {
  const { sequence, participants } = roster;
  const isFirst = before === undefined && sequence <= 1 && participants.some(({ hasLeft }) => !hasLeft);
  if (!isFirst && before?.sequence !== sequence - 1) return { isAlone: false };
  const others = new Set(before?.others);
  for (const participant of participants) {
    const id = participant.id?.replaceAll('-', '').slice(0, ID_LENGTH) ?? NAMELESS;
    if (participant.hasLeft) others.delete(id);
    else if (isCompany(participant, rule)) others.add(id);
  }
  if (others.size > MOST_OTHERS) return { isAlone: false };
  return { isAlone: others.size === 0, known: { sequence, others: [...others] } };
}

function isCompany({ who }: Participant, { countsApplications }: AloneRule): boolean {
  return who === 'person' || (who === 'application' && countsApplications);
}
