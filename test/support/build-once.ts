import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildApp } from '../../scripts/build-app.ts';

export const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Builds the app where `npm start` looks for it; others that load it meanwhile see the old file or the new one, whole. */
export async function buildOnce(): Promise<void> {
  const own = resolve(REPOSITORY, `dist/.main-${randomUUID()}.js`);
  await buildApp(own);
  renameSync(own, resolve(REPOSITORY, 'dist/main.js'));
}
