import { statSync } from 'node:fs';
import { buildApp } from './build-app.ts';
import { packageApp } from './package-app.ts';

await buildApp('dist/main.js');
packageApp('dist/main.js', 'dist');
console.log(`dist/package/ and dist/package.zip (${Math.round(statSync('dist/package.zip').size / 1024)} KiB)`);
