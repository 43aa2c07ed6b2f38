import { compareCalls } from './compare-calls.ts';
import type { ReconcileEffects } from './reconcile-effects.ts';
import { type ReconcileSummary, startRun } from './reconcile-run.ts';
import { rescueCalls } from './rescue-calls.ts';

/**
 * Mends what does not fit together: first the calls whose record asks for a look, then, once an hour, what no record
 * shows. A failure of the second part is no harm to the first.
 *
 * Errors: CallStoreError when the calls that ask for a look cannot be listed; any other failure is logged and counted.
 * Effects: see rescue-calls and compare-calls. When all is well, no request to the engine.
 */
export async function reconcileCalls(effects: ReconcileEffects): Promise<ReconcileSummary> {
  const run = startRun(effects);
  await rescueCalls(effects, run);
  try {
    await compareCalls(effects, run);
  } catch (error) {
    run.fail(error);
  }
  return run.sums;
}
