import type { HttpHandler } from '@azure/functions';
import { problem } from './problem.ts';

/** Their texts are made for the operator: which call, and what to do next. */
const TEMPORARY: ReadonlySet<string> = new Set(['CallStoreError', 'DurableCallsError', 'RecordConflictError']);

/** The same handler, but 503 with problem details when the table or the engine does not answer. */
export function orUnavailable(handler: HttpHandler): HttpHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      if (!(error instanceof Error) || !TEMPORARY.has(error.name)) throw error;
      const answer = problem(503, error.message);
      return { ...answer, headers: { ...answer.headers, 'Retry-After': '5' } };
    }
  };
}
