import fc from 'fast-check';
import { expect } from 'vitest';
import { type CallFacts, withoutSecrets } from '../../src/core/call-record/call-facts.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallPhase, CallRecord, RecordedEndReason } from '../../src/core/call-record/call-record.ts';
import type { ResultInfo } from '../../src/core/keepalive/keepalive-state.ts';
import { anyCharacter, anyUrl } from '../support/any-text.ts';

type Arbitraries<T> = { readonly [Name in keyof Required<T>]: fc.Arbitrary<Required<T>[Name]> };

const anyText = fc.string({ unit: anyCharacter, maxLength: 200 });
const anyInstantMs = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
const anyCode = fc.oneof(fc.integer(), fc.maxSafeInteger());
const noNullPrototype = true;
const anyObject = fc.dictionary(
  anyText,
  fc.oneof(anyText, fc.boolean(), fc.dictionary(anyText, anyText, { noNullPrototype })),
  { noNullPrototype },
);

export const anyCallId: fc.Arbitrary<CallId> = fc.uuid().map((text) => {
  const callId = parseCallId(text);
  if (callId === undefined) throw new Error(`${text} is no call id`);
  return callId;
});

// The types below make a field that is new in the record fail to compile here until its round trip is tested.
const facts: Arbitraries<CallFacts> = {
  tenantId: anyText,
  namedTenantId: anyText,
  direction: anyText,
  callChainId: anyText,
  scenarioId: anyText,
  chatInfo: anyObject,
  meetingInfo: anyObject,
  requestedModalities: fc.array(anyText, { maxLength: 20 }),
  mediaConfigKind: anyText,
  callbackUri: anyUrl.map((url) => withoutSecrets(url) ?? expect.unreachable()),
  subject: anyText,
  sourceId: anyText,
  targetIds: fc.array(anyText, { maxLength: 20 }),
};

const resultInfo: Arbitraries<ResultInfo> = { code: anyCode, subcode: anyCode, message: anyText };

const fields: Arbitraries<Omit<CallRecord, 'callId' | 'graphCallId'>> = {
  appId: anyText,
  phase: fc.constantFrom<CallPhase>('observed', 'starting', 'active', 'ended'),
  firstSeenAtMs: anyInstantMs,
  establishedAtMs: anyInstantMs,
  reopenedAtMs: anyInstantMs,
  endedAtMs: anyInstantMs,
  endReason: fc.constantFrom<RecordedEndReason>('terminated', 'notFound', 'stopped', 'alone', 'expired'),
  resultInfo: fc
    .record(resultInfo, { requiredKeys: [], noNullPrototype })
    .filter((info) => Object.keys(info).length > 0),
  terminationReason: anyText,
  aloneSinceMs: anyInstantMs,
  hangUpAtMs: anyInstantMs,
  hungUpAtMs: anyInstantMs,
  roster: fc.record({ sequence: fc.nat(), others: fc.array(anyText, { maxLength: 5 }) }, { noNullPrototype }),
  cleanedUpAtMs: anyInstantMs,
  keepAlives: fc.nat(),
  otherKeepAlives: fc.nat(),
  lastKeepAliveAtMs: anyInstantMs,
  worstMarginMs: fc.maxSafeInteger(),
  lastRescueAtMs: anyInstantMs,
  failures: fc.nat(),
  lastFailureAtMs: anyInstantMs,
  lastFailureReason: anyText,
  nextLookAtMs: anyInstantMs,
  restarts: fc.nat(),
  endRepeatedAtMs: anyInstantMs,
  facts: fc.record(facts, { requiredKeys: [], noNullPrototype }),
};

/** Any record a store must give back as it was. An empty resultInfo says nothing and need not be kept. */
export const anyCallRecord: fc.Arbitrary<CallRecord> = fc
  .tuple(
    anyCallId,
    fc.constantFrom<(id: string) => string>(
      (id) => id,
      (id) => id.replaceAll('-', '').toUpperCase(),
    ),
    fc.record(fields, { requiredKeys: ['appId', 'phase', 'firstSeenAtMs', 'facts'], noNullPrototype }),
  )
  .map(([callId, write, others]) => ({ ...others, callId, graphCallId: write(callId) }));
