import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { type BuiltApp, buildApp } from '../../scripts/build-app.ts';
import { eventually } from './eventually.ts';
import { REPOSITORY } from './repository.ts';
import { BUILT_APP } from './run-folder.ts';

let built: Promise<BuiltApp> | undefined;

/**
 * The built app, where `npm start` looks for it: the first file of the run that asks for it builds it, and files of other
 * processes wait for that. Nothing is built again while hosts load it.
 */
export function buildOnce(): Promise<BuiltApp> {
  built ??= buildOrWait(join(inject('runFolder'), BUILT_APP));
  return built;
}

async function buildOrWait(folder: string): Promise<BuiltApp> {
  const told = join(folder, 'app.json');
  const isFirst = mkdirSync(folder, { recursive: true }) !== undefined;
  if (isFirst) {
    writeFileSync(`${told}.new`, JSON.stringify(await buildApp(join(REPOSITORY, 'dist'))));
    renameSync(`${told}.new`, told);
  } else {
    await eventually(() => expect(existsSync(told), 'the build of another test file').toBe(true));
  }
  return JSON.parse(readFileSync(told, 'utf8'));
}
