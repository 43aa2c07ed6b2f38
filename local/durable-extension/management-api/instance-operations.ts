import type { HttpMessageRequest, HttpMessageResponse } from '../../http-message.ts';
import { EventType, type HistoryEvent } from '../hub/history-event.ts';
import type { InstanceRow } from '../hub/hub-store.ts';
import { isEnded, type RuntimeStatus } from '../hub/runtime-status.ts';
import type { ApiContext } from './api-context.ts';
import { buildHistoryJson } from './history-json.ts';
import { toEmptyResponse, toErrorResponse, toExceptionResponse, toJsonResponse } from './json-response.ts';
import { buildStatusJson } from './status-json.ts';

function isTrue(request: HttpMessageRequest, parameter: string): boolean | undefined {
  const value = request.url.searchParams.get(parameter)?.trim().toLowerCase();
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

async function send(context: ApiContext, instanceId: string, event: HistoryEvent): Promise<HttpMessageResponse> {
  const visibleAtMs = context.options.clock.nowMs();
  await context.session.commit({ send: [{ queue: 'control', instanceId, executionId: null, visibleAtMs, event }] });
  return toEmptyResponse(202);
}

/** GET instances/{id}: 202 live, 200 ended; 500 for a failed one when the caller asks for it. */
export async function getStatus(
  context: ApiContext,
  request: HttpMessageRequest,
  row: InstanceRow,
): Promise<HttpMessageResponse> {
  const showHistory = isTrue(request, 'showHistory') === true && row.runtimeStatus !== 'Pending';
  const showInput = isTrue(request, 'showInput') ?? true;
  const extensionVersion = context.options.extensionVersion ?? '3.19';
  const showOutput = isTrue(request, 'showHistoryOutput') === true;
  const history = showHistory
    ? buildHistoryJson(await context.session.store.readHistory(row.instanceId), {
        showOutput,
        showInput: showInput && extensionVersion !== '2.13',
      })
    : undefined;
  const json = buildStatusJson(row, { showInput, extensionVersion, history });
  if (!isEnded(row.runtimeStatus)) {
    return toJsonResponse(202, json, { location: request.url.href, 'retry-after': '5' });
  }
  const asError = row.runtimeStatus === 'Failed' && isTrue(request, 'returnInternalServerErrorOnFailure') === true;
  return toJsonResponse(asError ? 500 : 200, json);
}

/** POST instances/{id}/raiseEvent/{name}: 202; 410 ended; 400 not JSON, or no body. */
export async function raiseEvent(
  context: ApiContext,
  request: HttpMessageRequest,
  { instanceId, runtimeStatus }: InstanceRow,
  eventName: string,
): Promise<HttpMessageResponse> {
  if (isEnded(runtimeStatus)) return toEmptyResponse(410);
  const mediaType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    return toErrorResponse(400, 'Only application/json request content is supported');
  }
  const text = new TextDecoder().decode(request.body);
  try {
    JSON.parse(text);
  } catch {
    return toErrorResponse(400, 'Invalid JSON content');
  }
  const Timestamp = new Date(context.options.clock.nowMs()).toISOString();
  const event = { EventType: EventType.EventRaised, EventId: -1, Timestamp, Name: eventName, Input: text } as const;
  return send(context, instanceId, event);
}

export type LifecycleOperation = 'terminate' | 'suspend' | 'resume';

function toLifecycleEvent(operation: LifecycleOperation, Timestamp: string, reason: string | null): HistoryEvent {
  const common = { EventId: -1, Timestamp };
  switch (operation) {
    case 'terminate':
      return { EventType: EventType.ExecutionTerminated, ...common, Input: reason };
    case 'suspend':
      return { EventType: EventType.ExecutionSuspended, ...common, Reason: reason };
    case 'resume':
      return { EventType: EventType.ExecutionResumed, ...common, Reason: reason };
    default:
      return operation satisfies never;
  }
}

/** Source: Azure/azure-functions-durable-extension, DurableClient.cs, SuspendAsync and ResumeAsync. */
function findObstacle(operation: LifecycleOperation, instanceId: string, status: RuntimeStatus): string | undefined {
  const isPossible = operation === 'terminate' || (operation === 'suspend') !== (status === 'Suspended');
  if (isPossible) return undefined;
  return `Cannot ${operation} the orchestration instance ${instanceId} because instance is in the ${status} state.`;
}

/**
 * POST instances/{id}/{terminate|suspend|resume}?reason=: 202; 410 ended; 500 to suspend a suspended or to resume another
 * one (2.13: 202).
 */
export async function changeLifecycle(
  context: ApiContext,
  request: HttpMessageRequest,
  { instanceId, runtimeStatus }: InstanceRow,
  operation: LifecycleOperation,
): Promise<HttpMessageResponse> {
  if (isEnded(runtimeStatus)) return toEmptyResponse(410);
  const obstacle = findObstacle(operation, instanceId, runtimeStatus);
  if (obstacle !== undefined && context.options.extensionVersion !== '2.13') {
    return toExceptionResponse('System.InvalidOperationException', obstacle);
  }
  const Timestamp = new Date(context.options.clock.nowMs()).toISOString();
  return send(context, instanceId, toLifecycleEvent(operation, Timestamp, request.url.searchParams.get('reason')));
}

/** DELETE instances/{id}: 200 with the count; 412 not ended (2.13 purges it all the same). */
export async function purgeInstance(
  context: ApiContext,
  { instanceId, runtimeStatus }: InstanceRow,
): Promise<HttpMessageResponse> {
  if (!isEnded(runtimeStatus) && context.options.extensionVersion !== '2.13') {
    const text = `Only orchestrations in a terminal state can be purged, but the orchestration with instance ID ${instanceId} has status ${runtimeStatus}`;
    return toJsonResponse(412, JSON.stringify(text));
  }
  await context.session.commit({ purge: [instanceId] });
  return toJsonResponse(200, '{"instancesDeleted":1}');
}
