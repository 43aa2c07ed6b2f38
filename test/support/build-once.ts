import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildApp } from '../../scripts/build-app.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

/**
 * Builds the app where `npm start` looks for it. Others that load it meanwhile see the old one or the new one, whole: the
 * parts are named after their content, and the main file comes last.
 */
export async function buildOnce(): Promise<void> {
  const own = resolve(REPOSITORY, `dist/.build-${randomUUID()}`);
  const { files } = await buildApp(own);
  mkdirSync(resolve(REPOSITORY, 'dist/parts'), { recursive: true });
  const partsFirst = files.toSorted((one, other) => Number(one === 'main.js') - Number(other === 'main.js'));
  for (const file of partsFirst) renameSync(join(own, file), resolve(REPOSITORY, 'dist', file));
  rmSync(own, { recursive: true });
}
