import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test('the lock file names the optional packages of every platform, without which npm ci refuses it', () => {
  const file = new URL('../../package-lock.json', import.meta.url);
  const packages: Readonly<Record<string, LockedPackage>> = JSON.parse(readFileSync(file, 'utf8')).packages;
  const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ path, name })),
  );
  const missing = wanted.filter(
    ({ path, name }) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
  );
  expect(wanted.length).toBeGreaterThan(20);
  expect(missing.map(({ name }) => name)).toEqual([]);
});
