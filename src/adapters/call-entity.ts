import type { TableEntity } from '@azure/data-tables';
import * as z from 'zod/mini';
import { type CallFacts, withoutAbsent, withoutSecrets } from '../core/call-record/call-facts.ts';
import { type CallId, parseCallId } from '../core/call-record/call-id.ts';
import { type CallRecord, toEndReason } from '../core/call-record/call-record.ts';
import type { Heartbeat } from '../core/call-record/heartbeat.ts';
import type { ResultInfo } from '../core/keepalive/keepalive-state.ts';
import { isPlainObject, type PlainObject } from '../core/values/plain-object.ts';

/** The keys of a call's row. The first two hex digits spread the calls over 256 partitions. */
export function toEntityKeys(callId: CallId): { readonly partitionKey: string; readonly rowKey: string } {
  return { partitionKey: callId.slice(0, 2), rowKey: callId };
}

type HeartbeatColumns = Partial<Record<'keepAlives' | 'otherKeepAlives' | 'failures', number>> &
  Partial<Record<'lastKeepAliveAtMs' | 'lastRescueAtMs' | 'lastFailureAtMs' | 'nextLookAtMs', number>> & {
    readonly lastFailureReason?: string;
  };

/** A string column holds 64 KiB of UTF-16. Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const longestColumn = 32_000;

/**
 * The record as a row whose columns can be read in a storage explorer: instants as DateTime, the facts as one JSON text.
 *
 * Facts beyond 32,000 characters are dropped, the longest ones first. An empty resultInfo is not kept.
 */
export function toEntity(record: CallRecord): TableEntity {
  const { callId, firstSeenAtMs, establishedAtMs, endedAtMs, cleanedUpAtMs, resultInfo, facts } = record;
  return {
    ...toEntityKeys(callId),
    ...withoutAbsent({
      graphCallId: record.graphCallId,
      appId: record.appId,
      phase: record.phase,
      firstSeenAt: toDate(firstSeenAtMs),
      establishedAt: toDate(establishedAtMs),
      reopenedAt: toDate(record.reopenedAtMs),
      endedAt: toDate(endedAtMs),
      // A reason that an older release does not know would make the row unreadable to it: hence a column of its own.
      endReason: record.endReason && toEndReason(record.endReason),
      endCause: record.endReason === 'alone' ? 'alone' : undefined,
      aloneSince: toDate(record.aloneSinceMs),
      hangUpAt: toDate(record.hangUpAtMs),
      hungUpAt: toDate(record.hungUpAtMs),
      roster: record.roster && JSON.stringify(record.roster),
      resultCode: toNumberColumn(resultInfo?.code),
      resultSubcode: toNumberColumn(resultInfo?.subcode),
      resultMessage: resultInfo?.message,
      terminationReason: record.terminationReason,
      cleanedUpAt: toDate(cleanedUpAtMs),
      worstMarginMs: toNumberColumn(record.worstMarginMs),
      restarts: record.restarts,
      endRepeatedAt: toDate(record.endRepeatedAtMs),
      facts: toFactsColumn(facts),
    }),
    ...toHeartbeatColumns(record),
  };
}

/** What a keepAlive adds to its call's row. */
export function toHeartbeatEntity(callId: CallId, heartbeat: Heartbeat): TableEntity {
  return { ...toEntityKeys(callId), ...toHeartbeatColumns(heartbeat) };
}

function toHeartbeatColumns(source: HeartbeatColumns) {
  return withoutAbsent({
    keepAlives: source.keepAlives,
    otherKeepAlives: source.otherKeepAlives,
    lastKeepAliveAt: toDate(source.lastKeepAliveAtMs),
    lastRescueAt: toDate(source.lastRescueAtMs),
    failures: source.failures,
    lastFailureAt: toDate(source.lastFailureAtMs),
    lastFailureReason: source.lastFailureReason,
    nextLookAt: toDate(source.nextLookAtMs),
  });
}

