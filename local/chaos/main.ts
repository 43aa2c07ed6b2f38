import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/clock.ts';
import { CHAOS_HELP, type ChaosOptions, parseChaosOptions } from './chaos-options.ts';
import { describeVerdict } from './describe-verdict.ts';
import { runChaos } from './run-chaos.ts';

const parsed = parseChaosOptions(process.argv.slice(2), randomInt(2 ** 32));
switch (parsed.kind) {
  case 'help':
    console.log(CHAOS_HELP);
    break;
  case 'wrong':
    console.error(`${parsed.problem} See npm run chaos -- --help.`);
    process.exitCode = 2;
    break;
  case 'options':
    process.exitCode = await main(parsed.options);
}

async function main(options: ChaosOptions): Promise<number> {
  const { kills, calls, speed, seed } = options;
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const startedMs = systemClock.nowMs();
  const say = (line: string) => {
    const elapsed = ((systemClock.nowMs() - startedMs) / 1_000).toFixed(1).padStart(6);
    console.log(`${elapsed} s  ${line}`);
  };
  say(
    `${kills} kills, ${calls} calls, a keepAlive every ${900 / speed} s, at most ${2_700 / speed} s apart, seed ${seed}`,
  );
  try {
    const verdict = await runChaos(options, { clock: systemClock, folder, say });
    console.log(`\n${describeVerdict(verdict, 2_700_000 / speed).join('\n')}\n`);
    if (verdict.violations.length === 0) {
      rmSync(folder, { recursive: true });
      console.log('Every call was kept alive.');
      return 0;
    }
    for (const violation of verdict.violations) console.log(`VIOLATION: ${violation}.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  console.error(`The task hub, the host's log and Graph's are in ${folder}. The same moments again: --seed ${seed}`);
  return 1;
}
