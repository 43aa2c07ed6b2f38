import { unlessAborted } from '../src/adapters/clock.ts';
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
    const message = await toMessage(input, init);
    const work = handle(message);
    const answer = await clock.suspend(init?.signal ? unlessAborted(work, init.signal) : work);
    if ('kind' in answer)
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) });
    const hasBody = answer.body !== undefined && answer.body.length > 0 && ![204, 304].includes(answer.status);
    return new Response(hasBody ? bodyOf(answer.body) : null, {
      status: answer.status,
      headers: { ...answer.headers },
    });
  };
}

async function toMessage(...[input, init]: Parameters<typeof fetch>): Promise<HttpMessageRequest> {
  const request = new Request(input, init);
  return {
    method: request.method,
    url: new URL(request.url),
    headers: Object.fromEntries(request.headers),
    body: new Uint8Array(await request.arrayBuffer()),
  };
}

function bodyOf(body: Uint8Array | string) {
  return typeof body === 'string' ? body : new Uint8Array(body);
}
