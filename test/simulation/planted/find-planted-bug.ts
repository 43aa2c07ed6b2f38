import { execFile } from 'node:child_process';
import { REPOSITORY } from '../../support/repository.ts';
import { HALF_A_DAY_HOURS } from '../half-a-day.ts';
import { plant } from './plant.ts';
import type { PlantedBug } from './planted-bug.ts';

/** How a bug was found: after so many seeds, by the invariant that is there for it. */
export type Finding =
  | { readonly kind: 'found'; readonly seeds: number; readonly invariant: string; readonly what: string }
  | { readonly kind: 'notFound' }
  /** The simulation did not run at all, which proves nothing. */
  | { readonly kind: 'broken'; readonly output: string };

/** Plays seeds from 1 on with the bug in the source, until one fails. Effects: one child process. */
export async function findPlantedBug(bug: PlantedBug): Promise<Finding> {
  const args = [
    ...(await plant(bug)),
    'local/simulation/main.ts',
    '--seeds',
    `${bug.budget}`,
    '--hours',
    `${HALF_A_DAY_HOURS}`,
    '--until-failure',
    '--invariant',
    bug.by,
  ];
  if (bug.without !== undefined) args.push('--without', bug.without);
  const { code, output } = await run(args);
  const seed = /^seed (\d+): /m.exec(output)?.[1];
  const what = new RegExp(`^ {2}\\(${bug.by}\\) call \\S+: (.*)$`, 'm').exec(output)?.[1];
  if (code === 0) return { kind: 'notFound' };
  if (code !== 1 || seed === undefined || what === undefined) return { kind: 'broken', output };
  return { kind: 'found', seeds: Number(seed), invariant: bug.by, what };
}

function run(args: readonly string[]): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], { cwd: REPOSITORY, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? 'killed'), output: `${stdout}${stderr}` });
    });
  });
}
