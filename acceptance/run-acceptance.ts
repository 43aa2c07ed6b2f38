import type { AcceptanceOptions } from './acceptance-options.ts';
import type { Check, Need } from './check.ts';
import { ALL_CHECKS } from './checks/all-checks.ts';
import { eventually } from './eventually.ts';
import { openWorld, type World } from './world.ts';

const MISSING: Readonly<Record<Need, string>> = {
  graph: 'no --graph',
  keys: 'no --keys',
  bot: 'no --bot-port',
  webhook: 'no --webhook-port',
  storageProxy: 'no --storage-proxy',
};

/**
 * Tries each check in turn, a line each, and ends with the first that fails.
 *
 * Shape: → 0 all that could be tried holds | 1 a promise does not.  Errors: as openWorld.
 * Effects: calls on the simulated Graph and in the app, all of them ended again.
 */
export async function runAcceptance(
  options: AcceptanceOptions,
  say: (line: string) => void,
  checks: readonly Check[] = ALL_CHECKS,
): Promise<0 | 1> {
  const world = await openWorld(options);
  const chosen = checks.filter(({ title }) => title.includes(options.only ?? ''));
  let passed = 0;
  let skipped = 0;
  try {
    await untilItAnswers(world, say);
    for (const check of chosen) {
      const missing = check.needs?.find((need) => !isThere(world, need));
      if (missing !== undefined) {
        skipped++;
        say(`skip  ${check.title} (${MISSING[missing]})`);
        continue;
      }
      const startedAtMs = performance.now();
      const remark = await check.run(world);
      passed++;
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
      say(`ok    ${check.title} (${seconds} s${remark === undefined ? '' : `; ${remark}`})`);
    }
  } catch (error) {
    say(`FAIL  ${chosen[passed + skipped]?.title}\n      ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    world.close();
  }
  if (chosen.length === 0) say(`No check's sentence holds "${options.only}".`);
  say(`${passed} hold, ${skipped} not tried.`);
  return chosen.length === 0 ? 1 : 0;
}

/** A host that was started a moment ago may still be loading the app. */
async function untilItAnswers({ anonymous, patienceMs, options }: World, say: (line: string) => void) {
  const ask = () => anonymous('GET', '/api/health');
  await ask().catch(() => {
    say(`${options.url} does not answer yet: waiting up to ${patienceMs / 1_000} s. Is the host running?`);
    return eventually(patienceMs, ask);
  });
}

function isThere(world: World, need: Need): boolean {
  switch (need) {
    case 'graph':
      return world.options.graph !== undefined;
    case 'keys':
      return world.hasKeys;
    default:
      return world[need] !== undefined;
  }
}
