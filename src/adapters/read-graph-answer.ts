import type { GraphAnswered, GraphRequestFacts } from '../core/graph-answers/graph-answer.ts';
import { parseGraphError } from '../core/graph-answers/parse-graph-error.ts';
import { parseRetryAfter } from '../core/graph-answers/parse-retry-after.ts';
import { readLimitedText } from './read-limited-text.ts';

const maximumBodyBytes = 64 * 1024;

/**
 * Takes from Graph's response what may be kept: status, error, delay, ids.
 *
 * The status is what counts: a body that breaks off or is too long only leaves the error's details unknown.
 *
 * Shape: response, now (ms since the epoch), whether the body of a good answer is wanted → the answer without what the
 * sender knows. Errors: none.
 * Effects: consumes the body, up to 64 KiB.
 */
export async function readGraphAnswer(
  response: Response,
  nowMs: number,
  isBodyWanted: boolean,
): Promise<Omit<GraphAnswered, keyof GraphRequestFacts>> {
  const { headers, status, ok } = response;
  const body = await readLimitedText(response, maximumBodyBytes).catch(() => undefined);
  const error = ok || body === undefined ? {} : parseGraphError(body);
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), nowMs);
  const requestId = shortText(headers.get('request-id'));
  const date = shortText(headers.get('date'));
  return {
    kind: 'answered',
    status,
    ...(error.code === undefined ? {} : { errorCode: error.code }),
    ...(error.message === undefined ? {} : { errorMessage: error.message }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(date === undefined ? {} : { date }),
    ...(isBodyWanted && ok && body !== undefined ? { body } : {}),
  };
}

function shortText(value: string | null): string | undefined {
  return value !== null && /^[\x20-\x7e]{1,128}$/.test(value) ? value : undefined;
}
