import { statSync } from 'node:fs';
import { buildApp } from './build-app.ts';

const outfile = 'dist/main.js';
await buildApp(outfile);
console.log(`${outfile} (${Math.round(statSync(outfile).size / 1024)} KiB)`);
