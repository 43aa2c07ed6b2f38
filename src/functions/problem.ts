import type { HttpResponseInit } from '@azure/functions';

/**
 * An error answer as problem details.
 * Source: https://www.rfc-editor.org/rfc/rfc9457
 */
export function problem(status: number, detail: string): HttpResponseInit {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
    body: JSON.stringify({ title: TITLES[status] ?? 'Error', status, detail }),
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
};
