import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

const documents = globSync(['README.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/*.md'], { cwd: REPOSITORY });
const longest = { words: 12_200, line: 120, readmeLines: 200 };

test('all documents together have few words', () => {
  expect(documents.length).toBeGreaterThan(10);
  const words = documents.reduce((sum, path) => sum + wordsOf(read(path)), 0);
  expect(words).toBeLessThanOrEqual(longest.words);
});

test('the README is a page, not a manual', () => {
  expect(read('README.md').split('\n').length).toBeLessThan(longest.readmeLines);
});

test.each([
  ...documents,
  ...globSync(['{AGENTS,CONTRIBUTING}.md', 'infra/**/*.md', 'bench/RESULTS.md'], { cwd: REPOSITORY }),
])('prose of %s wraps', (path) => {
  expect(longLinesOf(read(path))).toEqual([]);
});

describe('the measure', () => {
  test('counts words as wc does', () => {
    expect(wordsOf('# One two\n\n| three | `four` |\n')).toBe(8);
  });

  test('passes over code, tables and lines that a link or picture makes long, and nothing else', () => {
    const long = 'word '.repeat(30).trim();
    const link = `see [this](https://example.com/${'a'.repeat(100)}) there`;
    expect(longLinesOf(`| ${long} |\n\`\`\`sh\n${long}\n\`\`\`\n${link}\n- ${long}\n`)).toEqual([`- ${long}`]);
  });
});

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

function wordsOf(markdown: string): number {
  return markdown.split(/\s+/).filter((word) => word !== '').length;
}

function longLinesOf(markdown: string): readonly string[] {
  const prose = markdown.replaceAll(/^ *```.*?^ *```$/gms, '');
  return prose.split('\n').filter((line) => !line.startsWith('|') && withoutTargets(line).length > longest.line);
}

/** A link's target cannot be broken. */
function withoutTargets(line: string): string {
  return line.replaceAll(/\]\([^)\s]+\)/g, ']');
}
