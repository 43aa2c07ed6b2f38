import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { RelayAnswer } from '../core/relay/relay-policy.ts';
import { toRelayedHeaders, toRelayUrl } from '../core/relay/relay-request.ts';
import { type Clock, timeoutSignal } from './clock.ts';
import { networkCode } from './network-code.ts';

/** One notification as it was received. */
export interface RelayRequest {
  readonly body: Uint8Array;
  readonly headers: Iterable<readonly [string, string]>;
  readonly query: Iterable<readonly [string, string]>;
  readonly isPolicyRecording: boolean;
}

/** Sends notifications on to the bot. */
export interface BotRelay {
  send(request: RelayRequest): Promise<RelayAnswer>;
}

export interface BotRelayDependencies {
  /** The bot's own endpoint, from the settings. */
  readonly url: string;
  readonly timeoutMs: number;
  /** For notifications of policy-based recording. */
  readonly policyTimeoutMs: number;
  readonly clock: Clock;
  /** The longest answer passed on; default 1 MiB. */
  readonly maximumAnswerBytes?: number;
}

/** An instance on Azure has about 128 outbound ports for one target; more requests than that wait for one. */
const MOST_CONNECTIONS = 128;
/** Azure's load balancers drop idle connections silently after 4 minutes. */
const IDLE_MS = 60_000;

/**
 * Creates the relay to the bot, over connections that are kept.
 *
 * `node:http` rather than `fetch`: fetch adds headers of its own (accept-language, sec-fetch-mode), unpacks
 * compressed answers, and cannot tell a kept connection that the bot closed from a bot that is down.
 * Shape: request → the bot's answer | timeout | unreachable.  Units: ms, bytes.  Errors: none.
 * Effects: one POST with the same bytes; one more when a kept connection turned out to be closed. Redirects are
 * answers and are not followed.
 */
export function createBotRelay(dependencies: BotRelayDependencies): BotRelay {
  const { clock, timeoutMs, policyTimeoutMs, maximumAnswerBytes = 1024 * 1024 } = dependencies;
  const post = createPost(dependencies);
  return {
    async send({ body, headers, query, isPolicyRecording }) {
      const limit = timeoutSignal(clock, isPolicyRecording ? policyTimeoutMs : timeoutMs);
      const sent = {
        ...toRelayedHeaders(headers),
        'accept-encoding': 'identity',
        'content-length': String(body.byteLength),
      };
      try {
        const url = toRelayUrl(dependencies.url, query);
        const response = await post(url, body, { headers: sent, signal: limit.signal });
        return await readAnswer(response, url, maximumAnswerBytes);
      } catch (error) {
        if (limit.signal.aborted) return { kind: 'timeout' };
        return { kind: 'unreachable', detail: networkCode(error) };
      } finally {
        limit.dispose();
      }
    },
  };
}

type Post = (url: string, body: Uint8Array, options: RequestOptions) => Promise<IncomingMessage>;

/**
 * POSTs over kept connections. The bot may close one at any time, and a request then fails that was never read: it is
 * sent once more over a connection of its own.
 * Sources: https://nodejs.org/api/http.html#requestreusedsocket and #built-in-proxy-support
 */
function createPost({ url: botUrl }: BotRelayDependencies): Post {
  const { Agent, request } = botUrl.startsWith('https:') ? https : http;
  // Node tells its own agents of the proxies when it is to use them, and no other.
  const { proxyEnv } = https.globalAgent.options;
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS, timeout: IDLE_MS, proxyEnv });

  const post = (url: string, body: Uint8Array, options: RequestOptions, connections: typeof agent) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      let isAnswered = false;
      const outgoing = request(url, { ...options, method: 'POST', agent: connections }, (response) => {
        isAnswered = true;
        resolve(response);
      });
      outgoing.on('error', (error) => {
        const wasClosed = outgoing.reusedSocket && !isAnswered && /^(?:ECONNRESET|EPIPE)$/.test(networkCode(error));
        if (wasClosed) resolve(post(url, body, options, new Agent({ proxyEnv })));
        else reject(error);
      });
      outgoing.end(body);
    });
  return (url, body, options) => post(url, body, options, agent);
}

async function readAnswer(response: IncomingMessage, url: string, maximumBytes: number): Promise<RelayAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early closes the connection.
  for await (const chunk of response) {
    length += chunk.byteLength;
    if (length > maximumBytes) return { kind: 'unreachable', detail: 'answerTooLarge' };
    chunks.push(chunk);
  }
  const { statusCode: status = 0, headers } = response;
  if (status < 200 || status > 599) return { kind: 'unreachable', detail: 'invalidStatus' };
  const { 'content-type': contentType, location, 'retry-after': retryAfter } = headers;
  return {
    kind: 'answered',
    status,
    body: Buffer.concat(chunks),
    ...(contentType === undefined ? {} : { contentType }),
    ...(location === undefined ? {} : { location: toAbsolute(location, url) }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** Graph would look for a relative target on our host. */
function toAbsolute(location: string, base: string): string {
  return URL.canParse(location) || !URL.canParse(location, base) ? location : new URL(location, base).href;
}
