import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallEffects } from '../calls/call-effects.ts';
import { stopCall as stop } from '../calls/stop-call.ts';
import { parseCallId } from '../core/call-record/call-id.ts';
import { parseCallEnd } from './parse-call-end.ts';
import { problem } from './problem.ts';

export interface StopCallDependencies {
  readonly botAppId: string;
  readonly effectsOf: (context: InvocationContext) => CallEffects;
}

/**
 * `DELETE /api/calls/{callId}`: stops keeping a call alive; Graph then ends it within 45 minutes, unless the bot hangs up.
 * With `?reason=terminated` the call is over already, as Graph told the bot.
 *
 * Shape: → 202 `{callId}`, also when it has ended already | 400 no call id, or the query | 404 unknown.
 * Errors: CallStoreError, DurableCallsError, RecordConflictError.  Effects: those of stop-call.
 */
export function stopCall({ botAppId, effectsOf }: StopCallDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const graphCallId = request.params.callId ?? '';
    const callId = parseCallId(graphCallId);
    if (callId === undefined)
      return problem(400, 'This is no call id: give the GUID of the call, with or without dashes.');
    const end = parseCallEnd(request.query);
    if (end.kind === 'refused') return problem(400, end.problem);
    const stopped = await stop(effectsOf(context), { callId, graphCallId, appId: botAppId, facts: {} }, end.ended);
    if (stopped === 'unknown') return problem(404, `Call ${callId} is unknown here, so there is nothing to stop.`);
    return { status: 202, headers: { 'Cache-Control': 'no-store' }, jsonBody: { callId } };
  };
}
