import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

const document = readFileSync(join(REPOSITORY, 'docs/guarantees.md'), 'utf8');
const [, table = ''] = /^## Promised\n(.*?)^## /ms.exec(document) ?? [];
const promises = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (promise|---) /.test(line));

describe('every promise', () => {
  test.each(promises)('%s names a test that exists', (promise) => {
    const [, path = '', title = ''] = /\| `(test\/\S+\.test\.ts)` "(.+)" \|$/.exec(promise) ?? [];
    expect(existsSync(join(REPOSITORY, path)), path).toBe(true);
    const source = readFileSync(join(REPOSITORY, path), 'utf8');
    expect(source.includes(`'${title}'`) || source.includes(`"${title}"`), `${path} has no test "${title}"`).toBe(true);
  });

  test('is looked at', () => {
    expect(promises.length).toBeGreaterThan(15);
  });
});

test('every other file and script that the document names is there', () => {
  const paths = [...document.matchAll(/`(local\/\S+?)`/g)].map(([, path = '']) => path);
  expect(paths).not.toEqual([]);
  for (const path of paths) expect(existsSync(join(REPOSITORY, path)), path).toBe(true);
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  const named = [...document.matchAll(/`npm run (\w+)`/g)].map(([, script]) => script);
  expect(named).not.toEqual([]);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});
