import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { installFunctionsCore } from '../local/functions-host/functions-core.ts';
import { readHostJson } from '../local/functions-host/host-json.ts';

/**
 * Records what the orchestrator does, as the golden histories of the version that host.json names. Run it once, when a
 * version is released: from then on the files stand for instances that may still be running, so none is overwritten.
 */
const repository = resolve(import.meta.dirname, '..');
const { defaultVersion = '' } = await readHostJson(repository);
const folder = resolve(repository, 'test/golden', defaultVersion);
mkdirSync(folder, { recursive: true });

installFunctionsCore();
const { recordHistory } = await import('../test/golden/record-history.ts');
const { SCENARIOS } = await import('../test/golden/scenarios.ts');

for (const scenario of SCENARIOS) {
  const file = resolve(folder, `${scenario.name}.json`);
  if (existsSync(file)) {
    console.log(`${file} is there already: instances of version ${defaultVersion} may be running. Kept.`);
    continue;
  }
  const golden = await recordHistory(scenario, defaultVersion);
  writeFileSync(file, JSON.stringify(golden));
  console.log(`${file}: ${golden.generations.flat().length} events in ${golden.generations.length} generation(s)`);
}
execFileSync(resolve(repository, 'node_modules/.bin/biome'), ['format', '--write', folder], { stdio: 'inherit' });
