// Counts the packages that production needs, and refuses those that would run code on installation.
import { readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
// Optional is the Node that runs the project's own scripts on a machine with an older one.
const production = Object.entries(packages).filter(
  ([path, { dev, optional }]) => path !== '' && dev !== true && optional !== true,
);
const withInstallScript = production
  .filter(([, { hasInstallScript }]) => hasInstallScript === true)
  .map(([path]) => path);
console.log(`${production.length} production packages`);
if (withInstallScript.length > 0) {
  console.error(`These run a script on installation, which production must not need: ${withInstallScript.join(', ')}`);
  process.exitCode = 1;
}
