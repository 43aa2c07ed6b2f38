import type { BotCloud } from '../adapters/bot-credential.ts';
import { graphUrl, isLoopbackUrl, issuers, oneOf, safeUrl, wholeNumber } from './formats.ts';
import type { SettingReader } from './reader.ts';

export interface GraphSettings {
  readonly cloud: BotCloud;
  /** Ends in the API version, without a slash: `https://graph.microsoft.com/v1.0`. */
  readonly baseUrl: string;
  /** The origins under which a notification may name its call: the cloud's own and that of `baseUrl`. */
  readonly origins: readonly string[];
  /** Of the bot's tokens: `https://graph.microsoft.com/.default`. */
  readonly scope: string;
  /** Graph is simulated on this very machine. */
  readonly isLoopback: boolean;
  /** For rescues of many calls at once. */
  readonly maximumRequestsPerSecond: number;
}

export interface CallbackTokenSettings {
  readonly metadataUrl: string;
  readonly issuers: readonly string[];
}

/** Unscaled, fit for `toKeepaliveLimits`. */
export interface KeepaliveSettings {
  readonly intervalMs: number;
  readonly timeScale: number;
  readonly maximumCallHours?: number;
}

/** Source: https://learn.microsoft.com/graph/deployments */
const graphOrigins: Readonly<Record<BotCloud, string>> = {
  global: 'https://graph.microsoft.com',
  usgov: 'https://graph.microsoft.us',
  usgovdod: 'https://dod-graph.microsoft.us',
};

/** Source: https://learn.microsoft.com/microsoftteams/platform/bots/calls-and-meetings/call-notifications */
const globalCallbackTokens: CallbackTokenSettings = {
  metadataUrl: 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration',
  issuers: ['https://graph.microsoft.com', 'https://api.botframework.com'],
};

/** Undefined, with problems, when it is not known which Graph is meant; rules that depend on it then keep silent. */
export function readGraph(reader: SettingReader): GraphSettings | undefined {
  const cloud = readCloud(reader);
  const override = reader.optional('GRAPH_BASE_URL', graphUrl);
  const maximumRequestsPerSecond = reader.optional('GRAPH_MAX_REQUESTS_PER_SECOND', wholeNumber(1, 1_000)) ?? 50;
  if (cloud === undefined || (override === undefined && reader.has('GRAPH_BASE_URL'))) return undefined;
  const origin = graphOrigins[cloud];
  const baseUrl = override ?? `${origin}/v1.0`;
  return {
    cloud,
    baseUrl,
    origins: [...new Set([origin, new URL(baseUrl).origin])],
    scope: `${origin}/.default`,
    isLoopback: isLoopbackUrl(baseUrl),
    maximumRequestsPerSecond,
  };
}

function readCloud(reader: SettingReader): BotCloud | undefined {
  if (!reader.has('GRAPH_CLOUD')) return 'global';
  const cloud = reader.optional('GRAPH_CLOUD', oneOf(['global', 'usgov', 'usgovdod', 'china']));
  if (cloud !== 'china') return cloud;
  reader.refuse('GRAPH_CLOUD', 'cannot be china: keepAlive is not offered by Graph in China (operated by 21Vianet)');
  return undefined;
}

/** Microsoft publishes these values for the global cloud only, so the others must name theirs. */
export function readCallbackToken(
  reader: SettingReader,
  graph: GraphSettings | undefined,
): CallbackTokenSettings | undefined {
  if (graph === undefined || graph.cloud === 'global') {
    return {
      metadataUrl: reader.optional('CALLBACK_OPENID_METADATA_URL', safeUrl) ?? globalCallbackTokens.metadataUrl,
      issuers: reader.optional('CALLBACK_TOKEN_ISSUERS', issuers) ?? globalCallbackTokens.issuers,
    };
  }
  const because = `it is not published for GRAPH_CLOUD ${graph.cloud}; ask Microsoft for the value of your cloud`;
  const metadataUrl = reader.required('CALLBACK_OPENID_METADATA_URL', safeUrl, because);
  const named = reader.required('CALLBACK_TOKEN_ISSUERS', issuers, because);
  return metadataUrl === undefined || named === undefined ? undefined : { metadataUrl, issuers: named };
}

/** Short intervals and scaled time would burden the real Graph and end real calls, so they need a simulated one. */
export function readKeepalive(reader: SettingReader, graph: GraphSettings | undefined): KeepaliveSettings {
  const isReal = graph?.isLoopback === false;
  const seconds = isReal ? wholeNumber(60, 2_100) : wholeNumber(3, 2_100);
  const intervalSeconds = reader.optional('KEEPALIVE_INTERVAL_SECONDS', seconds) ?? 900;
  const timeScale = reader.optional('KEEPALIVE_TIME_SCALE', wholeNumber(1, 2_700)) ?? 1;
  if (timeScale !== 1 && isReal) {
    reader.refuse(
      'KEEPALIVE_TIME_SCALE',
      'must be 1 unless GRAPH_BASE_URL points to a simulated Graph on this machine',
    );
  }
  const maximumCallHours = reader.optional('MAX_CALL_HOURS', wholeNumber(1, 8_760));
  return {
    intervalMs: intervalSeconds * 1_000,
    timeScale,
    ...(maximumCallHours === undefined ? {} : { maximumCallHours }),
  };
}
