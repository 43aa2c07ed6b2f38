import type { HttpMessageRequest, HttpMessageResponse } from '../../http-message.ts';
import type { InstanceRow } from '../hub/hub-store.ts';
import type { ApiContext } from './api-context.ts';
import { changeLifecycle, getStatus, purgeInstance, raiseEvent } from './instance-operations.ts';
import { listInstances, purgeInstances } from './instance-queries.ts';
import { toEmptyResponse, toErrorResponse, toJsonResponse } from './json-response.ts';
import { restartInstance } from './restart-instance.ts';
import { rewindInstance } from './rewind-instance.ts';
import { startOrchestration } from './start-orchestration.ts';

const basePaths = ['/runtime/webhooks/durabletask', '/durabletask'];

/** Path segments below the base, decoded once as a whole, as the real one does. */
function splitPath(pathname: string): readonly string[] | undefined {
  const lowerCase = pathname.toLowerCase();
  const base = basePaths.find((candidate) => lowerCase === candidate || lowerCase.startsWith(`${candidate}/`));
  if (base === undefined) return undefined;
  try {
    return decodeURIComponent(pathname.slice(base.length))
      .split('/')
      .filter((segment) => segment !== '');
  } catch {
    return undefined;
  }
}

async function routeInstances(
  context: ApiContext,
  request: HttpMessageRequest,
  segments: readonly string[],
): Promise<HttpMessageResponse> {
  const [instanceId, operation, ...more] = segments;
  if (instanceId === undefined) {
    if (request.method === 'GET') return listInstances(context, request);
    return request.method === 'DELETE' ? purgeInstances(context, request) : toEmptyResponse(404);
  }
  const name = operation?.toLowerCase();
  if (name === 'restart' && request.method === 'POST' && more.length === 0) {
    return restartInstance(context, request, instanceId);
  }
  const row = await context.session.store.readInstance(instanceId);
  return row === undefined ? toEmptyResponse(404) : operate(context, request, row, name, more);
}

/** What can be asked of an instance that is known. */
async function operate(
  context: ApiContext,
  request: HttpMessageRequest,
  row: InstanceRow,
  name: string | undefined,
  [eventName, ...more]: readonly string[],
): Promise<HttpMessageResponse> {
  if (name === undefined) {
    if (request.method === 'GET') return getStatus(context, request, row);
    return request.method === 'DELETE' ? purgeInstance(context, row) : toEmptyResponse(404);
  }
  if (request.method !== 'POST' || more.length > 0) return toEmptyResponse(404);
  if (eventName !== undefined) {
    return name === 'raiseevent' ? raiseEvent(context, request, row, eventName) : toEmptyResponse(404);
  }
  switch (name) {
    case 'terminate':
    case 'suspend':
    case 'resume':
      return changeLifecycle(context, request, row, name);
    case 'rewind':
      return rewindInstance(context, request, row);
    default:
      return toEmptyResponse(404);
  }
}

/** There are none: the list is empty, and each is unknown. */
function answerForEntities(request: HttpMessageRequest, [, key]: readonly string[]): HttpMessageResponse {
  if (request.method !== 'GET') return toErrorResponse(501, 'the local host does not support durable entities');
  return key === undefined ? toJsonResponse(200, '[]') : toEmptyResponse(404);
}

/**
 * The management HTTP API of the extension.
 *
 * Source: Azure/azure-functions-durable-extension, HttpApiHandler.cs;
 * https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api
 */
export function createManagementApi(context: ApiContext) {
  return async (request: HttpMessageRequest): Promise<HttpMessageResponse> => {
    const [controller, ...rest] = splitPath(request.url.pathname) ?? [];
    switch (controller?.toLowerCase()) {
      case 'orchestrators': {
        const [functionName, instanceId] = rest;
        if (functionName === undefined || rest.length > 2 || request.method !== 'POST') return toEmptyResponse(404);
        return startOrchestration(context, request, functionName, instanceId);
      }
      case 'instances':
        return routeInstances(context, request, rest);
      case 'entities':
        return answerForEntities(request, rest);
      default:
        return toEmptyResponse(404);
    }
  };
}
