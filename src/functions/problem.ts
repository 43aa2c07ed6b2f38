import type { HttpResponseInit } from '@azure/functions';
import { toVisibleJson } from '../core/values/visible-text.ts';

/** An answer whose headers can be added to. */
type Problem = HttpResponseInit & { readonly headers: Readonly<Record<string, string>> };

/**
 * An error answer as problem details, with members of its own besides the standard ones.
 * Source: https://www.rfc-editor.org/rfc/rfc9457
 */
export function problem(status: number, detail: string, members: object = {}): Problem {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
    body: toVisibleJson({ title: TITLES[status] ?? 'Error', status, detail, ...members }),
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Content too large',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Gateway timeout',
};
