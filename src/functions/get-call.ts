import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { CallStore } from '../adapters/call-store.ts';
import type { Clock } from '../adapters/clock.ts';
import type { CallInstance, DurableCalls } from '../adapters/durable-calls.ts';
import { type CallId, parseCallId } from '../core/call-record/call-id.ts';
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
 * Shape: → 200 `{callId, why, row, timeline, record | null, instance | null, engineProblem?}` | 304 | 400 no call id | 404
 * both unknown | 503 no record, and the engine does not answer.
 * Errors: CallStoreError.  Effects: one table read, one status request.
 */
export function getCall({ store, clock, limits, durableOf }: GetCallDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const callId = parseCallId(request.params.callId ?? '');
    if (callId === undefined)
      return problem(400, 'This is no call id: give the GUID of the call, with or without dashes.');
    const [stored, asked] = await Promise.all([store.read(callId), ask(durableOf(context), callId)]);
    const { instance, engineProblem } = asked;
    if (stored === undefined && engineProblem !== undefined) return problem(503, engineProblem);
    if (stored === undefined && instance === undefined) {
      return problem(404, `Call ${callId} is unknown here: no notification for it has arrived, or it was purged.`);
    }
    const none = engineProblem === undefined ? ('none' as const) : undefined;
    const sources = { callId, record: stored?.record, instance: instance ? parseInstanceView(instance) : none };
    const row = toCallRow(sources, clock.nowMs(), limits);
    return answerWithEtag(request, {
      callId,
      why: row.why,
      row,
      timeline: toTimeline(sources),
      record: stored === undefined ? null : toCallView(stored.record),
      instance: instance ?? null,
      ...(engineProblem === undefined ? {} : { engineProblem }),
    });
  };
}

/** The record tells how the call stands, so an engine that does not answer costs details only. */
async function ask(
  durable: Pick<DurableCalls, 'status'>,
  callId: CallId,
): Promise<{ readonly instance?: CallInstance | undefined; readonly engineProblem?: string }> {
  try {
    return { instance: await durable.status(callId) };
  } catch (error) {
    return { engineProblem: error instanceof Error ? error.message : 'The engine did not answer.' };
  }
}
