import { isDeepStrictEqual } from 'node:util';
import { ExpectationError } from './expectation-error.ts';
import type { Answer } from './http-client.ts';

const LONGEST_SHOWN = 300;

/** Errors: ExpectationError naming the subject, both values cut to 300 characters. */
export function expectEqual(subject: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new ExpectationError(`${subject}: expected ${show(expected)}, got ${show(actual)}`);
}

/** Errors: ExpectationError with the status that came, and the `detail` or `error` that the app gave with it. */
export function expectStatus(subject: string, answer: Answer, ...expected: readonly number[]): void {
  if (expected.includes(answer.status)) return;
  const reason = at(answer.body, 'detail') ?? at(answer.body, 'error') ?? at(answer.body, 'Message');
  const why = typeof reason === 'string' ? ` (${reason.slice(0, LONGEST_SHOWN)})` : '';
  throw new ExpectationError(`${subject}: expected status ${expected.join(' or ')}, got ${answer.status}${why}`);
}

/** The member of a JSON value under a path such as `row.state`; undefined when it is not there. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner === null ? undefined : Object(inner)[name]), value);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, LONGEST_SHOWN);
}
