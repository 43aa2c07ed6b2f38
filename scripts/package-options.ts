import { parseArgs } from 'node:util';
import type { PackagedBackend } from './packaged-host-json.ts';

const USAGE =
  'npm run package -- [--backend storage|durableTaskScheduler] [--hub-account shared|own] [--partitions 2|4…16]; ' +
  'the defaults come from BACKEND, HUB_ACCOUNT and PARTITION_COUNT, as in infra/main.bicepparam.';

/**
 * Reads what to package from the command line or, as azd has it, from the variables that the template reads too.
 *
 * Errors: an Error that names the wrong word and the right ones.
 */
export function packageOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): PackagedBackend {
  const text = { type: 'string' } as const;
  const options = { backend: text, 'hub-account': text, partitions: text };
  const { values } = parseArgs({ args: [...args], options });
  const backend = values.backend ?? (environment.BACKEND || 'storage');
  const hubAccount = values['hub-account'] ?? (environment.HUB_ACCOUNT || 'shared');
  const partitions = values.partitions ?? (environment.PARTITION_COUNT || '2');
  if (backend !== 'storage' && backend !== 'durableTaskScheduler') throw wrong('backend', backend);
  if (hubAccount !== 'shared' && hubAccount !== 'own') throw wrong('hub-account', hubAccount);
  if (!/^(2|[4-9]|1[0-6])$/.test(partitions)) throw wrong('partitions', partitions);
  return { backend, hubAccount, partitionCount: Number(partitions) };
}

function wrong(option: string, value: string): Error {
  return new Error(`"${value}" is no ${option}. ${USAGE}`);
}
