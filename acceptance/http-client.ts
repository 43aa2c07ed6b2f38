/** What came back. `body` is the parsed JSON, or undefined when there was none. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

export interface HttpRequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** A string goes as it is, anything else as JSON. */
  readonly body?: unknown;
}

export type HttpClient = (method: string, path: string, options?: HttpRequestOptions) => Promise<Answer>;

/** Longer than any answer of a host whose storage hangs. */
const TIMEOUT_MS = 60_000;

/** Sends requests below one origin; redirects are not followed. Errors: Error naming method and path when no answer comes. */
export function createHttpClient(origin: string): HttpClient {
  return async (method, path, { headers = {}, body } = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    try {
      const response = await fetch(new URL(path, origin), {
        method,
        headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(text === undefined ? {} : { body: text }),
      });
      const received = await response.text();
      return { status: response.status, headers: response.headers, text: received, body: parseJson(received) };
    } catch (error) {
      const { pathname } = new URL(path, origin);
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Error(`${method} ${origin}${pathname} got no answer: ${cause}`);
    }
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
