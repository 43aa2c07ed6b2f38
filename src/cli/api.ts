import { toVisibleText } from '../core/values/visible-text.ts';
import { type ApiAnswer, mayPass, toCliError, toDetail, toPageAnswer } from './api-answer.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import { type Connection, isLoopback } from './connection.ts';
import { isObject, type JsonObject, parseJson, textOf } from './json-value.ts';

export interface ApiRequest {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Api extends Connection {
  /** Sends one request. Errors: CliError when no answer of the app's API comes. */
  send(method: string, path: string, request?: ApiRequest): Promise<ApiAnswer>;
  /**
   * GETs what must be there, and must have this member. Errors: CliError for every answer but 200, 4 as exit code for
   * 404; UnreachableError for one that may pass.
   */
  get(path: string, member: string): Promise<JsonObject>;
  /** Whether a request without the key is refused. Errors: UnreachableError when no answer tells. */
  refusesStrangers(): Promise<boolean>;
}

/** The app could not be asked: it may be there in a moment. */
export class UnreachableError extends CliError {}

/** Something else than the app answered: another server, or what stands before the app while that is deployed. */
export class ForeignAnswerError extends CliError {}

/** Creates the client of the app's API. Every request has a time limit; a redirect is not followed, for it would carry the key elsewhere. */
export function createApi(
  connection: Connection,
  io: CliIo,
  { timeout: timeoutSeconds, verbose }: { readonly timeout: number; readonly verbose: boolean },
): Api {
  const { url, key } = connection;

  async function fetchText(method: string, path: string, { body, headers }: ApiRequest, sentKey = key) {
    const timeout = AbortSignal.timeout(timeoutSeconds * 1_000);
    const startedAtMs = io.nowMs();
    const tell = (result: string | number) => {
      if (verbose)
        io.err.write(`${method} ${url}/api/${toVisibleText(path)}: ${result} in ${io.nowMs() - startedAtMs} ms\n`);
    };
    try {
      const response = await io.fetch(`${url}/api/${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(sentKey === '' ? {} : { 'x-functions-key': sentKey }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.any([timeout, io.signal]),
      });
      const text = await response.text();
      tell(response.status);
      return { response, text };
    } catch (error) {
      tell('no answer');
      io.signal.throwIfAborted();
      if (timeout.aborted) throw new UnreachableError(`${url} did not answer within ${timeoutSeconds} s (--timeout).`);
      throw new UnreachableError(
        `${url} cannot be reached (${networkCode(error)}). Is the app running? Name it with --url or CALL_KEEPALIVE_URL.`,
      );
    }
  }

  const send: Api['send'] = async (method, path, request = {}) => {
    const { response, text } = await fetchText(method, path, request);
    const { status } = response;
    if (status === 401) throw new CliError(keyRefused(url, key));
    const body = parseJson(text)?.value;
    const retryAfter = response.headers.get('retry-after') ?? '';
    const answer = { url, status, retryAfterSeconds: /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined };
    if (!isObject(body) && mayPass(answer)) return toPageAnswer(answer);
    if (!isObject(body) || isForeign(method, status, body)) throw new ForeignAnswerError(notTheApi(url, status));
    return { ...answer, body };
  };

  return {
    url,
    key,
    send,
    async get(path, member) {
      const answer = await send('GET', path);
      if (mayPass(answer)) throw new UnreachableError(toDetail(answer));
      if (answer.status !== 200) throw toCliError(answer);
      if (!(member in answer.body)) throw new ForeignAnswerError(notTheApi(url, answer.status));
      return answer.body;
    },
    async refusesStrangers() {
      // Of the API, an app with wrong settings has this alone.
      const { response } = await fetchText('GET', 'doctor', {}, '');
      const { status } = response;
      if (status === 401 || status === 200) return status === 401;
      throw new UnreachableError(`Without a key ${url} answers ${status}, neither 401 nor 200. Try again.`);
    },
  };
}

/** The API says of each error what is wrong, and of each deed to which call; some other server at a wrong URL does not. */
function isForeign(method: string, status: number, body: JsonObject): boolean {
  if (status < 300) return method !== 'GET' && textOf(body, 'callId') === '';
  return status === 404 && textOf(body, 'detail') === '';
}

function keyRefused(url: string, key: string): string {
  const problem = key === '' ? 'wants a key, and none is known' : 'refuses the key';
  if (isLoopback(new URL(url).hostname)) {
    return `${url} ${problem}. Give the functionKey of .local/keys.json, in the folder of the data of that npm start, as CALL_KEEPALIVE_KEY or with --key.`;
  }
  return `${url} ${problem}. Give its function key as CALL_KEEPALIVE_KEY, with --key, or in the profile (az functionapp keys list shows it).`;
}

function notTheApi(url: string, status: number): string {
  if (status >= 300 && status < 400)
    return `${url} answers ${status}, a redirect. Give the address it leads to with --url.`;
  return `${url} answers ${status}, but not as the API of this app does. Is it the right URL, and is the app started? An app with wrong settings answers to doctor only.`;
}

/** `fetch` hides the system's code in the cause; without one it says little. */
export function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'no connection';
}
