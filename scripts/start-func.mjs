// Builds the app and runs it on the real Functions host of an installed Azure Functions Core Tools.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { buildApp } from './build-app.ts';

function fail(message) {
  console.error(message);
  process.exit(1);
}

// On Windows func is a .cmd file, which only a shell starts.
const shell = process.platform === 'win32';
if (spawnSync('func', ['--version'], { shell, stdio: 'ignore' }).status !== 0) {
  fail(
    'This needs Azure Functions Core Tools 4 (the command "func"), which is not installed: ' +
      'https://learn.microsoft.com/azure/azure-functions/functions-run-local. Without it, "npm start" runs the app on the local host.',
  );
}
if (!existsSync('local.settings.json')) {
  fail('This needs local.settings.json: copy local.settings.sample.json and fill it in.');
}
await buildApp('dist');
const func = spawn('func', ['start', ...process.argv.slice(2)], { shell, stdio: 'inherit' });
// Ctrl-C reaches func as well; wait for it to stop.
process.on('SIGINT', () => {});
func.on('exit', (code) => process.exit(code ?? 1));
