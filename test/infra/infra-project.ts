import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from 'web-tree-sitter';
import type { SettingDescription } from '../../src/settings/catalog.ts';
import { parseBicep } from './bicep-tree.ts';

/** The files that must agree, and what the code says of itself. */
export interface InfraProject {
  /** Path from the repository's root → text. */
  readonly files: ReadonlyMap<string, string>;
  readonly settings: readonly SettingDescription[];
  /** Routes of the HTTP functions, `calls/{callId}`. */
  readonly routes: readonly string[];
}

/** What is wrong, each with the file and what to do; none when the rule holds. */
export type InfraRule = (project: InfraProject) => readonly string[];

const repository = join(import.meta.dirname, '../..');
const patterns = [
  'infra/**/*.{bicep,bicepparam,json,kql}',
  'azure.yaml',
  '.github/workflows/*.yml',
  'package.json',
  'host.json',
  'local.settings.sample.json',
  'README.md',
  'docs/deploy.md',
  'docs/scale.md',
  'src/adapters/table-call-store.ts',
];

export function readInfraFiles(): ReadonlyMap<string, string> {
  return readFiles(repository, patterns);
}

/** The project's files, with those of a sample in place of, or besides, them. */
export function withSample(files: ReadonlyMap<string, string>, sample: string): ReadonlyMap<string, string> {
  return new Map([...files, ...readFiles(join(import.meta.dirname, 'samples', sample), ['**/*.*', '.github/**/*.*'])]);
}

function readFiles(root: string, globs: readonly string[]): ReadonlyMap<string, string> {
  const paths = globSync([...globs], { cwd: root });
  return new Map(paths.toSorted().map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')]));
}

/** Throws when the file is not there: a rule that finds nothing to look at would hold for the wrong reason. */
export function fileOf({ files }: InfraProject, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`${path} is missing`);
  return text;
}

export function rootOf(project: InfraProject, path: string): Node {
  return parseBicep(path, fileOf(project, path));
}

/** Path and syntax tree of every .bicep file. */
export function templates({ files }: InfraProject): readonly (readonly [path: string, root: Node])[] {
  return [...files].flatMap(([path, text]) =>
    path.endsWith('.bicep') ? [[path, parseBicep(path, text)] as const] : [],
  );
}
