import { parseCallId } from '../../src/core/call-record/call-id.ts';
import { isPlainObject, type PlainObject } from '../../src/core/values/plain-object.ts';
import type { HttpMessageRequest } from '../http-message.ts';
import { hasEnded } from './call-life.ts';
import { callOptionsSchema } from './call-options.ts';
import { toCallResource } from './call-resource.ts';
import { isCallbackUri } from './callback-uri.ts';
import type { FaultAnswers } from './fault-answer.ts';
import type { RequestOperation } from './faults.ts';
import { graphError, graphHeaders, jsonAnswer, type RequestContext, type SimulatedAnswer } from './graph-answer.ts';
import { parseGraphRoute } from './graph-route.ts';
import { parseJsonBody } from './json-body.ts';
import type { SimulatedCall } from './simulated-call.ts';
import type { SimulatedCalls } from './simulated-calls.ts';

/** A keepAlive that was met; `callId` is undefined for what is not an id, `status` when it got no answer. */
export interface MetKeepAlive {
  readonly callId: string | undefined;
  readonly call: SimulatedCall | undefined;
  readonly status: number | undefined;
  readonly lastSuccessAtMs: number | undefined;
  readonly requestId: string;
}

const ERRORS = {
  noToken: { status: 401, code: 'InvalidAuthenticationToken', message: 'Access token is empty.' },
  badId: { status: 400, code: 'BadRequest', message: 'The call id is neither a GUID nor 32 hex digits.' },
  notFound: { status: 404, code: '8522', message: 'Call not found.' },
  methodNotAllowed: { status: 405, code: 'Request_BadRequest', message: 'Specified HTTP method is not allowed.' },
  badCallbackUri: {
    status: 400,
    code: 'BadRequest',
    message: 'callbackUri: must be an https URL, or http on loopback.',
  },
  notIncoming: { status: 400, code: 'BadRequest', message: 'The call is not in state incoming.' },
  betweenTwo: { status: 400, code: 'BadRequest', message: 'Peer-to-peer calls are not supported.' },
  badJson: { status: 400, code: 'BadRequest', message: 'The body is not a JSON object.' },
} as const;

/**
 * Graph's calls: create, get, list of participants, delete, answer, keepAlive. Like Graph it looks at the token first, then at the id.
 *
 * Shape: request → answer; undefined when the path is none of Graph's.
 */
export function createGraphApi(deps: {
  readonly calls: SimulatedCalls;
  readonly faultAnswers: FaultAnswers;
  readonly onKeepAlive: (met: MetKeepAlive) => void;
}) {
  const { calls, faultAnswers } = deps;

  const answerOf = (
    operation: RequestOperation,
    idText: string,
    request: HttpMessageRequest,
    context: RequestContext,
  ): SimulatedAnswer => {
    if (!hasBearerToken(request)) return graphError(context, ERRORS.noToken);
    if (operation === 'createCall') return createCall(calls, request, context);
    if (parseCallId(idText) === undefined) return graphError(context, ERRORS.badId);
    const call = calls.find(idText);
    if (call === undefined || hasEnded(call.life)) return graphError(context, ERRORS.notFound);
    switch (operation) {
      case 'keepAlive':
        calls.keepAlive(call);
        return { status: 200, headers: { ...graphHeaders(context), 'content-type': 'text/plain' }, body: '' };
      case 'getCall':
        return jsonAnswer(200, toCallResource(call.facts, call.life, call.callbackUri), graphHeaders(context));
      case 'listParticipants':
        return listParticipants(call, context);
      case 'deleteCall':
        calls.hangUp(call, 'bot');
        return { status: 204, headers: graphHeaders(context) };
      case 'answerCall':
        return answerIncoming(calls, call, request, context);
      default:
        throw new Error(`no such operation on a call: ${operation}`);
    }
  };

  return async (request: HttpMessageRequest, context: RequestContext): Promise<SimulatedAnswer | undefined> => {
    const route = parseGraphRoute(request.method, request.url.pathname);
    if (route === undefined) return undefined;
    if (route.kind === 'unknownSegment') {
      const message = `Resource not found for the segment '${route.segment}'.`;
      return graphError(context, { status: 400, code: 'BadRequest', message });
    }
    if (route.kind === 'methodNotAllowed') return graphError(context, ERRORS.methodNotAllowed);
    const callId = parseCallId(route.idText);
    const fault = await faultAnswers.meet(route.operation, callId, context);
    const call = callId === undefined ? undefined : calls.find(callId);
    const lastSuccessAtMs = call?.life.lastSuccessAtMs;
    const answer = fault ?? answerOf(route.operation, route.idText, request, context);
    if (route.operation === 'keepAlive') {
      const status = 'kind' in answer ? undefined : answer.status;
      deps.onKeepAlive({ callId, call, status, lastSuccessAtMs, requestId: context.requestId });
    }
    return answer;
  };
}

function hasBearerToken(request: HttpMessageRequest): boolean {
  return /^Bearer +\S/i.test(request.headers.authorization ?? '');
}

function createCall(calls: SimulatedCalls, request: HttpMessageRequest, context: RequestContext): SimulatedAnswer {
  const requested = parseJsonBody(request.body);
  if (!isPlainObject(requested)) return graphError(context, ERRORS.badJson);
  const shape = callOptionsSchema.safeParse({
    callbackUri: requested.callbackUri,
    kind: isGroupCall(requested) ? 'meeting' : 'p2p',
    tenantId: parseCallId(String(requested.tenantId)),
  });
  if (!shape.success) return graphError(context, ERRORS.badCallbackUri);
  const call = calls.start(shape.data, requested);
  if (call === undefined) throw new Error('a new GUID was not new: use another source of random numbers');
  return jsonAnswer(201, toCallResource(call.facts, call.life, call.callbackUri), graphHeaders(context));
}

/** A meeting is joined by its info; several targets make a new group call. */
function isGroupCall(requested: PlainObject): boolean {
  const targets = requested.targets;
  const joins = isPlainObject(requested.meetingInfo) || isPlainObject(requested.chatInfo);
  return joins || (Array.isArray(targets) && targets.length > 1);
}

/**
 * "This request does not support peer-to-peer calls"; with which error is not documented.
 * Source: https://learn.microsoft.com/graph/api/call-list-participants
 */
function listParticipants({ facts, participants }: SimulatedCall, context: RequestContext): SimulatedAnswer {
  if (facts.kind === 'p2p') return graphError(context, ERRORS.betweenTwo);
  return jsonAnswer(200, { value: [...participants.values()] }, graphHeaders(context));
}

/** Source: https://learn.microsoft.com/graph/api/call-answer (202, `callbackUri` for the rest of the call). */
function answerIncoming(
  calls: SimulatedCalls,
  call: SimulatedCall,
  request: HttpMessageRequest,
  context: RequestContext,
): SimulatedAnswer {
  const body = request.body.length === 0 ? {} : parseJsonBody(request.body);
  if (!isPlainObject(body)) return graphError(context, ERRORS.badJson);
  const callbackUri = body.callbackUri;
  if (callbackUri === undefined || callbackUri === null) {
    return calls.answer(call) ? accepted(context) : graphError(context, ERRORS.notIncoming);
  }
  if (typeof callbackUri !== 'string' || !isCallbackUri(callbackUri)) return graphError(context, ERRORS.badCallbackUri);
  return calls.answer(call, callbackUri) ? accepted(context) : graphError(context, ERRORS.notIncoming);
}

function accepted(context: RequestContext): SimulatedAnswer {
  return { status: 202, headers: graphHeaders(context) };
}
