import type { HttpMessageRequest, HttpMessageResponse } from '../../http-message.ts';
import { EventType, type ExecutionStarted } from '../hub/history-event.ts';
import { HubConflictError, type InstanceRow } from '../hub/hub-store.ts';
import { toPendingRow } from '../hub/instance-row.ts';
import { isEnded } from '../hub/runtime-status.ts';
import type { ApiContext } from './api-context.ts';
import { toErrorResponse, toExceptionResponse, toJsonResponse } from './json-response.ts';
import { buildManagementUrls } from './management-links.ts';

function toAlreadyExists(context: ApiContext, row: InstanceRow): HttpMessageResponse {
  const message = `An Orchestration instance with the status ${row.runtimeStatus} already exists.`;
  if (context.options.extensionVersion !== '2.13') return toErrorResponse(409, message);
  return toExceptionResponse('DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException', message);
}

/** 202 with the links, in the real order of keys (no rewindPostUri here). The app's own client needs no key in them. */
export function toStarted(context: ApiContext, request: HttpMessageRequest, instanceId: string): HttpMessageResponse {
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

/** What to start. */
export interface Start {
  readonly name: string;
  readonly instanceId: string;
  readonly version: string | null;
  /** JSON text. */
  readonly inputJson: string | null;
}

/** Starts it unless a live instance has the id, and returns that one. An ended one is replaced. */
export async function startUnlessLive(context: ApiContext, start: Start): Promise<InstanceRow | undefined> {
  const { instanceId } = start;
  const row = await context.session.store.readInstance(instanceId);
  if (row !== undefined && !isEnded(row.runtimeStatus)) return row;
  const started: ExecutionStarted = {
    EventType: EventType.ExecutionStarted,
    EventId: -1,
    Timestamp: new Date(context.options.clock.nowMs()).toISOString(),
    OrchestrationInstance: { InstanceId: instanceId, ExecutionId: context.newId() },
    ParentInstance: null,
    Name: start.name,
    Version: start.version,
    Input: start.inputJson,
  };
  await commitStart(context, started, row);
  return undefined;
}

/** What the extension makes of a request that it cannot start; an unknown function fails when it runs, in 2.13 at once. */
function refuseStart({ options, functions }: ApiContext, name: string, text: string): HttpMessageResponse | undefined {
  const isOld = options.extensionVersion === '2.13';
  if (text !== '' && !isJson(text)) {
    return isOld
      ? toErrorResponse(400, 'Invalid JSON content')
      : toExceptionResponse('Newtonsoft.Json.JsonSerializationException', 'The content is not JSON.');
  }
  if (!isOld || functions.isOrchestrator(name)) return undefined;
  return toErrorResponse(400, functions.describeUnknown(name, 'orchestrator'));
}

/**
 * POST orchestrators/{functionName}[/{instanceId}][?version=]: 202 with links; 500 bad JSON (2.13: 400, as for an unknown
 * function); 409 a live instance has this id (2.13: 500). An ended one is replaced.
 */
export async function startOrchestration(
  context: ApiContext,
  request: HttpMessageRequest,
  functionName: string,
  requestedId: string | undefined,
): Promise<HttpMessageResponse> {
  const text = new TextDecoder().decode(request.body);
  const refusal = refuseStart(context, functionName, text);
  if (refusal !== undefined) return refusal;
  const instanceId = requestedId ?? context.newId();
  const live = await startUnlessLive(context, {
    name: functionName,
    instanceId,
    version: request.url.searchParams.get('version') ?? context.options.defaultVersion ?? null,
    inputJson: text === '' ? null : text,
  });
  return live === undefined ? toStarted(context, request, instanceId) : toAlreadyExists(context, live);
}
