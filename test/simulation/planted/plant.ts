import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './planted-bug.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * The source files with the bug in them.
 *
 * Shape: bug → text by path.
 * Errors: Error when a text to replace is not found exactly once: the source has changed, so the bug has to.
 */
export async function applyEdits(bug: PlantedBug): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of bug.edits) {
    const parts = (texts.get(file) ?? (await readFile(join(ROOT, file), 'utf8'))).split(find);
    if (parts.length !== 2) {
      throw new Error(`"${bug.name}": ${file} holds the text to replace ${parts.length - 1} times, not once:\n${find}`);
    }
    texts.set(file, parts.join(replace));
  }
  return texts;
}

/**
 * Copies what a simulation needs to a folder of its own, with the bug in it.
 *
 * Errors: as applyEdits.  Effects: a folder in the system's temporary folder; `remove` deletes it.
 */
export async function plant(
  bug: PlantedBug,
): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const texts = await applyEdits(bug);
  const folder = await mkdtemp(join(tmpdir(), 'planted-bug-'));
  for (const part of ['src', 'local', 'package.json'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of texts) await writeFile(join(folder, file), text);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
