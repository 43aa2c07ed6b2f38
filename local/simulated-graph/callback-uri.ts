/**
 * True for what may be a `callbackUri` here: https, as Graph demands, or http on loopback for work on one machine.
 * Source: https://learn.microsoft.com/graph/api/resources/call ("Must be `https`").
 */
export function isCallbackUri(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/** True for the names of this machine's own loopback interface, as `URL.hostname` writes them. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** For logs and views: a callback URI may carry a key in its query. */
export function withoutQuery(uri: string): string {
  const url = new URL(uri);
  return `${url.origin}${url.pathname}`;
}
