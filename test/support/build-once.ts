import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuiltApp, buildApp } from '../../scripts/build-app.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

let built: Promise<BuiltApp> | undefined;

/** The built app, where `npm start` looks for it: the first file of a test process that asks for it builds it. */
export function buildOnce(): Promise<BuiltApp> {
  built ??= build();
  return built;
}

/** Others that load it meanwhile see the old one or the new one, whole: the parts are named after their content, and the main file comes last. */
async function build(): Promise<BuiltApp> {
  const own = resolve(REPOSITORY, `dist/.build-${randomUUID()}`);
  const app = await buildApp(own);
  mkdirSync(resolve(REPOSITORY, 'dist/parts'), { recursive: true });
  const partsFirst = app.files.toSorted((one, other) => Number(one === 'main.js') - Number(other === 'main.js'));
  for (const file of partsFirst) renameSync(join(own, file), resolve(REPOSITORY, 'dist', file));
  rmSync(own, { recursive: true });
  return app;
}
