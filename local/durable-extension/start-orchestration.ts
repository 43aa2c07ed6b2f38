import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import type { ApiContext } from './api-context.ts';
import { EventType, type ExecutionStarted } from './history-event.ts';
import { HubConflictError, type InstanceRow } from './hub-store.ts';
import { toPendingRow } from './instance-row.ts';
import { toErrorResponse, toJsonResponse } from './json-response.ts';
import { buildManagementUrls } from './management-links.ts';
import { isEnded } from './runtime-status.ts';

function toAlreadyExists(context: ApiContext, row: InstanceRow): HttpMessageResponse {
  const message = `An Orchestration instance with the status ${row.runtimeStatus} already exists.`;
  if (context.options.extensionVersion !== '2.13') return toErrorResponse(409, message);
  return toErrorResponse(500, 'Something went wrong while processing your request', {
    type: 'DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException',
    message,
  });
}

/** 202 with the links, in the real order of keys (no rewindPostUri here). The app's own client needs no key in them. */
function toStarted(context: ApiContext, request: HttpMessageRequest, instanceId: string): HttpMessageResponse {
  const { hubName, systemKey } = context.options;
  const { rewindPostUri: _, ...links } = buildManagementUrls(instanceId, {
    origin: request.url.origin,
    hubName,
    systemKey: request.url.pathname.startsWith('/durabletask/') ? undefined : systemKey,
  });
  return toJsonResponse(202, JSON.stringify(links), { location: links.statusQueryGetUri, 'retry-after': '10' });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Status row first, message in the same commit. When two starters race, both read "no live instance"; the loser's
 * conflict is swallowed, and its message is discarded when it comes to be delivered: both see 202, one runs.
 *
 * Source: Azure/durabletask, AzureStorageOrchestrationService.cs, CreateTaskOrchestrationAsync.
 */
async function commitStart(
  context: ApiContext,
  started: ExecutionStarted,
  row: InstanceRow | undefined,
): Promise<void> {
  const expectedRevision = row?.revision ?? 0;
  const { InstanceId: instanceId, ExecutionId: executionId } = started.OrchestrationInstance;
  const visibleAtMs = context.options.clock.nowMs();
  const send = [{ queue: 'control', instanceId, executionId, visibleAtMs, event: started } as const];
  const pending = toPendingRow(started, expectedRevision + 1);
  try {
    await context.session.commit({
      instances: [{ row: pending, expectedRevision, history: { kind: 'replace', entries: [] } }],
      send,
    });
  } catch (thrown) {
    if (!(thrown instanceof HubConflictError)) throw thrown;
    await context.session.commit({ send });
  }
}

/**
 * POST orchestrators/{functionName}[/{instanceId}][?version=]: 202 with links; 400 bad JSON or unknown function; 409 a
 * live instance has this id (2.13: 500). An ended one is replaced.
 */
export async function startOrchestration(
  context: ApiContext,
  request: HttpMessageRequest,
  functionName: string,
  requestedId: string | undefined,
): Promise<HttpMessageResponse> {
  const text = new TextDecoder().decode(request.body);
  if (text !== '' && !isJson(text)) return toErrorResponse(400, 'Invalid JSON content');
  if (!context.functions.isOrchestrator(functionName)) {
    return toErrorResponse(400, context.functions.describeUnknown(functionName, 'orchestrator'));
  }
  const instanceId = requestedId ?? context.newId();
  const row = await context.session.store.readInstance(instanceId);
  if (row !== undefined && !isEnded(row.runtimeStatus)) return toAlreadyExists(context, row);
  const started: ExecutionStarted = {
    EventType: EventType.ExecutionStarted,
    EventId: -1,
    Timestamp: new Date(context.options.clock.nowMs()).toISOString(),
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: context.newId() },
    ParentInstance: null,
    Name: functionName,
    Version: request.url.searchParams.get('version') ?? context.options.defaultVersion ?? null,
    Input: text === '' ? null : text,
  };
  await commitStart(context, started, row);
  return toStarted(context, request, instanceId);
}
