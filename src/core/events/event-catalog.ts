/** A field's type; with `?` it is there only where it is known, or applies. */
type FieldType = 'text' | 'number' | 'flag' | 'text?' | 'number?' | 'flag?';

interface EventDescription {
  readonly levels: readonly ('info' | 'warning' | 'error')[];
  readonly when: string;
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** What every try of a keepAlive tells. */
export const ATTEMPT = {
  attempt: 'number?',
  latenessSeconds: 'number?',
  marginSeconds: 'number?',
  durationMs: 'number',
  requestId: 'text?',
  clientRequestId: 'text',
  tenantId: 'text',
  by: 'text?',
} as const;

const FAILURE = { outcome: 'text', reason: 'text?', code: 'text?' } as const;

/**
 * Every event the app writes: its levels, its fields, when. The types of `app-event.ts` come from here, and so does the
 * table in docs/telemetry.md (scripts/telemetry-document.ts). Names and fields are what queries and alerts are built on: add, do
 * not rename.
 */
export const EVENTS = {
  'call.observed': {
    levels: ['info'],
    when: 'a call is seen, and not established yet',
    fields: { callId: 'text', tenantId: 'text?' },
  },
  'call.established': {
    levels: ['info'],
    when: "a call's orchestration was started; again when the record could not be told so: count distinct calls",
    fields: { callId: 'text', instanceId: 'text', tenantId: 'text?', firstSeenSecondsAgo: 'number' },
  },
  'call.registered': {
    levels: ['info'],
    when: 'an operator had a call kept alive (`PUT /api/calls/{callId}`)',
    fields: { callId: 'text', instanceId: 'text', tenantId: 'text?', outcome: 'text' },
  },
  'call.ended': {
    levels: ['info'],
    when: 'a call is marked as ended, by whatever told of it first; again when writing the mark failed: count distinct calls',
    fields: { callId: 'text', instanceId: 'text', reason: 'text', code: 'number?', subcode: 'number?' },
  },
  'call.keepAliveMissed': {
    levels: ['error'],
    when: 'Graph reported 408/8537; again only while the table cannot be written',
    fields: { callId: 'text', code: 'number', subcode: 'number' },
  },
  'call.cleanedUp': {
    levels: ['info', 'warning'],
    when: "a call's record was closed; a warning when the end rests on strange 404s",
    fields: { callId: 'text', reason: 'text', keepAlives: 'number', misconfigurationSuspected: 'flag?', by: 'text?' },
  },
  'keepAlive.succeeded': {
    levels: ['info', 'warning'],
    when: 'Graph took a keepAlive; a warning when it was sent past the deadline',
    fields: { callId: 'text', outcome: 'text', ...ATTEMPT },
  },
  'keepAlive.failed': {
    levels: ['info', 'warning'],
    when: 'a keepAlive did not succeed, with time left; only `outcome: gone` is no warning',
    fields: { callId: 'text', ...FAILURE, ...ATTEMPT },
  },
  'keepAlive.overdue': {
    levels: ['info', 'error'],
    when: 'a keepAlive did not succeed, and was sent past the deadline',
    fields: { callId: 'text', ...FAILURE, ...ATTEMPT },
  },
  'keepAlive.rescued': {
    levels: ['info', 'warning'],
    when: 'reconcileCalls sent a keepAlive, and Graph took it',
    fields: { callId: 'text', outcome: 'text', ...ATTEMPT },
  },
  'call.stuck': {
    levels: ['warning'],
    when: 'an orchestration does not send its keepAlives',
    fields: { callId: 'text', reason: 'text' },
  },
  'call.hungUp': {
    levels: ['info', 'warning'],
    when: 'reconcileCalls hung up (`HANG_UP_WHEN_ALONE_MINUTES`); a warning when it did not: `notAlone`, or another try follows',
    fields: { callId: 'text', tenantId: 'text', outcome: 'text', aloneSeconds: 'number', requestId: 'text?' },
  },
  'call.reconciled': {
    levels: ['warning'],
    when: 'reconcileCalls mended what did not fit together',
    fields: { callId: 'text', result: 'text', restarts: 'number?' },
  },
  'reconcile.completed': {
    levels: ['info', 'warning'],
    when: 'every 5 minutes; a warning when something failed, was postponed, or the engine did not answer',
    fields: {
      records: 'number',
      instances: 'number',
      failed: 'number',
      postponed: 'number',
      byRecord: 'number',
      actions: 'number',
      start: 'number?',
      rescue: 'number?',
      probe: 'number?',
      rebuild: 'number?',
      end: 'number?',
      hangUp: 'number?',
      repeatEnd: 'number?',
      close: 'number?',
      terminate: 'number?',
      durationMs: 'number',
    },
  },
  'reconcile.compared': {
    levels: ['info'],
    when: 'every hour: all records and live instances were compared',
    fields: { records: 'number', instances: 'number' },
  },
  'reconcile.failed': {
    levels: ['error'],
    when: 'reconcileCalls failed for one call, or altogether when there is no `callId`',
    fields: { callId: 'text?', problem: 'text' },
  },
  'notification.rejected': {
    levels: ['warning'],
    when: 'a notification, or an entry of one (`status` 202), was refused; without a valid token 30 a minute and process, then one line for the rest',
    fields: {
      status: 'number',
      reason: 'text',
      index: 'number?',
      entries: 'number?',
      requests: 'number?',
      reasons: 'text?',
    },
  },
  'notification.unknownIds': {
    levels: ['error'],
    when: 'notifications told of calls whose ids are neither GUIDs nor 32 hex digits',
    fields: { entries: 'number' },
  },
  'notification.failed': {
    levels: ['error'],
    when: 'a start or end could not be made durable, or a token not judged: Graph is asked to send it again',
    fields: { callId: 'text?', command: 'text?', problem: 'text' },
  },
  'relay.failed': {
    levels: ['warning', 'error'],
    when: 'the bot did not take a relayed notification; a warning when it answered, with 400 or more',
    fields: { outcome: 'text', status: 'number?', detail: 'text?', needsBot: 'flag', isPolicyRecording: 'flag' },
  },
  'webhook.delivered': {
    levels: ['info'],
    when: 'the webhook was told that a call has ended',
    fields: { callId: 'text', status: 'number', endReason: 'text', durationMs: 'number', postponed: 'number?' },
  },
  'webhook.failed': {
    levels: ['warning'],
    when: 'one try to tell the webhook failed; the last of a day as well',
    fields: { callId: 'text', problem: 'text', postponed: 'number?' },
  },
  'purge.completed': {
    levels: ['info', 'warning'],
    when: 'daily; a warning when something failed or the time was up',
    fields: { instances: 'number', records: 'number', days: 'number?', failed: 'number', isComplete: 'flag' },
  },
  'purge.failed': {
    levels: ['warning'],
    when: 'one removal failed; the next run tries again',
    fields: { callId: 'text?', problem: 'text' },
  },
  'record.unreadable': {
    levels: ['warning'],
    when: 'a row of the table `Calls` was passed over',
    fields: { rowKey: 'text' },
  },
  'app.misconfigured': {
    levels: ['error'],
    when: 'once for each wrong setting, when the app starts',
    fields: { setting: 'text', problem: 'text', example: 'text?' },
  },
} as const satisfies Readonly<Record<string, EventDescription>>;

/** What each field means, in whatever event it stands. */
export const FIELD_MEANINGS: Readonly<Record<string, string>> = {
  actions: 'how many calls were mended',
  aloneSeconds: 'since when the bot was the only one left',
  attempt: 'which try of the orchestration, from 1, failures included',
  by: '`reconcileCalls` or `operator`; absent: the orchestration itself',
  byRecord: 'calls judged by their record alone, for the engine did not answer',
  callId: "the call, a lower-case GUID; `replace_string(callId, '-', '')` is its other spelling in Microsoft's logs",
  clientRequestId: '`client-request-id` that was sent to Graph',
  close: 'of `actions`: records closed for an instance that is over',
  code: "of `call.*`: Graph's `resultInfo.code`, a number; of `keepAlive.*`: Graph's error code, a text (`7504`, `http403`)",
  command: 'what the notification asked for: `observe`, `start`, `end`, `roster`',
  days: 'days whose totals were written',
  detail: 'the error code of the network (`ECONNREFUSED`), `answerTooLarge`, `invalidStatus`',
  durationMs: 'how long it took; of `keepAlive.*`: the request to Graph',
  end: 'of `actions`: calls ended',
  endReason: 'as `reason` of `call.cleanedUp`',
  entries:
    'of `notification.rejected`: how many further entries of the same body were refused, of which no line tells; of `notification.unknownIds`: how many told of such a call',
  example: 'a value that would be right',
  failed: 'what could not be done; the next run tries again',
  firstSeenSecondsAgo: 'age of the call, counted from its first notification: so much of the 45 minutes was gone',
  hangUp: 'of `actions`: calls hung up',
  index: 'which entry of `value`, from 0',
  instanceId: 'the durable instance, `call-` and the call id',
  instances: 'of `reconcile.*`: live instances that were compared with their records; of `purge.*`: removed instances',
  isComplete: 'false: the time was up, the next run goes on',
  isPolicyRecording: 'the notification was one of policy-based recording',
  keepAlives: 'how many keepAlives of the orchestration succeeded',
  latenessSeconds: 'sent so long after it was due; below 0 = earlier (timers may fire 1 s early)',
  marginSeconds: 'time left to the deadline, 45 minutes after the last success, when it was sent; 0 or less = too late',
  messageId: '`X-Microsoft-Skype-Message-ID` of the notification',
  misconfigurationSuspected: 'the end rests on 404s that do not say "call not found": check `GRAPH_BASE_URL`',
  needsBot: "only the bot's answer counts for this notification (`incoming`, participantJoining)",
  outcome:
    'of `keepAlive.*`: `alive`, `gone`, `unclear`, `denied`, `retry`; of `call.hungUp`: `hungUp`, `gone`, `notAlone`, or why not; of `call.registered`: `started`, `running`, `finishing`; of `relay.failed`: `timeout`, `unreachable`, `refused`',
  postponed:
    'of `reconcile.completed`: calls left to the next run: the time was up; of `webhook.*`: how often the delivery waited for its turn',
  probe: 'of `actions`: calls never established, for which Graph was asked',
  problem: 'what failed, and what to do',
  reason:
    'of `call.ended`, `call.cleanedUp`: `terminated`, `notFound`, `stopped`, `alone`, `expired`; of `keepAlive.*`: why it failed (`http 503`, `timeout requestTimeout`, `network ECONNRESET`, `credential AADSTS…`); of `notification.rejected`: why it was refused; of `call.stuck`: `overdue`, `pending`, `suspended`, `failed`, `engineSilent`',
  reasons: '`reason` and count of the requests in `requests`; `unavailable` got 503',
  rebuild: 'of `actions`: records made anew from their instance',
  records:
    'of `reconcile.completed`: calls whose record asked for a look; of `reconcile.compared`: open records; of `purge.*`: removed records',
  repeatEnd: 'of `actions`: instances told once more that the call has ended',
  requestId: '`request-id` of Graph: what Microsoft asks for',
  requests: 'how many further requests were refused, of which no line tells; absent: this one',
  rescue: 'of `actions`: keepAlives sent in place of an orchestration',
  restarts: 'how often the orchestration was started again because it had failed',
  result: '`started`, `running`, `ended`, `recordRebuilt`, `endRepeated`, `terminated`',
  rowKey: 'RowKey of the row',
  scenarioId: '`Scenario-Id` of the notification: the same in all of a call',
  setting: 'name of the setting',
  start: 'of `actions`: orchestrations started, again or at last',
  status:
    "HTTP status: of `notification.rejected` ours, of `relay.failed` the bot's, of `webhook.delivered` the receiver's",
  subcode: "Graph's `resultInfo.subcode`",
  tenantId: 'the tenant; of `keepAlive.*`: the one whose token was sent',
  terminate: 'of `actions`: instances terminated that did not come to their end',
};
