export interface LinkOptions {
  readonly origin: string;
  readonly hubName: string;
  readonly systemKey: string | undefined;
}

export interface ManagementUrls {
  readonly id: string;
  readonly statusQueryGetUri: string;
  readonly sendEventPostUri: string;
  readonly terminatePostUri: string;
  readonly rewindPostUri: string;
  readonly purgeHistoryDeleteUri: string;
  readonly restartPostUri: string;
  readonly suspendPostUri: string;
  readonly resumePostUri: string;
}

/**
 * Links to the management API of one instance, in the real order of keys.
 *
 * Source: Azure/azure-functions-durable-extension, HttpApiHandler.cs, GetClientResponseLinks.
 */
export function buildManagementUrls(instanceId: string, options: LinkOptions): ManagementUrls {
  const instance = `${options.origin}/runtime/webhooks/durabletask/instances/${encodeURIComponent(instanceId)}`;
  const code = options.systemKey === undefined ? '' : `&code=${encodeURIComponent(options.systemKey)}`;
  const query = `taskHub=${encodeURIComponent(options.hubName)}&connection=Storage${code}`;
  const operation = (name: string) => `${instance}/${name}?reason={text}&${query}`;
  return {
    id: instanceId,
    statusQueryGetUri: `${instance}?${query}`,
    sendEventPostUri: `${instance}/raiseEvent/{eventName}?${query}`,
    terminatePostUri: operation('terminate'),
    rewindPostUri: operation('rewind'),
    purgeHistoryDeleteUri: `${instance}?${query}`,
    restartPostUri: `${instance}/restart?${query}`,
    suspendPostUri: operation('suspend'),
    resumePostUri: operation('resume'),
  };
}
