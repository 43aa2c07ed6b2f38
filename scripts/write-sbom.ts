import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Metafile } from 'esbuild';

const repository = resolve(import.meta.dirname, '..');

interface Component {
  readonly 'bom-ref': string;
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/**
 * Writes which packages the bundle is made of, with version, licence and hash, in CycloneDX's JSON. The same bundle
 * makes the same bytes.
 *
 * The bundle decides, not npm's `--omit=dev`, which leaves out what a package of the tests needs too (seen with npm 11.19).
 * Errors: Error when npm makes no bill.  Effects: writes the file; asks no registry.
 * Source: https://docs.npmjs.com/cli/commands/npm-sbom, https://cyclonedx.org/docs/1.5/json/
 */
export function writeSbom(file: string, metafile: Metafile): void {
  const { serialNumber: _number, metadata, ...bill } = JSON.parse(askNpm());
  const { timestamp: _time, ...rest } = metadata;
  const { name } = readJson('package.json');
  const bundled = packagesOf(metafile);
  const isBundled = (reference: string) => bundled.has(reference) || reference === rest.component['bom-ref'];
  const components = bill.components
    .filter((component: Component) => isBundled(component['bom-ref']))
    .map((component: Component) => ({ ...component, scope: 'required', properties: [] }));
  const dependencies = bill.dependencies
    .filter(({ ref }: Dependency) => isBundled(ref))
    .map(({ ref, dependsOn }: Dependency) => ({ ref, dependsOn: dependsOn.filter(isBundled) }));
  // npm takes the folder's name for the project's.
  const own = { ...rest, component: { ...rest.component, name } };
  writeFileSync(file, `${JSON.stringify({ ...bill, metadata: own, components, dependencies }, null, 2)}\n`);
}

/** `name@version` of each package that a file of the bundle comes from. */
function packagesOf({ inputs }: Metafile): ReadonlySet<string> {
  const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const names = [...new Set(folders)].map((folder) => {
    const { name, version } = readJson(`${folder}/package.json`);
    return `${name}@${version}`;
  });
  return new Set(names);
}

function askNpm(): string {
  const options = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
  const { npm_execpath: npm } = process.env;
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const run = spawnSync(command, [...first, ...options], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: npm === undefined && process.platform === 'win32',
  });
  if (run.status !== 0) throw new Error(`npm sbom made no bill of materials: ${run.stderr || String(run.error)}`);
  return run.stdout;
}

function readJson(name: string) {
  return JSON.parse(readFileSync(resolve(repository, name), 'utf8'));
}
