import {
  type CallFacts,
  parseCallFacts,
  parseResultInfo,
  withoutAbsent,
  withoutSecrets,
} from '../call-record/call-facts.ts';
import type { CallId } from '../call-record/call-id.ts';
import { parseCallId } from '../call-record/call-id.ts';
import type { ResultInfo } from '../keepalive/keepalive-state.ts';
import { parseRoster, type Roster } from '../roster/parse-roster.ts';
import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';
import { type CallResource, parseCallResource, type RejectedResource, type ResourceOwner } from './call-resource.ts';

/** The whole body of one POST from Graph. */
export type NotificationBody =
  | { readonly kind: 'notifications'; readonly entries: readonly NotificationEntry[] }
  /** The old Skype calling format; answering 204 asks the platform to send Graph's format. */
  | { readonly kind: 'legacyFormat'; readonly state: string }
  | { readonly kind: 'tooManyEntries' }
  | { readonly kind: 'invalid'; readonly reason: 'notAnObject' | 'noValueArray' };

/** One item of `value`. Only `call` speaks of a call's life. */
export type NotificationEntry =
  | {
      readonly kind: 'call';
      readonly callId: CallId;
      readonly graphCallId: string;
      readonly deleted: boolean;
      /** The call data in order; empty when the entry came without data. */
      readonly items: readonly CallData[];
    }
  | {
      readonly kind: 'other';
      readonly callId: CallId;
      readonly odataType: string | undefined;
      /** Who is in the call, if that is what the entry tells; read when asked for, for a big meeting's takes its time. */
      readonly roster: () => Roster | undefined;
    }
  | { readonly kind: 'rejected'; readonly reason: RejectedEntry };

export type RejectedEntry = RejectedResource | 'notAnObject' | 'noResource' | 'differentCallIds' | 'unknownEnvelope';

/** The part of a `#microsoft.graph.call` that decides something or is worth remembering. */
export interface CallData {
  readonly state?: string;
  readonly resultInfo?: ResultInfo;
  readonly terminationReason?: string;
  readonly facts: CallFacts;
}

const LONGEST_TEXT = 256;
/** Graph sends a few; so many are mapped in some 50 ms, 2,000,000 (which fit into 4 MiB) block the process for 10 s. */
export const MOST_ENTRIES = 5_000;

/**
 * Reads a notification body. Bad entries become `rejected` and never touch their neighbours.
 *
 * Shape: parsed JSON → notifications | legacyFormat | tooManyEntries, of which none was looked at | invalid.  Errors: none.
 * Source: https://learn.microsoft.com/graph/api/resources/commsnotifications; legacy format:
 * https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications
 */
export function parseNotifications(body: unknown, owner: ResourceOwner): NotificationBody {
  if (!isPlainObject(body)) return { kind: 'invalid', reason: 'notAnObject' };
  const value = ownProperty(body, 'value');
  if (!Array.isArray(value)) {
    const state = ownText(body, 'callState', LONGEST_TEXT);
    const isLegacy = value === undefined && state !== undefined && ownText(body, 'id', LONGEST_TEXT) !== undefined;
    return isLegacy ? { kind: 'legacyFormat', state } : { kind: 'invalid', reason: 'noValueArray' };
  }
  if (hasTooManyEntries(value, owner)) return { kind: 'tooManyEntries' };
  const envelope = ownProperty(body, '@odata.type');
  if (!isTypeOrAbsent(envelope, 'commsNotifications')) {
    return { kind: 'notifications', entries: value.map(() => ({ kind: 'rejected', reason: 'unknownEnvelope' })) };
  }
  return { kind: 'notifications', entries: value.map((entry: unknown) => parseEntry(entry, owner)) };
}

/** Each item of an array of call data counts; participants of a roster do not. */
function hasTooManyEntries(value: readonly unknown[], owner: ResourceOwner): boolean {
  let count = value.length;
  for (const entry of count > MOST_ENTRIES ? [] : value) count += Math.max(0, countCallItems(entry, owner) - 1);
  return count > MOST_ENTRIES;
}

function countCallItems(entry: unknown, owner: ResourceOwner): number {
  const data = isPlainObject(entry) ? ownProperty(entry, 'resourceData') : undefined;
  if (!isPlainObject(entry) || !Array.isArray(data)) return 1;
  return parseResources(entry, owner).kind === 'call' ? data.filter(isCallItem).length : 1;
}

