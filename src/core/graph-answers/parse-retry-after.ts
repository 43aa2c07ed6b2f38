const longestDelayMs = 60 * 60 * 1000;
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Reads a Retry-After header: whole seconds, or an HTTP date.
 *
 * Shape: header value, now (ms since the epoch) → delay in ms, 0 to one hour; undefined when absent or in neither form.
 * Longer delays are cut: a wrong header must not silence a call's keepalive. Errors: none. Effects: none.
 * Source: RFC 9110 section 10.2.3.
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return bounded(Number(text) * 1000);
  if (!httpDate.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : bounded(atMs - nowMs);
}

function bounded(delayMs: number): number {
  return Math.min(longestDelayMs, Math.max(0, delayMs));
}
