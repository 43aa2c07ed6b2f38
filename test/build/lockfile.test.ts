import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function lockedPackages(): Readonly<Record<string, LockedPackage>> {
  return JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')).packages;
}

test('the lock file names the optional packages of every platform, without which npm ci refuses it', () => {
  const packages = lockedPackages();
  const wanted = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => ({ path, name })),
  );
  const missing = wanted.filter(
    ({ path, name }) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
  );
  expect(wanted.length).toBeGreaterThan(20);
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test('each package has its hash in the lock file, those of other platforms too', () => {
  const packages = Object.entries(lockedPackages()).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(300);
  expect(packages.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
});
