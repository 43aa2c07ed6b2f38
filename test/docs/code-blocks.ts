import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../support/repository.ts';

/** A fenced block of a document. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** What the comment right before it says of it: `<!-- test: name -->` or `<!-- from: path -->`. */
  readonly mark: { readonly kind: 'test' | 'from'; readonly value: string } | undefined;
}

/** Every fenced block of a document, in order. */
export function readCodeBlocks(path: string): readonly CodeBlock[] {
  const document = readFileSync(join(REPOSITORY, path), 'utf8');
  const blocks = document.matchAll(/(?:^<!-- (test|from): (\S+) -->\n)?^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].map(([, kind, value = '', language = '', text = '']) => ({
    language,
    text,
    mark: kind === 'test' || kind === 'from' ? { kind, value } : undefined,
  }));
}

/** The blocks that are run, by name. */
export function testedBlocks(blocks: readonly CodeBlock[]): ReadonlyMap<string, string> {
  return new Map(blocks.flatMap(({ mark, text }) => (mark?.kind === 'test' ? [[mark.value, text] as const] : [])));
}

/** True when the block stands in the file that it is said to be from, whatever the indentation. */
export function standsInItsFile({ text, mark }: CodeBlock): boolean {
  if (mark?.kind !== 'from') return false;
  const flat = (code: string) => code.replaceAll(/^\s+/gm, '').trim();
  return flat(readFileSync(join(REPOSITORY, mark.value), 'utf8')).includes(flat(text));
}
