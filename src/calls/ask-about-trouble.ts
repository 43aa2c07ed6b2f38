import type { Clock } from '../adapters/clock.ts';
import type { DurableCalls } from '../adapters/durable-calls.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { type CallRow, toCallRow } from '../core/operator-views/call-row.ts';
import { parseInstanceView } from '../core/operator-views/instance-view.ts';
import type { ScannedCalls } from './call-scan.ts';
import { sideBySide } from './side-by-side.ts';

export interface AskAboutTroubleDependencies {
  readonly durable: Pick<DurableCalls, 'status'>;
  readonly clock: Clock;
  readonly limits: KeepaliveLimits;
}

const AT_ONCE = 16;

/**
 * Adds to the rows of calls in trouble what the engine knows of them. When it does not answer, the rows stay as the
 * records have them, and `engineProblem` says so.
 *
 * Effects: one status request for each of these rows that is in trouble, none after the first that fails.
 */
export async function askAboutTrouble(
  { durable, clock, limits }: AskAboutTroubleDependencies,
  rows: readonly CallRow[],
  inTrouble: ScannedCalls['inTrouble'],
): Promise<{ readonly rows: readonly CallRow[]; readonly engineProblem?: string }> {
  const known = new Map<string, CallRow>();
  let engineProblem: string | undefined;
  await sideBySide(rows, AT_ONCE, async ({ callId }) => {
    const record = inTrouble.get(callId);
    if (record === undefined || engineProblem !== undefined) return;
    try {
      const status = await durable.status(callId);
      const instance = status === undefined ? 'none' : parseInstanceView(status);
      known.set(callId, toCallRow({ callId, record, instance }, clock.nowMs(), limits));
    } catch (error) {
      engineProblem = error instanceof Error ? error.message : 'The engine did not answer.';
    }
  });
  const told = rows.map((row) => known.get(row.callId) ?? row);
  return engineProblem === undefined ? { rows: told } : { rows: told, engineProblem };
}
