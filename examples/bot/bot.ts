// A complete small bot: it answers an incoming call, plays nothing, and hangs up. Its notifications come through the
// relay of the keepalive app, which keeps the call alive meanwhile. Run it with `npm run example-bot`.
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const {
  PORT = '3978',
  BOT_APP_ID = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b',
  BOT_CLIENT_SECRET,
  // In production https://graph.microsoft.com/v1.0 and https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration.
  GRAPH_BASE_URL = 'http://127.0.0.1:7072/v1.0',
  CALLBACK_OPENID_METADATA_URL = 'http://127.0.0.1:7072/v1/.well-known/OpenIdConfiguration',
  CALLBACK_TOKEN_ISSUERS = 'https://graph.microsoft.com,https://api.botframework.com',
  /** Where the rest of a call's notifications go: to the keepalive app, which relays them to this bot. */
  CALLBACK_URI = 'http://127.0.0.1:7071/api/notifications',
  HANG_UP_AFTER_SECONDS = '20',
} = process.env;

interface Notification {
  readonly resource?: string;
  readonly resourceUrl?: string;
  readonly resourceData?: { readonly state?: string; readonly tenantId?: string };
}

createServer(async (request, response) => {
  response.writeHead(await receive(request).catch(toStatus)).end();
})
  .on('error', (error) => {
    console.error(
      `The bot cannot listen on port ${PORT} (${error.message}). Choose another: PORT=3979 npm run example-bot`,
    );
    process.exitCode = 1;
  })
  .listen(Number(PORT), '127.0.0.1', () => console.log(`The bot listens on http://127.0.0.1:${PORT}/api/calls`));

/** Graph waits for a call's answer for 15 s, but not in here: the notification itself is accepted at once. */
async function receive(request: IncomingMessage): Promise<number> {
  const tenantId = await verifyToken(request.headers.authorization ?? '');
  const { value = [] } = (await json(request)) as { readonly value?: readonly Notification[] };
  for (const { resource, resourceUrl, resourceData } of value) {
    // Participants, operations and the like have longer paths.
    const [, callId] = /\/calls\/([^/]+)$/.exec(resource ?? resourceUrl ?? '') ?? [];
    const state = resourceData?.state?.toLowerCase();
    if (callId === undefined || state === undefined) continue;
    console.log(`call ${callId}: ${state}`);
    if (state === 'incoming') void callGraph('POST', `${callId}/answer`, tenantId, ANSWER);
    if (state === 'established') setTimeout(() => void callGraph('DELETE', callId, tenantId), hangUpAfterMs);
  }
  return 202;
}

const hangUpAfterMs = Number(HANG_UP_AFTER_SECONDS) * 1_000;
const ANSWER = {
  callbackUri: CALLBACK_URI,
  mediaConfig: { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' },
  acceptedModalities: ['audio'],
};

/** Who calls, and for which tenant? Only the Graph that signs with the keys that its metadata name. */
async function verifyToken(authorization: string): Promise<string> {
  const token = authorization.replace(/^Bearer +/i, '');
  const options = {
    audience: BOT_APP_ID,
    issuer: CALLBACK_TOKEN_ISSUERS.split(','),
    algorithms: ['RS256'],
    clockTolerance: '5 min',
  };
  const { payload } = await jwtVerify(token, await signingKeys(), options);
  return String(payload.tid ?? payload['http://schemas.microsoft.com/identity/claims/tenantid']);
}

let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
async function signingKeys() {
  const metadata = async () =>
    (await fetch(CALLBACK_OPENID_METADATA_URL, { signal: AbortSignal.timeout(5_000) })).json();
  keys ??= createRemoteJWKSet(new URL(((await metadata()) as { jwks_uri: string }).jwks_uri));
  return keys;
}

/** A notification may come twice, so a second answer or hang-up is refused by Graph: nothing to worry about. */
async function callGraph(method: string, path: string, tenantId: string, body?: object): Promise<void> {
  try {
    const headers = { authorization: `Bearer ${await graphToken(tenantId)}`, 'content-type': 'application/json' };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const signal = AbortSignal.timeout(10_000);
    const url = `${GRAPH_BASE_URL}/communications/calls/${path}`;
    const { status } = await fetch(url, { method, headers, signal, ...content });
    console.log(`${method} /communications/calls/${path}: ${status}`);
  } catch (error) {
    console.error(`${method} /communications/calls/${path} failed: ${String(error)}`);
  }
}

/** The simulated Graph takes any token. */
async function graphToken(tenantId: string): Promise<string> {
  if (BOT_CLIENT_SECRET === undefined) return 'any';
  const grant = { grant_type: 'client_credentials', client_id: BOT_APP_ID, client_secret: BOT_CLIENT_SECRET };
  const body = new URLSearchParams({ ...grant, scope: `${new URL(GRAPH_BASE_URL).origin}/.default` });
  const url = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;
  const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`no token for tenant ${tenantId}: HTTP ${answer.status}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** What does not verify is none of Graph's; all else is the bot's own trouble. */
function toStatus(error: unknown): number {
  console.error(`notification refused: ${String(error)}`);
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_J') ? 401 : 500;
}
