/** The name by which this app tells other hops of itself. */
const PSEUDONYM = 'graph-call-keepalive';

const RELAYED_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'client-request-id',
  'content-type',
  'scenario-id',
  'traceparent',
  'tracestate',
  'user-agent',
]);
const RELAYED_PREFIX = /^(?:x-microsoft-skype-|ms-teams-)/;

/**
 * The headers that go on to the bot: those it verifies, traces and routes by. All else stays here, our own keys and
 * cookies above all. `Via` is added, as a gateway must.
 *
 * Shape: headers as received → names in lower case and values.  Errors: none.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.via
 */
export function toRelayedHeaders(received: Iterable<readonly [string, string]>): Readonly<Record<string, string>> {
  const headers = [...received].map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = headers.filter(([name]) => RELAYED_HEADERS.has(name) || RELAYED_PREFIX.test(name));
  const via = headers.find(([name]) => name === 'via')?.[1];
  return { ...Object.fromEntries(kept), via: via === undefined ? `1.1 ${PSEUDONYM}` : `${via}, 1.1 ${PSEUDONYM}` };
}

/** Whether a request has come through this relay already: the bot's address then leads back to this app. */
export function isRelayLoop(via: string | null): boolean {
  return via?.split(',').some((hop) => hop.trim().split(/\s+/)[1] === PSEUDONYM) ?? false;
}

/**
 * The bot's address with the query with which Graph called us, for a bot that reads it; but never the key of a
 * function, and nothing that the settings name themselves.
 */
export function toRelayUrl(botUrl: string, receivedQuery: Iterable<readonly [string, string]>): string {
  const url = new URL(botUrl);
  const own = new Set(url.searchParams.keys());
  for (const [name, value] of receivedQuery) {
    if (!own.has(name) && name.toLowerCase() !== 'code') url.searchParams.append(name, value);
  }
  return url.href;
}