function parseEntry(entry: unknown, owner: ResourceOwner): NotificationEntry {
  if (!isPlainObject(entry)) return { kind: 'rejected', reason: 'notAnObject' };
  const resource = parseResources(entry, owner);
  const data = ownProperty(entry, 'resourceData');
  const items = (Array.isArray(data) ? data : [data]).filter(isPlainObject);
  const callItems = items.filter(isCallItem);
  if (resource.kind === 'rejected') {
    const isOfACall = callItems.some((item) => ownText(item, 'state', LONGEST_TEXT) !== undefined);
    return resource.reason === 'unknownIdForm' && !isOfACall ? { kind: 'rejected', reason: 'noCallId' } : resource;
  }
  const { callId, graphCallId } = resource;
  const hasOnlyOtherTypes = items.length > 0 && callItems.length === 0;
  if (resource.kind === 'subResource' || hasOnlyOtherTypes) {
    const odataType = items[0] && ownText(items[0], '@odata.type', LONGEST_TEXT);
    return { kind: 'other', callId, odataType, roster: () => parseRoster(entry, owner.botAppId) };
  }
  if (callItems.some((item) => namesAnotherCall(item, callId, owner))) {
    return { kind: 'rejected', reason: 'differentCallIds' };
  }
  const deleted = ownText(entry, 'changeType', LONGEST_TEXT)?.toLowerCase() === 'deleted';
  return { kind: 'call', callId, graphCallId, deleted, items: callItems.map((item) => parseCallData(item, entry)) };
}

/** Both paths, when both are there, must name the same call; one sub-resource among them makes it one. */
function parseResources(
  entry: PlainObject,
  owner: ResourceOwner,
): CallResource | Extract<NotificationEntry, { kind: 'rejected' }> {
  const paths = [ownProperty(entry, 'resourceUrl'), ownProperty(entry, 'resource')].filter(
    (path): path is string => typeof path === 'string',
  );
  const resources = paths.map((path) => parseCallResource(path, owner));
  const rejected = resources.find((resource) => resource.kind === 'rejected');
  if (rejected !== undefined) return rejected;
  const calls = resources.filter((resource) => resource.kind !== 'rejected');
  const [first] = calls;
  if (first === undefined) return { kind: 'rejected', reason: 'noResource' };
  if (calls.some((call) => call.callId !== first.callId)) return { kind: 'rejected', reason: 'differentCallIds' };
  return calls.find((call) => call.kind === 'subResource') ?? first;
}

function namesAnotherCall(item: PlainObject, callId: CallId, owner: ResourceOwner): boolean {
  const id = ownProperty(item, 'id');
  if (typeof id === 'string' && id !== '' && parseCallId(id) !== callId) return true;
  const odataId = ownProperty(item, '@odata.id');
  if (typeof odataId !== 'string' || odataId === '') return false;
  const resource = parseCallResource(odataId, owner);
  return resource.kind === 'rejected' || resource.callId !== callId;
}

function isCallItem(item: unknown): item is PlainObject {
  return isPlainObject(item) && isTypeOrAbsent(ownProperty(item, '@odata.type'), 'call');
}

function parseCallData(item: PlainObject, entry: PlainObject): CallData {
  const facts = parseCallFacts(item);
  const callbackUri = facts.callbackUri ?? withoutSecrets(ownText(entry, 'callbackUri', 1_024));
  return withoutAbsent({
    state: ownText(item, 'state', LONGEST_TEXT),
    resultInfo: parseResultInfo(ownProperty(item, 'resultInfo')),
    terminationReason: ownText(item, 'terminationReason', LONGEST_TEXT),
    facts: callbackUri === undefined ? facts : { ...facts, callbackUri },
  }) as CallData;
}

function isTypeOrAbsent(odataType: unknown, name: string): boolean {
  return odataType === undefined || odataType === null || isType(odataType, name);
}

function isType(odataType: unknown, name: string): boolean {
  return (
    typeof odataType === 'string' &&
    odataType.toLowerCase().replace(/^#/, '') === `microsoft.graph.${name}`.toLowerCase()
  );
}
