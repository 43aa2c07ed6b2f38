import type { HttpHandler } from '@azure/functions';

const ONE_YEAR = 'max-age=31536000';

/**
 * The same handler, but no browser guesses what its answers are, and one that came by https comes by https from then on.
 *
 * Source: https://fetch.spec.whatwg.org/#x-content-type-options-header; https://www.rfc-editor.org/rfc/rfc6797#section-7.2
 * (over http the header must not be sent).
 */
export function withSafeHeaders(handler: HttpHandler): HttpHandler {
  return async (request, context) => {
    const answer = await handler(request, context);
    const headers = new Headers(answer.headers);
    headers.set('X-Content-Type-Options', 'nosniff');
    if (request.url.startsWith('https:')) headers.set('Strict-Transport-Security', ONE_YEAR);
    return { ...answer, headers };
  };
}
