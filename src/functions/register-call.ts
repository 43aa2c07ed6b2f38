import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { KeepAliveNowEffects } from '../calls/keep-alive-now.ts';
import { type Registration, registerCall as register } from '../calls/register-call.ts';
import { parseCallId } from '../core/call-record/call-id.ts';
import { toCallView } from '../core/call-record/call-view.ts';
import { toEmptyBodyProblem } from '../core/notifications/notification-request.ts';
import { parseRegistration } from './parse-registration.ts';
import { problem } from './problem.ts';

export interface RegisterCallDependencies {
  readonly botAppId: string;
  /** In lower case. */
  readonly allowedTenantIds: readonly string[] | '*';
  readonly effectsOf: (context: InvocationContext) => KeepAliveNowEffects;
}

/**
 * `PUT /api/calls/{callId}`: has a call kept alive without a notification.
 *
 * Shape: `{tenantId, startedAt?, chatInfo?, meetingInfo?, joinUrl?}` → 202 `{callId, record}` from now on | 200 it is kept
 * alive already | 400, 413 the id or body | 403 the tenant | 404 Graph knows no such call | 409 the call has ended for good, or is not free yet.
 * Errors: CallStoreError, DurableCallsError, RecordConflictError.  Effects: those of register-call.
 */
export function registerCall({ botAppId, allowedTenantIds, effectsOf }: RegisterCallDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const graphCallId = request.params.callId ?? '';
    const callId = parseCallId(graphCallId);
    if (callId === undefined)
      return problem(400, 'This is no call id: give the GUID of the call, with or without dashes.');
    const effects = effectsOf(context);
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.byteLength === 0) {
      return problem(400, toEmptyBodyProblem({ transferEncoding: request.headers.get('transfer-encoding') }));
    }
    const parsed = parseRegistration(bytes, effects.clock.nowMs(), effects.limits);
    if (parsed.kind === 'refused') return problem(parsed.status, parsed.problem);
    const { facts, startedAtMs } = parsed;
    if (allowedTenantIds !== '*' && !allowedTenantIds.includes(facts.tenantId)) {
      return problem(403, `Tenant ${facts.tenantId} is not allowed: add it to ALLOWED_TENANT_IDS.`);
    }
    const { outcome, record } = await register(effects, { callId, graphCallId, appId: botAppId, facts }, startedAtMs);
    const refusal = toRefusal(outcome, callId);
    if (refusal !== undefined) return refusal;
    return {
      status: outcome === 'started' ? 202 : 200,
      headers: { 'Cache-Control': 'no-store' },
      jsonBody: { callId, record: record === undefined ? null : toCallView(record) },
    };
  };
}

function toRefusal(outcome: Registration, callId: string): HttpResponseInit | undefined {
  switch (outcome) {
    case 'started':
    case 'running':
      return undefined;
    case 'notFound':
      return problem(404, `Graph does not know call ${callId}: it has ended, or never was. It is not kept alive.`);
    case 'terminated':
      return problem(
        409,
        `Graph has ended call ${callId}: there is nothing left to keep alive. A rejoin gets a new call id.`,
      );
    case 'finishing':
      return comeAgain(
        `The orchestration of call ${callId} still cleans up or tells the webhook. Repeat this when GET /api/calls/${callId} shows it as Completed.`,
      );
    case 'suspended':
      return problem(
        409,
        `The orchestration of call ${callId} is suspended. Resume it with the status API of Durable Functions.`,
      );
  }
}

/** Of the conflicts only this one passes by itself: that is what Retry-After tells a client. */
function comeAgain(detail: string): HttpResponseInit {
  const refusal = problem(409, detail);
  return { ...refusal, headers: { ...refusal.headers, 'Retry-After': '30' } };
}
