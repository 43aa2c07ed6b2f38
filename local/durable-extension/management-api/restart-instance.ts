import type { HttpMessageRequest, HttpMessageResponse } from '../../http-message.ts';
import type { ApiContext } from './api-context.ts';
import { toErrorResponse } from './json-response.ts';
import { startUnlessLive, toStarted } from './start-orchestration.ts';

/**
 * POST instances/{id}/restart[?restartWithNewInstanceId=false]: starts the function with the input once more, under a new
 * id or the same. 202 with links; 400 unknown; 409 the same id is live.
 *
 * Source: Azure/azure-functions-durable-extension, DurableClient.cs, RestartAsync; HttpApiHandler.cs.
 */
export async function restartInstance(
  context: ApiContext,
  request: HttpMessageRequest,
  instanceId: string,
): Promise<HttpMessageResponse> {
  const row = await context.session.store.readInstance(instanceId);
  if (row === undefined) return toErrorResponse(400, 'InstanceId does not match a valid orchestration instance.');
  const keepsId = request.url.searchParams.get('restartWithNewInstanceId')?.toLowerCase() === 'false';
  const newInstanceId = keepsId ? instanceId : context.newId();
  const live = await startUnlessLive(context, {
    name: row.name,
    instanceId: newInstanceId,
    version: context.options.defaultVersion ?? null,
    inputJson: row.inputJson,
  });
  if (live === undefined) return toStarted(context, request, newInstanceId);
  return toErrorResponse(409, 'A non-terminal instance with this instance ID already exists.');
}
