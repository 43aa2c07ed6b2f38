import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BicepSession, startBicep } from './bicep-session.ts';
import { compiledRules } from './compiled-rules.ts';
import { combinations, type Deployment, writeParameters } from './deployments.ts';
import { findBicep } from './find-bicep.ts';
import { outputSecrets } from './output-secrets.ts';
import type { Choice } from './pairwise.ts';
import { compiledSamples } from './samples.ts';

const infra = join(import.meta.dirname, '../../../infra');
const program = findBicep();
if (program === undefined) {
  console.warn(
    'NO BICEP COMPILER: the templates are NOT compiled, and what they would make is NOT looked at. Set BICEP_PATH, put ' +
      'bicep on the path, run "az bicep install", or, with dotnet: BICEP_PATH=$(scripts/bring-bicep)',
  );
}

describe.skipIf(program === undefined)('compiled by Bicep', () => {
  const folders: string[] = [];
  let bicep: BicepSession;
  let deployments: readonly Deployment[];
  let main: Awaited<ReturnType<BicepSession['build']>>;

  beforeAll(async () => {
    bicep = startBicep(program ?? '', { BOT_APP_ID: '11111111-2222-3333-4444-555555555555' });
    main = await bicep.build(join(infra, 'main.bicep'));
    const readable = readableCopy();
    deployments = await Promise.all(combinations.map((choice) => deploy(choice, readable)));
  }, 300_000);

  afterAll(() => {
    bicep?.end();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  async function deploy(choice: Choice, readable: string): Promise<Deployment> {
    const [real, copy] = [infra, readable].map((folder) => writeParameters(join(folder, 'main.bicep'), choice));
    folders.push(dirname(real ?? ''), dirname(copy ?? ''));
    expect(await bicep.buildParameters(real ?? '')).toEqual([]);
    return { choice, resources: await bicep.snapshot(copy ?? '') };
  }

  function copyOfInfra(): string {
    const copy = mkdtempSync(join(tmpdir(), 'bicep-'));
    folders.push(copy);
    cpSync(infra, copy, { recursive: true });
    return copy;
  }

  /** A snapshot leaves out what is secure, all app settings among it: this copy of the templates has no @secure(). */
  function readableCopy(): string {
    const copy = copyOfInfra();
    rmSync(join(copy, 'bicepconfig.json'));
    for (const path of globSync(join(copy, '**/*.bicep'))) {
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^@secure\(\)$/gm, ''));
    }
    return copy;
  }

  test('the template has no error and no warning', () => {
    expect(main.findings).toEqual([]);
  });

  test('the parameters that azd and az read have no error and no warning', async () => {
    expect(await bicep.buildParameters(join(infra, 'main.bicepparam'))).toEqual([]);
  });

  test.each([
    ['managedIdentityFederation', [expect.stringMatching(/Error BCP338.*BOT_APP_ID is missing/)]],
    ['managedIdentity', []],
  ])(
    'a bot that is not named is missed before anything is deployed, unless it is made there: %s',
    async (credential, findings) => {
      const copy = copyOfInfra();
      const parameters = join(copy, 'main.bicepparam');
      // Read from variables that nobody has set, for Bicep keeps the environment that it was started with.
      const text = readFileSync(parameters, 'utf8')
        .replaceAll("'BOT_APP_ID'", "'NOT_SET'")
        .replace("('BOT_CREDENTIAL', 'managedIdentityFederation')", `('NOT_SET_EITHER', '${credential}')`);
      expect(text).toContain(`'${credential}')`);
      writeFileSync(parameters, text);
      expect(await bicep.buildParameters(parameters)).toEqual(findings);
    },
  );

  test('an error in a module and an unknown parameter are found', async () => {
    const broken = copyOfInfra();
    cpSync(join(import.meta.dirname, '../samples/does-not-compile/infra'), broken, { recursive: true });
    expect((await bicep.build(join(broken, 'main.bicep'))).findings).toContainEqual(
      expect.stringMatching(/identity\.bicep: Error BCP/),
    );
    expect(await bicep.buildParameters(join(broken, 'main.bicepparam'))).toContainEqual(
      expect.stringMatching(/Error BCP259.*nobodysParameter/),
    );
  });

  test('no output tells a secret', () => {
    expect(outputSecrets(main.template)).toEqual([]);
  });

  test.each(Object.entries(compiledRules))('%s', (_name, rule) => {
    for (const deployment of deployments) expect(rule(deployment), JSON.stringify(deployment.choice)).toEqual([]);
  });

  test.each(compiledSamples)('"$rule" fails when $broken', ({ rule, breaks, where, finding }) => {
    const deployment = deployments.find(({ choice }) =>
      Object.entries(where).every(([name, value]) => choice[name] === value),
    );
    if (deployment === undefined) throw new Error(`no combination has ${JSON.stringify(where)}`);
    const resources = breaks(structuredClone(deployment.resources));
    expect(compiledRules[rule]({ ...deployment, resources })).toContainEqual(expect.stringMatching(finding));
  });

  test('every rule has a sample that breaks it', () => {
    expect(new Set(compiledSamples.map(({ rule }) => rule))).toEqual(new Set(Object.keys(compiledRules)));
  });
});
