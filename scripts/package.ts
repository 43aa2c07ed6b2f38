import { statSync } from 'node:fs';
import { buildApp } from './build-app.ts';
import { packageApp } from './package-app.ts';
import { packageOptions } from './package-options.ts';
import { packageSizeProblem } from './package-size.ts';

const backend = packageOptions(process.argv.slice(2), process.env);
const { files } = await buildApp('dist');
packageApp('dist', files, 'dist', backend);
const { size } = statSync('dist/package.zip');
console.log(`dist/package/ and dist/package.zip (${Math.round(size / 1024)} KiB) for ${backend.backend}`);
const problem = packageSizeProblem(size);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
