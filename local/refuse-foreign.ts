import type { IncomingHttpHeaders } from 'node:http';

/** Why a request is not for this machine, as an answer. */
export interface ForeignRequest {
  readonly status: 403 | 421;
  readonly problem: string;
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Refuses what a web page elsewhere makes a browser send here: to a name that was made to mean this machine (DNS
 * rebinding), or from another origin.
 *
 * Shape: headers → the refusal, or undefined.  Source: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20 (421)
 */
export function refuseForeign({
  host,
  origin,
}: Pick<IncomingHttpHeaders, 'host' | 'origin'>): ForeignRequest | undefined {
  if (host !== undefined && !LOOPBACK_HOST.test(host)) {
    return {
      status: 421,
      problem: 'Only localhost, 127.0.0.1 and [::1] are served: let a proxy or tunnel rewrite the header Host.',
    };
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`.toLowerCase()) {
    return { status: 403, problem: 'Pages of other origins are not served.' };
  }
  return undefined;
}
