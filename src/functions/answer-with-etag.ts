import type { HttpRequest, HttpResponseInit } from '@azure/functions';

/**
 * A JSON answer that a caller who has it already gets as 304 without a body.
 *
 * Not to be stored: callers keep the answer themselves, and ask whether it is still the same.
 */
export async function answerWithEtag(request: HttpRequest, content: object): Promise<HttpResponseInit> {
  const body = JSON.stringify(content);
  const etag = await toEtag(body);
  const headers = { ETag: etag, 'Cache-Control': 'no-store' };
  if (matchesEtag(request.headers.get('if-none-match'), etag)) return { status: 304, headers };
  return { status: 200, headers: { ...headers, 'Content-Type': 'application/json' }, body };
}

/** The same text has the same ETag, in whichever process it is made. */
export async function toEtag(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `"${Buffer.from(digest).toString('base64url').slice(0, 22)}"`;
}

/** Weak comparison: proxies that compress an answer make its ETag weak. Source: RFC 9110 section 13.1.2. */
export function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}
