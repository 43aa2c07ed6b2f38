/** Built by golden-bundle.test.ts: replay and orchestrator with the package as the bundle has it. */
import { keepCallAlive } from '../../src/functions/keep-call-alive.ts';
import type { GoldenHistory } from '../golden/golden-history.ts';
import { replayHistory } from '../golden/replay-history.ts';

export function replayBundled(golden: GoldenHistory): ReturnType<typeof replayHistory> {
  return replayHistory(golden, keepCallAlive);
}
