import type { CallInstance, DurableCalls } from '../adapters/durable-calls.ts';
import type { CallId } from '../core/call-record/call-id.ts';

/** What the engine says of a call's instance: none, this one, or nothing at all. */
export type EngineWord =
  | { readonly kind: 'none' }
  | { readonly kind: 'instance'; readonly instance: CallInstance }
  | { readonly kind: 'silent' };

/** An engine that hangs takes 10 s a question: after so many in a row it is asked no more, but for one question in 32. */
const SILENT_AFTER = 3;
/** It may be that it only cannot tell of the calls that came first. */
const ASKED_ONE_IN = 32;

/**
 * Asks the engine for the instances of single calls, and notices when it does not answer.
 *
 * Errors: none.  Effects: one status request a question, nearly none once the engine has proved silent.
 */
export function watchEngine(durable: Pick<DurableCalls, 'status'>): (callId: CallId) => Promise<EngineWord> {
  let failures = 0;
  let questions = 0;
  return async (callId) => {
    if (failures >= SILENT_AFTER && ++questions % ASKED_ONE_IN > 0) return { kind: 'silent' };
    try {
      const instance = await durable.status(callId);
      failures = 0;
      return instance === undefined ? { kind: 'none' } : { kind: 'instance', instance };
    } catch {
      failures++;
      return { kind: 'silent' };
    }
  };
}
