import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';

/** What a notification says of the participants of a call. */
export type Roster =
  | { readonly kind: 'full'; readonly participants: readonly Participant[] }
  /** Only those who came, changed or left since the roster of the sequence number before. */
  | { readonly kind: 'delta'; readonly sequence: number; readonly participants: readonly Participant[] };

export interface Participant {
  /** Of this endpoint: a person with two devices is two participants. Undefined when it is missing. */
  readonly id: string | undefined;
  /** A person whoever is no application: users, phones, guests, and who does not tell. */
  readonly who: 'bot' | 'application' | 'person';
  readonly hasLeft: boolean;
}

/** What is remembered of delta rosters: who else is there, by the beginnings of their ids. */
export interface KnownRoster {
  readonly sequence: number;
  readonly others: readonly string[];
}

const ROSTER_PATH = /\/participants\/?$/i;
const LONGEST_ID = 128;

/**
 * Reads the roster out of an entry of a notification: a list of participants is all of them, `deltaParticipants` what
 * has changed. Participants in the lobby are there: they may come in at any moment.
 *
 * Shape: entry, the bot's app id → roster | undefined when the entry is none.  Errors: none.
 * Sources: https://learn.microsoft.com/graph/api/resources/participant and deltaparticipants.
 */
export function parseRoster(entry: PlainObject, botAppId: string): Roster | undefined {
  const paths = [ownProperty(entry, 'resource'), ownProperty(entry, 'resourceUrl')];
  if (!paths.some((path) => typeof path === 'string' && ROSTER_PATH.test(path))) return undefined;
  const data = ownProperty(entry, 'resourceData');
  const delta = [data].flat().find((item) => isPlainObject(item) && isType(item, 'deltaParticipants'));
  if (isPlainObject(delta)) {
    const sequence = ownProperty(delta, 'sequenceNumber');
    const changed = ownProperty(delta, 'participants');
    if (!Number.isSafeInteger(sequence) || !Array.isArray(changed)) return undefined;
    return { kind: 'delta', sequence: Number(sequence), participants: toParticipants(changed, botAppId) };
  }
  return Array.isArray(data) ? { kind: 'full', participants: toParticipants(data, botAppId) } : undefined;
}

/**
 * Reads the list that Graph gives when it is asked for a call's participants.
 *
 * Shape: text of the answer, the bot's app id → a full roster | undefined when it is none, or goes on elsewhere.
 * Errors: none.  Source: https://learn.microsoft.com/graph/api/call-list-participants
 */
export function parseParticipantList(text: string, botAppId: string): Roster | undefined {
  const list = parseJson(text);
  const value = isPlainObject(list) && !Object.hasOwn(list, '@odata.nextLink') ? ownProperty(list, 'value') : undefined;
  return Array.isArray(value) ? { kind: 'full', participants: toParticipants(value, botAppId) } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toParticipants(items: readonly unknown[], botAppId: string): readonly Participant[] {
  return items.filter(isPlainObject).map((item) => ({
    id: ownText(item, 'id', LONGEST_ID)?.toLowerCase(),
    who: whoIs(item, botAppId.toLowerCase()),
    hasLeft: isPlainObject(ownProperty(item, 'removedState')),
  }));
}

function whoIs(participant: PlainObject, botAppId: string): Participant['who'] {
  const info = ownProperty(participant, 'info');
  const identity = isPlainObject(info) ? ownProperty(info, 'identity') : undefined;
  if (!isPlainObject(identity)) return 'person';
  const application = ownProperty(identity, 'application');
  if (isPlainObject(application)) {
    return ownText(application, 'id', LONGEST_ID)?.toLowerCase() === botAppId ? 'bot' : 'application';
  }
  return isPlainObject(ownProperty(identity, 'applicationInstance')) ? 'application' : 'person';
}

function isType(item: PlainObject, name: string): boolean {
  const type = ownText(item, '@odata.type', 256)?.toLowerCase();
  return type?.replace(/^#/, '') === `microsoft.graph.${name}`.toLowerCase();
}
