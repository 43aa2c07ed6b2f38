/** Where orchestrations are kept. The template has a parameter of each name. */
export interface PackagedBackend {
  readonly backend: 'storage' | 'durableTaskScheduler';
  /** Of Azure Storage: in the host's own account, or in one of its own. */
  readonly hubAccount: 'shared' | 'own';
  /** Of Azure Storage: 2, or 4 to 16; fixed for the life of a task hub. */
  readonly partitionCount: number;
}

/**
 * The host.json of a package for that backend. It must stand in the package: the scale controller reads the file, and never
 * sees a setting that overrides it.
 *
 * Sources: https://github.com/Azure/azure-functions-host/pull/8229 (settings are not told), options in
 * https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-storage-providers; connections as in
 * infra/modules/function-app.bicep.
 */
export function packagedHostJson(text: string, { backend, hubAccount, partitionCount }: PackagedBackend): string {
  const hostJson = JSON.parse(text);
  const { durableTask } = hostJson.extensions;
  durableTask.storageProvider =
    backend === 'durableTaskScheduler'
      ? { type: 'azureManaged', connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING' }
      : {
          ...durableTask.storageProvider,
          partitionCount,
          ...(hubAccount === 'own' ? { connectionStringName: 'HubStorage' } : {}),
        };
  return `${JSON.stringify(hostJson, null, 2)}\n`;
}