function toDate(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

/** A bare number beyond Int32 is refused by the service; Graph's codes fit, but nobody promises it. */
function toNumberColumn(value: number | undefined) {
  return value === undefined || (value | 0) === value ? value : { type: 'Double', value: String(value) };
}

function toFactsColumn(facts: CallFacts): string {
  const shortestFirst = Object.entries(facts)
    .map(([name, value]) => ({ name, value, length: JSON.stringify({ [name]: value }).length }))
    .sort((one, other) => one.length - other.length);
  let length = 0;
  const fitting = shortestFirst.filter((fact) => {
    length += fact.length;
    return length <= longestColumn;
  });
  return JSON.stringify(Object.fromEntries(fitting.map(({ name, value }) => [name, value])));
}

const plainObject = z.custom<PlainObject>(isPlainObject);

const factsSchema = z.object({
  tenantId: z.exactOptional(z.string()),
  namedTenantId: z.exactOptional(z.string()),
  direction: z.exactOptional(z.string()),
  callChainId: z.exactOptional(z.string()),
  scenarioId: z.exactOptional(z.string()),
  chatInfo: z.exactOptional(plainObject),
  meetingInfo: z.exactOptional(plainObject),
  requestedModalities: z.exactOptional(z.array(z.string())),
  mediaConfigKind: z.exactOptional(z.string()),
  callbackUri: z.exactOptional(z.string()),
  subject: z.exactOptional(z.string()),
  sourceId: z.exactOptional(z.string()),
  targetIds: z.exactOptional(z.array(z.string())),
});

const rosterSchema = z.object({ sequence: z.number(), others: z.array(z.string()) });

const instant = z.pipe(
  z.date(),
  z.transform((date: Date) => date.getTime()),
);

const rowSchema = z.object({
  graphCallId: z.string(),
  appId: z.string(),
  phase: z.enum(['observed', 'starting', 'active', 'ended']),
  firstSeenAt: instant,
  establishedAt: z.optional(instant),
  reopenedAt: z.optional(instant),
  endedAt: z.optional(instant),
  endReason: z.optional(z.enum(['terminated', 'notFound', 'stopped', 'expired'])),
  resultCode: z.optional(z.number()),
  resultSubcode: z.optional(z.number()),
  resultMessage: z.optional(z.string()),
  terminationReason: z.optional(z.string()),
  endCause: z.optional(z.string()),
  aloneSince: z.optional(instant),
  hangUpAt: z.optional(instant),
  hungUpAt: z.optional(instant),
  roster: z.optional(z.pipe(z.pipe(z.string(), z.transform(parseJson)), rosterSchema)),
  cleanedUpAt: z.optional(instant),
  keepAlives: z.optional(z.number()),
  otherKeepAlives: z.optional(z.number()),
  worstMarginMs: z.optional(z.number()),
  lastKeepAliveAt: z.optional(instant),
  lastRescueAt: z.optional(instant),
  failures: z.optional(z.number()),
  lastFailureAt: z.optional(instant),
  lastFailureReason: z.optional(z.string()),
  nextLookAt: z.optional(instant),
  restarts: z.optional(z.number()),
  endRepeatedAt: z.optional(instant),
  facts: z.pipe(z.pipe(z.string(), z.transform(parseJson)), factsSchema),
});

/** A row's record, or the first column that is not as `toEntity` writes it. */
export type ParsedEntity =
  | { readonly kind: 'record'; readonly record: CallRecord }
  | { readonly kind: 'unreadable'; readonly column: string };

/** Reads a row that anybody may have edited. Never throws. */
export function parseEntity(entity: { readonly partitionKey?: string; readonly rowKey?: string }): ParsedEntity {
  const callId = parseCallId(entity.rowKey ?? '');
  if (callId === undefined || callId !== entity.rowKey) return { kind: 'unreadable', column: 'RowKey' };
  if (entity.partitionKey !== toEntityKeys(callId).partitionKey) return { kind: 'unreadable', column: 'PartitionKey' };
  const parsed = rowSchema.safeParse(entity);
  if (!parsed.success) return { kind: 'unreadable', column: String(parsed.error.issues[0]?.path[0]) };
  // It becomes part of a URL with the bot's token, so it must be this call's id and nothing else.
  if (parseCallId(parsed.data.graphCallId) !== callId) return { kind: 'unreadable', column: 'graphCallId' };
  return { kind: 'record', record: toRecord(callId, parsed.data) };
}

function toRecord(callId: CallId, row: z.infer<typeof rowSchema>): CallRecord {
  const { graphCallId, appId, phase, firstSeenAt, facts } = row;
  const optional = withoutAbsent({
    establishedAtMs: row.establishedAt,
    reopenedAtMs: row.reopenedAt,
    endedAtMs: row.endedAt,
    endReason: row.endReason === 'stopped' && row.endCause === 'alone' ? ('alone' as const) : row.endReason,
    aloneSinceMs: row.aloneSince,
    hangUpAtMs: row.hangUpAt,
    hungUpAtMs: row.hungUpAt,
    roster: row.roster,
    resultInfo: toResultInfo(row),
    terminationReason: row.terminationReason,
    cleanedUpAtMs: row.cleanedUpAt,
    keepAlives: row.keepAlives,
    otherKeepAlives: row.otherKeepAlives,
    worstMarginMs: row.worstMarginMs,
    lastKeepAliveAtMs: row.lastKeepAliveAt,
    lastRescueAtMs: row.lastRescueAt,
    failures: row.failures,
    lastFailureAtMs: row.lastFailureAt,
    lastFailureReason: row.lastFailureReason,
    nextLookAtMs: row.nextLookAt,
    restarts: row.restarts,
    endRepeatedAtMs: row.endRepeatedAt,
  });
  return { callId, graphCallId, appId, phase, firstSeenAtMs: firstSeenAt, ...optional, facts: toFacts(facts) };
}

/** Older releases wrote a callback URI with what may be a secret. */
function toFacts({ callbackUri, ...others }: CallFacts): CallFacts {
  return { ...others, ...withoutAbsent({ callbackUri: withoutSecrets(callbackUri) }) };
}

function toResultInfo(row: z.infer<typeof rowSchema>): ResultInfo | undefined {
  const info = withoutAbsent({ code: row.resultCode, subcode: row.resultSubcode, message: row.resultMessage });
  return Object.keys(info).length === 0 ? undefined : info;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
