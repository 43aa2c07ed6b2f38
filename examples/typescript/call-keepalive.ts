import { setTimeout as sleep } from 'node:timers/promises';

export interface CallKeepaliveOptions {
  /** The app's address, such as https://my-keepalive.azurewebsites.net. */
  readonly app: string;
  /** Its function key: a secret, which is never reported. */
  readonly functionKey: string;
  /** Gets one line for what is worth a line in the bot's log. */
  readonly report: (line: string) => void;
  /** Ends all waiting: the bot shuts down. */
  readonly signal?: AbortSignal;
}

const MOST_TRIES = 20;
const TIMEOUT_MS = 45_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Has the calls of a bot kept alive by the keepalive app. Both functions may be called at any time and again: a repeat
 * changes nothing. They retry for a quarter of an hour, and report instead of throwing.
 */
export function createCallKeepalive({ app, functionKey, report, signal }: CallKeepaliveOptions) {
  /** Sends until the app has decided → its status; undefined when it never did. */
  async function send(
    callId: string,
    method: 'PUT' | 'DELETE',
    query = '',
    body?: object,
  ): Promise<number | undefined> {
    const url = `${app.replace(/\/$/, '')}/api/calls/${encodeURIComponent(callId)}${query}`;
    const headers = { 'x-functions-key': functionKey, 'content-type': 'application/json' };
    for (let attempt = 1; attempt <= MOST_TRIES && signal?.aborted !== true; attempt++) {
      const limit = AbortSignal.timeout(TIMEOUT_MS);
      const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const either = signal === undefined ? limit : AbortSignal.any([limit, signal]);
      // A redirect would carry the key elsewhere, and the page it leads to looks like a success.
      const answer = await fetch(url, { ...request, redirect: 'manual', signal: either }).catch((error: unknown) =>
        String(error),
      );
      const askedFor = typeof answer === 'string' ? null : answer.headers.get('retry-after');
      if (typeof answer !== 'string' && !mayPass(answer.status, askedFor)) {
        report(`call ${callId}: ${method} answered ${answer.status}. ${await detailOf(answer)}`.trimEnd());
        return answer.status;
      }
      const problem = typeof answer === 'string' ? `cannot be reached (${answer})` : `answered ${answer.status}`;
      const waitMs = Math.min(Number(askedFor ?? 2 ** (attempt - 1)) * 1_000 || 1_000, LONGEST_WAIT_MS);
      report(`call ${callId}: the keepalive app ${problem}; again in ${waitMs / 1_000} s`);
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
    report(`call ${callId}: ${method} ${signal?.aborted === true ? 'cancelled' : 'given up'}`);
    return undefined;
  }

  return {
    /**
     * The call is established → true when it is kept alive; false when it is over, or refused for good. `startedAt`: when
     * it began, if known; the 45 minutes run from there.
     */
    async established(callId: string, tenantId: string, startedAt?: Date): Promise<boolean> {
      const status = await send(callId, 'PUT', '', { tenantId, ...(startedAt === undefined ? {} : { startedAt }) });
      return status === 200 || status === 202;
    },
    /** The call is terminated. Graph's resultInfo, if the bot has it, goes into the record of the call. */
    async terminated(
      callId: string,
      result: { readonly code?: number; readonly subcode?: number } = {},
    ): Promise<void> {
      const known = Object.entries({ resultCode: result.code, resultSubcode: result.subcode });
      const query = new URLSearchParams({ reason: 'terminated' });
      for (const [name, value] of known) if (value !== undefined) query.set(name, String(value));
      await send(callId, 'DELETE', `?${query}`);
    },
  };
}

/** A conflict passes when the app says when to come again: an earlier run of the call is being cleaned up. */
function mayPass(status: number, retryAfter: string | null): boolean {
  return status >= 500 || status === 408 || status === 429 || (status === 409 && retryAfter !== null);
}

/** What the problem details of the app say. Source: https://www.rfc-editor.org/rfc/rfc9457 */
async function detailOf(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => undefined);
  return typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : '';
}
