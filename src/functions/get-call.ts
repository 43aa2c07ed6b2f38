import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { DurableCalls } from '../adapters/durable-calls.ts';
import { parseCallId } from '../core/call-record/call-id.ts';
import { toCallView } from '../core/call-record/call-view.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { toCallRow } from '../core/operator-views/call-row.ts';
import { toTimeline } from '../core/operator-views/call-timeline.ts';
import { parseInstanceView } from '../core/operator-views/instance-view.ts';
import { answerWithEtag } from './answer-with-etag.ts';
import { problem } from './problem.ts';

export interface GetCallDependencies {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly limits: KeepaliveLimits;
  readonly durableOf: (context: InvocationContext) => DurableCalls;
}

/**
 * `GET /api/calls/{callId}`: what is known of one call, read at this moment.
 *
 * Shape: → 200 `{callId, why, row, timeline, record | null, instance | null}` | 304 | 400 no call id | 404 both unknown.
 * Errors: CallStoreError, DurableCallsError.  Effects: one table read, one status request.
 */
export function getCall({ store, clock, limits, durableOf }: GetCallDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const callId = parseCallId(request.params.callId ?? '');
    if (callId === undefined)
      return problem(400, 'This is no call id: give the GUID of the call, with or without dashes.');
    const [stored, instance] = await Promise.all([store.read(callId), durableOf(context).status(callId)]);
    if (stored === undefined && instance === undefined) {
      return problem(404, `Call ${callId} is unknown here: no notification for it has arrived, or it was purged.`);
    }
    const sources = { callId, record: stored?.record, instance: instance && parseInstanceView(instance) };
    const row = toCallRow(sources, clock.nowMs(), limits);
    return answerWithEtag(request, {
      callId,
      why: row.why,
      row,
      timeline: toTimeline(sources),
      record: stored === undefined ? null : toCallView(stored.record),
      instance: instance ?? null,
    });
  };
}
