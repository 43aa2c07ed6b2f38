import { statSync } from 'node:fs';
import { buildApp } from './build-app.ts';
import { packageApp } from './package-app.ts';
import { packageOptions } from './package-options.ts';
import { packageSizeProblem } from './package-size.ts';
import { writeSbom } from './write-sbom.ts';

const backend = readOptions();
const { files, metafile } = await buildApp('dist');
packageApp('dist', files, 'dist', backend);
writeSbom('dist/sbom.cdx.json', metafile);
const { size } = statSync('dist/package.zip');
console.log(
  `dist/package/ and dist/package.zip (${Math.round(size / 1024)} KiB) for ${backend.backend}; what it is made of: dist/sbom.cdx.json`,
);
const problem = packageSizeProblem(size);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}

function readOptions() {
  try {
    return packageOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}
