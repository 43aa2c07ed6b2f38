import { statSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.ts';
import { buildCli } from './build-cli.ts';

const { files } = await buildApp('dist');
const bytes = files.reduce((sum, file) => sum + statSync(join('dist', file)).size, 0);
console.log(`dist/main.js and ${files.length - 1} parts (${Math.round(bytes / 1024)} KiB)`);
await buildCli('dist/cli.js');
console.log(`dist/cli.js (${Math.round(statSync('dist/cli.js').size / 1024)} KiB)`);
