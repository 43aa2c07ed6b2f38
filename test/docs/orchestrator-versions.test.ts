import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository.ts';

const document = readFileSync(join(REPOSITORY, 'docs/orchestrator-versions.md'), 'utf8');
const { extensions } = JSON.parse(readFileSync(join(REPOSITORY, 'host.json'), 'utf8'));
const { defaultVersion, versionMatchStrategy, versionFailureStrategy } = extensions.durableTask;

test('the document names the version and the strategies of host.json', () => {
  expect(document).toContain(`\`defaultVersion\` in \`host.json\`, today \`${defaultVersion}\``);
  expect(document).toContain(
    `\`versionMatchStrategy\` is \`${versionMatchStrategy}\`, \`versionFailureStrategy\` is \`${versionFailureStrategy}\``,
  );
});

test('the files that it names are there', () => {
  const paths = [...document.matchAll(/\b((?:src|scripts|test)\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(5);
  // The folder of the version that is yet to come.
  expect(paths.filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual(['test/golden/1.1/']);
});

test('its way to compare versions puts 1.10 after 1.9', () => {
  const [, code = ''] = /```ts\n.*?(const \[major.*?;\n.*?;)\n/s.exec(document) ?? [];
  const tellsOperator = new Function('df', `${code.replace('minor >= 1', 'minor >= 10')} return tellsOperator;`);
  expect(['1.9', '1.10', '2.0', undefined].map((version) => tellsOperator({ version }))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
