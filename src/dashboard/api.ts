/** What became of a request. */
export type Answer =
  | { readonly kind: 'ok'; readonly status: number; readonly content: unknown; readonly etag: string | undefined }
  | { readonly kind: 'same' }
  | { readonly kind: 'keyNeeded' }
  | { readonly kind: 'problem'; readonly status: number; readonly detail: string; readonly content: unknown }
  | { readonly kind: 'unreachable' };

export interface Api {
  get(path: string, etag?: string): Promise<Answer>;
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, content?: object): Promise<Answer>;
  /** How far the host's clock is ahead of this machine's, in ms. */
  clockOffsetMs(): number;
}

const TIMEOUT_MS = 20_000;
/** The `Date` header is cut to whole seconds. */
const DATE_PRECISION_MS = 1_000;

/** The API of the host that served this page. The key goes into a header, never into an address. */
export function createApi(base: URL, readKey: () => string | undefined): Api {
  let offsetMs = 0;

  async function request(method: string, path: string, init: RequestInit & { headers: Record<string, string> }) {
    const key = readKey();
    const headers = key === undefined ? init.headers : { ...init.headers, 'x-functions-key': key };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(new URL(path, base), { ...init, method, headers, signal, cache: 'no-store' });
    const dateMs = Date.parse(response.headers.get('date') ?? '');
    const ahead = dateMs + DATE_PRECISION_MS / 2 - Date.now();
    if (!Number.isNaN(ahead)) offsetMs = Math.abs(ahead) < 2 * DATE_PRECISION_MS ? 0 : ahead;
    return response;
  }

  async function answer(method: string, path: string, init: RequestInit & { headers: Record<string, string> }) {
    try {
      return await toAnswer(await request(method, path, init));
    } catch {
      return { kind: 'unreachable' } as const;
    }
  }

  return {
    get: (path, etag) => answer('GET', path, { headers: etag === undefined ? {} : { 'if-none-match': etag } }),
    send: (method, path, content) =>
      content === undefined
        ? answer(method, path, { headers: {} })
        : answer(method, path, {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(content),
          }),
    clockOffsetMs: () => offsetMs,
  };
}

async function toAnswer(response: Response): Promise<Answer> {
  const { status } = response;
  if (status === 304) return { kind: 'same' };
  if (status === 401) return { kind: 'keyNeeded' };
  const text = await response.text();
  const content: unknown = text === '' ? undefined : parseJson(text);
  if (response.ok) return { kind: 'ok', status, content, etag: response.headers.get('etag') ?? undefined };
  return { kind: 'problem', status, content, detail: detailOf(content) ?? `The host answered ${status}.` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function detailOf(content: unknown): string | undefined {
  if (typeof content !== 'object' || content === null || !('detail' in content)) return undefined;
  return typeof content.detail === 'string' ? content.detail : undefined;
}
