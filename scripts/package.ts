import { statSync } from 'node:fs';
import { buildApp } from './build-app.ts';
import { packageApp } from './package-app.ts';
import { packageSizeProblem } from './package-size.ts';

const { files } = await buildApp('dist');
packageApp('dist', files, 'dist');
const { size } = statSync('dist/package.zip');
console.log(`dist/package/ and dist/package.zip (${Math.round(size / 1024)} KiB)`);
const problem = packageSizeProblem(size);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
