import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeSbom } from '../../scripts/write-sbom.ts';
import { buildOnce } from '../support/build-once.ts';

const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Component {
  readonly name: string;
  readonly hashes: readonly { readonly alg: string }[];
}

test('the bill of materials names each package of the bundle with its version and hash, and is the same every time', async () => {
  const { metafile } = await buildOnce();
  const write = (name: string) => {
    writeSbom(join(folder, name), metafile);
    return readFileSync(join(folder, name), 'utf8');
  };
  const text = write('one');
  expect(write('two')).toBe(text);
  const bill = JSON.parse(text);
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'graph-call-keepalive' } } });
  const components: readonly Component[] = bill.components;
  expect(components.filter(({ hashes }) => hashes[0]?.alg !== 'SHA-512')).toEqual([]);
  const listed = new Set(components.map(({ name }) => name));
  const bundled = Object.keys(metafile.inputs).flatMap(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  expect([...listed].sort()).toEqual([...new Set(bundled)].sort());
  expect([...listed]).toEqual(
    expect.arrayContaining(['@azure/functions', '@azure/identity', 'durable-functions', 'jose']),
  );
  // What only builds and tests is none of it.
  expect([...listed].filter((name) => /^(esbuild|vitest|typescript)$/.test(name))).toEqual([]);
});
