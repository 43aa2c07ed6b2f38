import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { matchesEtag, toEtag } from './answer-with-etag.ts';
import { problem } from './problem.ts';

/** The parts of the dashboard by name; the page itself is `index.html`. Empty when the app was not built. */
export type DashboardAssets = Readonly<Record<string, string>>;

const PAGE = 'index.html';
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, no frame around it, nobody to send a form to. */
const SECURITY_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

/**
 * `GET /api/dashboard/{asset?}`: the page and its parts. Open to anybody, for it holds no data: the page asks the API, and
 * for that it asks its user for the function key.
 *
 * Shape: → 200 | 304 | 308 to the address without the slash, from which the page's relative links count | 404.
 */
export function getDashboard(load: () => Promise<DashboardAssets>) {
  return async (request: HttpRequest): Promise<HttpResponseInit> => {
    const name = request.params.asset ?? PAGE;
    if (request.params.asset === undefined && new URL(request.url).pathname.endsWith('/')) {
      return { status: 308, headers: { Location: '../dashboard' } };
    }
    const assets = await load();
    const body = Object.hasOwn(assets, name) ? assets[name] : undefined;
    if (body === undefined) return problem(404, 'The dashboard has no such part. It begins at /api/dashboard.');
    const etag = await toEtag(body);
    const headers = { ...SECURITY_HEADERS, ETag: etag, 'Cache-Control': 'no-cache' };
    if (matchesEtag(request.headers.get('if-none-match'), etag)) return { status: 304, headers };
    const contentType = CONTENT_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    return { status: 200, headers: { ...headers, 'Content-Type': contentType }, body };
  };
}
