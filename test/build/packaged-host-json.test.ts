import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageOptions } from '../../scripts/package-options.ts';
import { packagedHostJson } from '../../scripts/packaged-host-json.ts';

const hostJson = readFileSync(join(import.meta.dirname, '../../host.json'), 'utf8');
const packaged = (args: readonly string[], environment = {}) =>
  JSON.parse(packagedHostJson(hostJson, packageOptions(args, environment)));

/**
 * Options of Durable Functions 3.x with the Durable Task Scheduler; partitions and polling are Azure Storage's alone.
 * Sources: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-storage-providers,
 * https://learn.microsoft.com/azure/durable-task/durable-functions/durable-functions-host-json-settings,
 * https://github.com/Azure-Samples/durable-functions-quickstart-typescript-azd/blob/main/host.json
 */
const SCHEDULER_OPTIONS = ['type', 'connectionStringName'];
const DURABLE_OPTIONS = [
  'hubName',
  'defaultVersion',
  'versionMatchStrategy',
  'versionFailureStrategy',
  'maxConcurrentActivityFunctions',
  'maxConcurrentOrchestratorFunctions',
  'useGracefulShutdown',
  'storageProvider',
  'tracing',
];

describe('host.json of the package', () => {
  test('is the one that is tested here, when nothing is asked for', () => {
    expect(packaged([])).toEqual(JSON.parse(hostJson));
  });

  test('names the Durable Task Scheduler, with no option that only Azure Storage knows', () => {
    const { durableTask } = packaged(['--backend', 'durableTaskScheduler']).extensions;
    expect(durableTask.storageProvider).toEqual({
      type: 'azureManaged',
      connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING',
    });
    expect(SCHEDULER_OPTIONS).toEqual(Object.keys(durableTask.storageProvider));
    expect(DURABLE_OPTIONS).toEqual(expect.arrayContaining(Object.keys(durableTask)));
  });

  test('differs from the other backend in the provider only', () => {
    const other = packaged(['--backend', 'durableTaskScheduler']);
    other.extensions.durableTask.storageProvider = JSON.parse(hostJson).extensions.durableTask.storageProvider;
    expect(other).toEqual(JSON.parse(hostJson));
  });

  test('takes partitions and an account of its own from the variables that the template reads', () => {
    const environment = { BACKEND: 'storage', HUB_ACCOUNT: 'own', PARTITION_COUNT: '8' };
    expect(packaged([], environment).extensions.durableTask.storageProvider).toMatchObject({
      type: 'AzureStorage',
      partitionCount: 8,
      connectionStringName: 'HubStorage',
    });
    expect(packaged(['--partitions', '4'], environment).extensions.durableTask.storageProvider.partitionCount).toBe(4);
  });

  test.each([
    [['--backend', 'sql'], /"sql" is no backend/],
    [['--hub-account', 'mine'], /"mine" is no hub-account/],
    [['--partitions', '3'], /"3" is no partitions/],
    [['--partitions', '17'], /"17" is no partitions/],
    [['--backend'], /backend/],
  ])('%s is refused, and what is right is said', (args, message) => {
    expect(() => packageOptions(args, {})).toThrow(message);
  });
});
