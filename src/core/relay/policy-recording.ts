import { isPlainObject, ownProperty, ownText, type PlainObject } from '../values/plain-object.ts';

const REASONS: ReadonlySet<string> = new Set(['policybasedrecording', 'compliancerecording']);
const CONTEXT = 'policybasedrecording';

/**
 * True when an incoming call is one of policy-based recording: Graph then waits for its answer 5 s only. Any mark is
 * enough, in any case of letters, for no notification was seen with all of them.
 *
 * Sources: https://learn.microsoft.com/graph/api/call-answer, example 3 (PolicyBasedRecording, observedParticipantId);
 * issues 664 and 667 of microsoft-graph-comms-samples (ComplianceRecording, policyIdentifier).
 */
export function isPolicyRecording(call: PlainObject): boolean {
  const context = objectAt(call, 'incomingContext');
  const metadata = objectAt(call, 'applicationMetadata');
  const botData = objectAt(metadata, 'botData');
  return (
    (ownProperty(context, 'observedParticipantId') ?? undefined) !== undefined ||
    ownText(botData, 'policyIdentifier', 1_024) !== undefined ||
    [ownProperty(botData, 'inviteReasons')].flat().some((reason) => REASONS.has(lower(reason))) ||
    [context, metadata, botData].some(isRecordingContext)
  );
}

/** Says so by its type, or by a member of that name. */
function isRecordingContext(context: PlainObject): boolean {
  return Object.entries(context).some(([name, value]) =>
    name === '@odata.type' ? lower(value).includes(CONTEXT) : isPlainObject(value) && lower(name).startsWith(CONTEXT),
  );
}

function lower(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function objectAt(object: PlainObject, name: string): PlainObject {
  const value = ownProperty(object, name);
  return isPlainObject(value) ? value : {};
}
