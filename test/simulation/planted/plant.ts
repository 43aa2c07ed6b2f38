import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '../../support/repository.ts';
import type { PlantedBug } from './planted-bug.ts';

/**
 * The source files with the bug in them.
 *
 * Shape: bug → text by path.
 * Errors: Error when a text to replace is not found exactly once: the source has changed, so the bug has to.
 */
export async function applyEdits(bug: PlantedBug): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of bug.edits) {
    const parts = (texts.get(file) ?? (await readFile(join(REPOSITORY, file), 'utf8'))).split(find);
    if (parts.length !== 2) {
      throw new Error(`"${bug.name}": ${file} holds the text to replace ${parts.length - 1} times, not once:\n${find}`);
    }
    texts.set(file, parts.join(replace));
  }
  return texts;
}

/** Runs in the simulation's process before it: the texts stand for the files of these addresses. */
function replaceSources(texts: Readonly<Record<string, string>>): string {
  return `import { registerHooks } from 'node:module';
const texts = ${JSON.stringify(texts)};
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    return Object.hasOwn(texts, url) ? { ...loaded, source: texts[url] } : loaded;
  },
});`;
}

/**
 * The arguments with which Node reads the source with the bug in it: the files stay as they are.
 *
 * Errors: as applyEdits.  Source: https://nodejs.org/api/module.html#moduleregisterhooksoptions
 */
export async function plant(bug: PlantedBug): Promise<readonly string[]> {
  const texts = Object.fromEntries(
    [...(await applyEdits(bug))].map(([file, text]) => [pathToFileURL(join(REPOSITORY, file)).href, text]),
  );
  const preload = `data:text/javascript,${encodeURIComponent(replaceSources(texts))}`;
  return ['--import', preload];
}
