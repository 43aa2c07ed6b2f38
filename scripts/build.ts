import { statSync } from 'node:fs';
import { join } from 'node:path';
import { buildApp } from './build-app.ts';

const { files } = await buildApp('dist');
const bytes = files.reduce((sum, file) => sum + statSync(join('dist', file)).size, 0);
console.log(`dist/main.js and ${files.length - 1} parts (${Math.round(bytes / 1024)} KiB)`);
