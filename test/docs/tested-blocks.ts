import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';

/** The command blocks of a document that have a comment `<!-- test: name -->` right before them, by name. */
export function readTestedBlocks(path: string): ReadonlyMap<string, string> {
  const document = readFileSync(join(REPOSITORY, path), 'utf8');
  return new Map(
    [...document.matchAll(/<!-- test: (\S+) -->\n```bash\n(.*?)```/gs)].map(([, name = '', script = '']) => [
      name,
      script,
    ]),
  );
}
