import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The Bicep compiler of this machine: the one in BICEP_PATH, on the path, or installed by `az bicep install`. */
export function findBicep(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { BICEP_PATH, AZURE_CONFIG_DIR } = environment;
  const candidates = [BICEP_PATH, 'bicep', join(AZURE_CONFIG_DIR ?? join(homedir(), '.azure'), 'bin', 'bicep')];
  return candidates.find((program) => program !== undefined && program !== '' && answers(program));
}

function answers(program: string): boolean {
  const { status, stdout } = spawnSync(program, ['--version'], { env: bicepEnvironment(), encoding: 'utf8' });
  return status === 0 && stdout.startsWith('Bicep CLI');
}

/** Without ICU, which a small image lacks, a .NET program starts only when it is told to do without. It runs for seconds: counting what is hot does not pay. */
export function bicepEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', DOTNET_TieredPGO: '0' };
}
