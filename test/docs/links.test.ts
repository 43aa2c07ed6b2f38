import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

const documents = globSync(['README.md', 'docs/*.md', 'infra/*.md', 'AGENTS.md', 'CONTRIBUTING.md'], {
  cwd: REPOSITORY,
});

test.each(documents)('every link of %s leads to a file that is there, and to a heading in it', (document) => {
  const path = join(REPOSITORY, document);
  const broken = linksOf(readFileSync(path, 'utf8')).filter((link) => {
    const [file = '', heading] = link.split('#');
    const target = file === '' ? path : resolve(dirname(path), file);
    if (!existsSync(target)) return true;
    return heading !== undefined && !headingsOf(readFileSync(target, 'utf8')).includes(heading);
  });
  expect(broken).toEqual([]);
});

test('a link to nowhere would be found', () => {
  expect(linksOf('[a](b.md#c-d) [e](https://example.com) [f](#g)')).toEqual(['b.md#c-d', '#g']);
  expect(headingsOf('# One\n\n## Why `x` fails, and how?\n\n### 4. Let it\n')).toEqual([
    'one',
    'why-x-fails-and-how',
    '4-let-it',
  ]);
});

function linksOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => (/^\w+:/.test(link) ? [] : [link]));
}

/** As GitHub names them. */
function headingsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
