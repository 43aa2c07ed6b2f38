import type { VirtualClock } from './clock/virtual-clock.ts';
import type { HttpMessageRequest, HttpMessageResponse } from './http-message.ts';

type Handle = (request: HttpMessageRequest) => Promise<HttpMessageResponse | { readonly kind: 'reset' }>;

/**
 * A `fetch` that reaches a server of this process without a socket, whatever the host name.
 *
 * A server that lets its caller wait on virtual time does not block that time: the wait is suspended on the clock.
 * Errors: as fetch: the signal's reason, TypeError when the connection is reset.
 */
export function createInProcessFetch(handle: Handle, clock: Pick<VirtualClock, 'suspend'>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const message: HttpMessageRequest = {
      method: request.method,
      url: new URL(request.url),
      headers: Object.fromEntries(request.headers),
      body: new Uint8Array(await request.arrayBuffer()),
    };
    const answer = await clock.suspend(unlessAborted(handle(message), init?.signal ?? undefined));
    if ('kind' in answer)
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
    const hasBody = answer.body !== undefined && answer.status !== 204 && answer.status !== 304;
    return new Response(hasBody ? bodyOf(answer.body) : null, {
      status: answer.status,
      headers: { ...answer.headers },
    });
  };
}

function bodyOf(body: Uint8Array | string) {
  return typeof body === 'string' ? body : new Uint8Array(body);
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
