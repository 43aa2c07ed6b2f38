import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { DurableHub } from '../adapters/durable-calls.ts';
import type { CallScan } from '../calls/call-scan.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import { countCalls, filterCallRows, takePage } from '../core/operator-views/call-page.ts';
import { parseCallQuery, toContinuationToken } from '../core/operator-views/call-query.ts';
import { answerWithEtag } from './answer-with-etag.ts';
import { problem } from './problem.ts';

export interface ListCallsDependencies {
  readonly scan: CallScan;
  readonly limits: KeepaliveLimits;
  readonly durableOf: (context: InvocationContext) => Pick<DurableHub, 'listLive'>;
}

/**
 * `GET /api/calls`: the calls, the most endangered first.
 *
 * Shape: `?state=&danger=&tenant=&text=&include=ended&top=&continuationToken=` → 200 `{asOf, maximumGapSeconds,
 * counters, matched, value, continuationToken?}` | 304 when `If-None-Match` names this answer | 400 the query.
 * `counters` count all calls, `matched` those that the filter lets through.
 * Errors: CallStoreError, DurableCallsError.  Effects: those of a scan, once per 10 s and process.
 */
export function listCalls({ scan, limits, durableOf }: ListCallsDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const parsed = parseCallQuery(request.query);
    if (parsed.kind === 'invalid') return problem(400, parsed.detail);
    const { filter, includesEnded, top, after } = parsed.query;
    const { asOfMs, rows } = await scan.read(durableOf(context), includesEnded);
    const matching = filterCallRows(rows, filter);
    const page = takePage(matching, top, after);
    return answerWithEtag(request, {
      asOf: new Date(asOfMs).toISOString(),
      maximumGapSeconds: limits.maximumGapMs / 1_000,
      counters: countCalls(rows, includesEnded),
      matched: matching.length,
      value: page.rows,
      ...(page.next === undefined ? {} : { continuationToken: toContinuationToken(page.next) }),
    });
  };
}
