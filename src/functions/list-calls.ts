import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { Clock } from '../adapters/clock.ts';
import type { DurableCalls } from '../adapters/durable-calls.ts';
import { askAboutTrouble } from '../calls/ask-about-trouble.ts';
import type { CallScan, ScannedCalls } from '../calls/call-scan.ts';
import { withoutAbsent } from '../core/call-record/call-facts.ts';
import type { KeepaliveLimits } from '../core/keepalive/keepalive-limits.ts';
import {
  type CallFilter,
  countCalls,
  filterCallRows,
  latestLoss,
  type RowKey,
  takePage,
} from '../core/operator-views/call-page.ts';
import { parseCallQuery, toContinuationToken } from '../core/operator-views/call-query.ts';
import type { CallRow } from '../core/operator-views/call-row.ts';
import { answerWithEtag } from './answer-with-etag.ts';
import { problem } from './problem.ts';

export interface ListCallsDependencies {
  readonly scan: CallScan;
  readonly clock: Clock;
  readonly limits: KeepaliveLimits;
  readonly durableOf: (context: InvocationContext) => Pick<DurableCalls, 'status'>;
}

/**
 * `GET /api/calls`: the calls, the most endangered first, as their records have them. The engine is asked about those in
 * trouble that are on the page; when it does not answer, `engineProblem` says so, and the list is there all the same.
 *
 * Shape: `?state=&danger=&tenant=&text=&include=ended&top=&continuationToken=` → 200 `{asOf, maximumGapSeconds,
 * latestLoss?, counters, matched, first, value, engineProblem?, previousToken?, continuationToken?}` | 304 when `If-None-Match` names this answer | 400 the
 * query. `first` is the index of the first call of the page, `previousToken` that of the page before, empty for the first
 * one. `counters` count all calls, `matched` those that the filter lets through.
 * Errors: CallStoreError.  Effects: those of a scan, once per 10 s and process; those of askAboutTrouble.
 */
export function listCalls({ scan, clock, limits, durableOf }: ListCallsDependencies) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const parsed = parseCallQuery(request.query);
    if (parsed.kind === 'invalid') return problem(400, parsed.detail);
    const { filter, includesEnded, top, after } = parsed.query;
    const scanned = await scan.read(includesEnded);
    const matching = chooseRows(scanned, filter);
    const page = takePage(matching, top, after);
    const told = await askAboutTrouble({ durable: durableOf(context), clock, limits }, page.rows, scanned.inTrouble);
    return answerWithEtag(request, {
      asOf: new Date(scanned.asOfMs).toISOString(),
      maximumGapSeconds: limits.maximumGapMs / 1_000,
      ...withoutAbsent({ latestLoss: latestLoss(scanned.rows, scanned.asOfMs) }),
      counters: countCalls(scanned.rows, includesEnded, scanned.asOfMs),
      matched: matching.length,
      first: page.first,
      value: isToldByEngine(filter) ? told.rows.filter(({ state }) => filter.states?.has(state)) : told.rows,
      ...(told.engineProblem === undefined ? {} : { engineProblem: told.engineProblem }),
      ...(page.previous === undefined ? {} : { previousToken: toPreviousToken(page.previous) }),
      ...(page.next === undefined ? {} : { continuationToken: toContinuationToken(page.next) }),
    });
  };
}

/** Empty: the page before is the first one, which is asked for without a token. */
function toPreviousToken(previous: RowKey | 'start'): string {
  return previous === 'start' ? '' : toContinuationToken(previous);
}

/** Whether a state is wanted that only the engine knows of; `matched` then counts the calls that may have it. */
function isToldByEngine({ states }: CallFilter): boolean {
  return states?.has('suspended') === true || states?.has('unattended') === true;
}

function chooseRows({ rows, inTrouble }: ScannedCalls, filter: CallFilter): readonly CallRow[] {
  const { states, ...others } = filter;
  if (states === undefined || !isToldByEngine(filter)) return filterCallRows(rows, filter);
  return filterCallRows(rows, others).filter(({ state, callId }) => states.has(state) || inTrouble.has(callId));
}
