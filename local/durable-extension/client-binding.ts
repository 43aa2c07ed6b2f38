import { buildManagementUrls, type LinkOptions } from './management-api/management-links.ts';

export interface ClientBindingOptions {
  /** Public origin of the host, such as `http://localhost:7071`. */
  readonly origin: string;
  /** The `durabletask_extension` system key. */
  readonly systemKey: string;
  /** Where the worker's own calls go, without a key. Default: `durabletask/` on `origin`. */
  readonly rpcBaseUrl?: string;
}

/**
 * The value of a `durableClient` input, as durable-functions 3.x reads it.
 *
 * Source: Azure/azure-functions-durable-extension, BindingHelper.cs; durable-functions, OrchestrationClientInputData.js.
 */
export function buildClientBinding(options: ClientBindingOptions & { readonly hubName: string }): string {
  const { origin, systemKey, hubName } = options;
  const links: LinkOptions = { origin, hubName, systemKey };
  const code = `code=${encodeURIComponent(systemKey)}`;
  const base = `${origin}/runtime/webhooks/durabletask`;
  const create = `${base}/orchestrators/{functionName}[/{instanceId}]`;
  return JSON.stringify({
    taskHubName: hubName,
    connectionName: 'Storage',
    creationUrls: {
      createNewInstancePostUri: `${create}?${code}`,
      createAndWaitOnNewInstancePostUri: `${create}?timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&${code}`,
    },
    managementUrls: buildManagementUrls('INSTANCEID', links),
    baseUrl: base,
    requiredQueryStringParameters: code,
    rpcBaseUrl: options.rpcBaseUrl ?? `${origin}/durabletask/`,
  });
}
