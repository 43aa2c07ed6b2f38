import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { DurableCalls } from '../adapters/durable-calls.ts';
import { parseCallId } from '../core/call-id.ts';
import { toCallView } from '../core/call-view.ts';
import { problem } from './problem.ts';

export interface GetCallDependencies {
  readonly store: CallStore;
  readonly durableOf: (context: InvocationContext) => DurableCalls;
}

/**
 * `GET /api/calls/{callId}`: the record and the durable instance of one call.
 *
 * Shape: → 200 `{callId, record | null, instance | null}` | 400 no call id | 404 both unknown.
 * Effects: one table read, one status request.
 */
export function getCall({ store, durableOf }: GetCallDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const callId = parseCallId(request.params.callId ?? '');
    if (callId === undefined)
      return problem(400, 'This is no call id: give the GUID of the call, with or without dashes.');
    const [stored, instance] = await Promise.all([store.read(callId), durableOf(context).status(callId)]);
    if (stored === undefined && instance === undefined) {
      return problem(404, `Call ${callId} is unknown here: no notification for it has arrived, or it was purged.`);
    }
    return {
      status: 200,
      headers: { 'Cache-Control': 'no-store' },
      jsonBody: { callId, record: stored === undefined ? null : toCallView(stored.record), instance: instance ?? null },
    };
  };
}
