import { CALL_DANGERS, CALL_STATES } from '../core/operator-views/call-standing.ts';

type JsonSchema = { readonly [key: string]: unknown };

const text: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const anyObject: JsonSchema = { type: 'object' };

const instant = (description: string): JsonSchema => ({ type: 'string', format: 'date-time', description });
const textAs = (description: string): JsonSchema => ({ type: 'string', description });
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const orNull = (schema: JsonSchema): JsonSchema => ({ oneOf: [schema, { type: 'null' }] });

/** A closed object: what is not in here does not come. Members are required but for those in `optional`. */
function closed(required: JsonSchema, optional: JsonSchema = {}, description?: string): JsonSchema {
  return {
    type: 'object',
    ...(description === undefined ? {} : { description }),
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const callId: JsonSchema = { type: 'string', format: 'uuid', description: 'In lower case with dashes.' };
const endReason: JsonSchema = { enum: ['terminated', 'notFound', 'stopped', 'alone', 'expired'] };
const outcome: JsonSchema = { enum: ['alive', 'gone', 'unclear', 'denied', 'retry'] };
const resultInfo = closed({}, { code: { type: 'integer' }, subcode: { type: 'integer' }, message: text });

const callFacts = closed(
  {},
  {
    tenantId: text,
    namedTenantId: textAs("Where the call's own data, or an operator, name another tenant than the first."),
    direction: text,
    callChainId: text,
    scenarioId: text,
    chatInfo: anyObject,
    meetingInfo: anyObject,
    requestedModalities: listOf(text),
    mediaConfigKind: text,
    callbackUri: text,
    subject: text,
    sourceId: text,
    targetIds: listOf(text),
  },
  'What a bot needs to rejoin the call or to make sense of it later.',
);

const { properties: factProperties } = callFacts;

const loss = closed({ at: instant('When Graph dropped it, for want of a keepAlive.'), cause: text });

const callEnded = closed({
  type: { const: 'call.ended' },
  timestamp: instant('When the call ended.'),
  data: {
    ...closed(
      { callId, endReason, endReasonText: text, keepAlives: count, endedAt: instant('As timestamp.') },
      {
        resultInfo,
        resultText: textAs('What resultInfo means.'),
        terminationReason: text,
        loss,
        lastKeepAliveAt: instant('The last success.'),
        firstSeenAt: instant('When its first notification came.'),
        establishedAt: instant('When it was established.'),
        ...(factProperties as JsonSchema),
        joinUrl: textAs('Of the meeting, for people.'),
      },
    ),
    description: 'How the call ended, and what a rejoin needs: chatInfo and meetingInfo.',
  },
});

const callRow = closed(
  {
    callId,
    state: { enum: CALL_STATES },
    danger: { enum: CALL_DANGERS },
    why: textAs('One sentence: how the call is, and why.'),
    keepAlives: count,
    consecutiveFailures: count,
  },
  {
    tenantId: text,
    direction: text,
    subject: text,
    threadId: textAs('The chat of the meeting.'),
    callChainId: text,
    scenarioId: text,
    firstSeenAt: instant('When its first notification came. The 45 minutes run from here.'),
    establishedAt: instant('When it was established.'),
    lastKeepAliveAt: instant('The last success.'),
    nextKeepAliveAt: instant('When the next keepAlive is due.'),
    deadlineAt: instant('When Graph ends the call if no keepAlive succeeds before.'),
    marginSeconds: { type: 'integer', description: 'To the deadline; negative once it has passed.' },
    lastFailure: closed({ at: instant('When.'), reason: text }),
    endedAt: instant('When this app learned of the end.'),
    endReason,
    resultInfo,
    loss,
  },
  'One call as an operator sees it.',
);

const callRecord = closed(
  {
    callId,
    graphCallId: textAs('The id as first received; Graph is called with it.'),
    appId: text,
    phase: { enum: ['observed', 'starting', 'active', 'ended'] },
    firstSeenAt: instant('When its first notification came.'),
    facts: ref('CallFacts'),
  },
  {
    establishedAt: instant('When it was established.'),
    reopenedAt: instant('When an operator had it kept alive again.'),
    endedAt: instant('When this app learned of the end.'),
    endReason,
    resultInfo,
    terminationReason: text,
    aloneSince: instant('Since when the bot is the only one left in the call.'),
    hangUpAt: instant('When it is hung up for that.'),
    hungUpAt: instant('When Graph was first asked to.'),
    cleanedUpAt: instant('When the clean-up closed the record.'),
    keepAlives: count,
    otherKeepAlives: count,
    lastKeepAliveAt: instant('The last success, whoever had it.'),
    worstMarginSeconds: {
      type: 'number',
      description: 'The shortest time that was left to the deadline at a success, known after the clean-up.',
    },
    lastRescueAt: instant('The last success of reconcileCalls.'),
    failures: count,
    lastFailureAt: instant('The last failure; `failures` counts those in a row up to it.'),
    lastFailureReason: text,
    nextLookAt: instant('When reconcileCalls has to look at the call; absent when nothing is left to do.'),
    restarts: count,
    endRepeatedAt: instant('When its orchestration was told of the end again.'),
  },
  'The row of the call in the table Calls.',
);

const callInstance = closed(
  {
    instanceId: text,
    runtimeStatus: {
      enum: ['Pending', 'Running', 'ContinuedAsNew', 'Suspended', 'Completed', 'Failed', 'Terminated', 'Canceled'],
    },
    createdTime: instant('When it was created.'),
    lastUpdatedTime: instant('When the engine last took a step with it.'),
    customStatus: { description: 'Phase, next keepAlive, deadline, last failure, the last twelve tries.' },
    output: { description: 'How it ended, once it has.' },
  },
  {},
  'The durable instance of the call, as the status API tells it.',
);

const timelineEntry = closed(
  {
    kind: { enum: ['firstSeen', 'established', 'keepAlive', 'rescued', 'keptAlive', 'ended', 'cleanedUp'] },
    at: instant('When.'),
  },
  {
    result: textAs('Of a keepAlive: alive, gone, or why it failed. Of an end: the reason.'),
    ms: { ...count, description: 'How long Graph took to answer.' },
    requestId: textAs("Graph's own id of the request."),
  },
  'Something that happened to a call.',
);

const callCounters = closed(
  {
    open: count,
    late: count,
    failing: count,
    overdue: count,
    lost: { ...count, description: 'Calls lost for want of a keepAlive in the last 24 hours.' },
  },
  { ended: { ...count, description: 'Only when ended calls were asked for.' } },
);

const callList = closed(
  {
    asOf: instant('When the calls were read.'),
    maximumGapSeconds: { type: 'number', description: 'How long Graph holds a call without a keepAlive: 2700.' },
    counters: callCounters,
    matched: { ...count, description: 'How many calls the filter lets through, on all pages.' },
    first: { ...count, description: 'Which of those the first one of this page is, from 0.' },
    value: listOf(ref('CallRow')),
  },
  {
    latestLoss: closed({ callId, at: instant('When it dropped.'), cause: textAs('As far as anybody knows.') }),
    engineProblem: textAs('The engine could not be asked about the calls in trouble: they are as their records say.'),
    previousToken: textAs('The continuationToken of the page before; empty for the first one, absent on that.'),
    continuationToken: textAs('For the next page; absent on the last.'),
  },
);

const graphView = closed(
  {
    status: { type: ['integer', 'null'], description: 'null when Graph gave no answer.' },
    clientRequestId: text,
    durationMs: { type: 'number' },
  },
  { requestId: text, date: text, errorCode: text, errorMessage: text, problem: text },
  "Graph's answer to the keepAlive.",
);

const problemMembers = { title: text, status: { type: 'integer' }, detail: text };
const keepAliveMembers = { callId, outcome, tenantId: text, graph: graphView };

const day: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$', description: 'A day of UTC.' };
const totals = {
  calls: { ...count, description: 'Calls whose keepalive ended, those still open left out.' },
  keepAlives: count,
  ends: closed({ terminated: count, notFound: count, stopped: count, expired: count }),
  keepAliveMissed: {
    ...count,
    description: 'Calls that Graph ended for want of a keepAlive; terminated counts them too.',
  },
};
const worstMargin = {
  worstMarginSeconds: {
    type: 'number',
    description: 'The shortest time that was left to a deadline at a success; negative after it.',
  },
  worstMarginCallId: callId,
};

/** The schemas of `components`, JSON Schema 2020-12. */
export const API_SCHEMAS = {
  CallFacts: callFacts,
  CallRow: callRow,
  CallRecord: callRecord,
  CallInstance: callInstance,
  TimelineEntry: timelineEntry,
  CallList: callList,
  CallDetails: closed(
    {
      callId,
      why: textAs('One sentence: how the call is, and why.'),
      row: ref('CallRow'),
      timeline: listOf(ref('TimelineEntry')),
      record: orNull(ref('CallRecord')),
      instance: orNull(ref('CallInstance')),
    },
    { engineProblem: textAs('The engine did not answer: what is told is what the record says.') },
  ),
  Registration: closed(
    { tenantId: { type: 'string', format: 'uuid' } },
    {
      startedAt: instant('When the call began, if known. Without it the first keepAlive is sent at once.'),
      chatInfo: anyObject,
      meetingInfo: anyObject,
      joinUrl: textAs('A Teams link, long or short (/meet/…), instead of chatInfo and meetingInfo.'),
    },
  ),
  RegisteredCall: closed({ callId, record: orNull(ref('CallRecord')) }),
  StoppedCall: closed({ callId }),
  CallEnded: callEnded,
  KeepAliveResult: closed({ ok: { const: true }, ...keepAliveMembers }),
  KeepAliveDescription: closed(
    { callId, dryRun: { const: true }, method: { const: 'POST' }, url: text, tenantId: text, audience: text },
    {},
    'What would be sent. Nothing was.',
  ),
  KeepAliveProblem: closed({ ...problemMembers, ok: { const: false }, ...keepAliveMembers }),
  Doctor: closed({
    healthy: { type: 'boolean', description: 'Nothing has failed.' },
    checks: listOf(
      closed(
        {
          name: { enum: ['settings', 'token', 'graph', 'clock', 'callbackKeys', 'callIds', 'table', 'engine'] },
          result: { enum: ['ok', 'warning', 'failed'] },
          detail: text,
        },
        { remedy: textAs('What to do about it.') },
      ),
    ),
  }),
  Report: closed({
    asOf: instant('When it was made.'),
    since: day,
    total: closed(totals, worstMargin),
    days: listOf(closed({ day, ...totals }, worstMargin, 'A day with calls.')),
    lost: listOf(closed({ callId, at: instant('When it dropped.'), cause: text })),
  }),
  Problem: closed(problemMembers, {}, 'Problem details, RFC 9457.'),
  Health: closed(
    { status: { enum: ['ok', 'unavailable', 'misconfigured'] } },
    {
      engine: { enum: ['up', 'down'] },
      table: { enum: ['up', 'down'] },
      backend: { enum: ['storage', 'durableTaskScheduler'], description: 'What an engine that is down is on.' },
      problems: count,
    },
  ),
} as const;

export type ApiSchemaName = keyof typeof API_SCHEMAS;
