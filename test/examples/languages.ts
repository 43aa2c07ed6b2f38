import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

/** A language in which the examples are written, and how its programs are run. */
export interface Language {
  readonly name: 'C#' | 'Python' | 'TypeScript';
  /** What must be on the path; undefined when it is. */
  readonly missing: string | undefined;
  /** The command that runs the program of that name. Compiles first where that is needed. */
  readonly command: (program: 'bot' | 'receiver') => readonly string[];
}

const examples = join(REPOSITORY, 'examples');
const csharp = join(examples, 'csharp');
const environment = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };
const isThere = (command: string, flag = '--version') => spawnSync(command, [flag], { stdio: 'ignore' }).status === 0;

/**
 * Where the program is, compiled; once for each state of its sources. Without a registry: the project names no package.
 * Built aside, so that two tests at once do not meet.
 */
function compileCsharp(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(csharp).toSorted()) hash.update(file).update(readFileSync(join(csharp, file)));
  const cache = join(REPOSITORY, 'node_modules/.cache');
  const folder = join(cache, `examples-csharp-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return join(folder, 'Examples.dll');
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(join(cache, 'examples-csharp-'));
  cpSync(csharp, aside, { recursive: true });
  const flags = ['--nologo', '-v', 'q', '--disable-build-servers', '-o', join(aside, 'out')];
  const build = spawnSync('dotnet', ['build', ...flags], { cwd: aside, encoding: 'utf8', env: environment });
  if (build.status !== 0) throw new Error(`dotnet build failed: ${build.stdout}${build.stderr}`);
  if (!existsSync(folder)) renameSync(join(aside, 'out'), folder);
  rmSync(aside, { recursive: true });
  return join(folder, 'Examples.dll');
}

export const LANGUAGES: readonly Language[] = [
  {
    name: 'TypeScript',
    missing: undefined,
    command: (program) => [process.execPath, join(examples, `typescript/${program}.ts`)],
  },
  {
    name: 'Python',
    missing: isThere('python3') ? undefined : 'python3',
    command: (program) => ['python3', '-B', '-u', join(examples, `python/${program}.py`)],
  },
  {
    name: 'C#',
    missing: isThere('dotnet') ? undefined : 'dotnet, the .NET SDK',
    command: (program) => ['dotnet', compileCsharp(), program],
  },
];

/** A running example. */
export interface Program {
  /** Everything printed so far. */
  output(): string;
  type(line: string): void;
}

/** Runs one until the test is over. */
export function run(language: Language, program: 'bot' | 'receiver', args: readonly string[]): Program {
  const [command = '', ...rest] = language.command(program);
  const child = spawn(command, [...rest, ...args], { env: environment });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let text = '';
  const read = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return { output: () => text, type: (line) => child.stdin.write(`${line}\n`) };
}

/** For the first compilation of a test run, on a busy machine. */
export const COMPILE_TIMEOUT_MS = 300_000;

/** Compiles what must be, and says what cannot be tested here: a test that is left out must be seen to be. */
export function prepareLanguages(): void {
  for (const { name, missing, command } of LANGUAGES) {
    if (missing === undefined) command('bot');
    if (missing !== undefined)
      console.warn(`SKIPPED: the examples in ${name} are not tested: ${missing} is not on the path.`);
  }
}
