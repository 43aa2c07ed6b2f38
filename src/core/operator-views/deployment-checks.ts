import type { EngineStore } from './engine-store.ts';

/** One thing that must be right for calls to be kept alive. */
export interface DeploymentCheck {
  readonly name: 'settings' | 'token' | 'graph' | 'clock' | 'callbackKeys' | 'callIds' | 'table' | 'engine';
  readonly result: 'ok' | 'warning' | 'failed';
  /** What was found, as a sentence. Never a secret, a token or a body. */
  readonly detail: string;
  /** What to do about it; absent when all is well. */
  readonly remedy?: string;
}

/** What came of asking for a token in the home tenant. */
export type TokenProbe =
  | { readonly kind: 'token'; readonly tenantId: string; readonly roles: readonly string[] | undefined }
  | { readonly kind: 'failed'; readonly tenantId: string; readonly code: string };

/** What came of one request to Graph without a token. */
export type GraphProbe =
  | {
      readonly kind: 'answered';
      readonly origin: string;
      readonly status: number;
      readonly aheadMs: number | undefined;
    }
  | { readonly kind: 'failed'; readonly origin: string; readonly code: string };

/** What came of fetching the keys that sign Graph's notifications. */
export type CallbackKeysProbe =
  | { readonly kind: 'keys'; readonly host: string; readonly count: number }
  | { readonly kind: 'failed'; readonly host: string; readonly code: string };

/** What the loop was told, as far as it can be told unwisely. */
export interface DoctorSettings {
  readonly intervalMs: number;
  readonly maximumGapMs: number;
}

const ok = (name: DeploymentCheck['name'], detail: string): DeploymentCheck => ({ name, result: 'ok', detail });

export function checkSettings({ intervalMs, maximumGapMs }: DoctorSettings): DeploymentCheck {
  const detail = `All settings can be used; a keepAlive every ${intervalMs / 1_000} s, and Graph holds a call for ${maximumGapMs / 1_000} s.`;
  if (intervalMs * 1.5 <= maximumGapMs) return ok('settings', detail);
  const remedy =
    'KEEPALIVE_INTERVAL_SECONDS leaves little time to repeat a keepAlive that fails. Graph recommends 900, every 15 minutes.';
  return { name: 'settings', result: 'warning', detail, remedy };
}

/** Entra gives a token to an application that nobody has consented to; Graph then refuses it with 7504. */
export function checkToken(probe: TokenProbe): DeploymentCheck {
  if (probe.kind === 'failed') {
    const detail = `Entra gives no token in tenant ${probe.tenantId} (${probe.code}).`;
    return { name: 'token', result: 'failed', detail, remedy: toTokenRemedy(probe.code) };
  }
  const { tenantId, roles } = probe;
  if (roles === undefined)
    return ok('token', `There is a token for tenant ${tenantId}; its permissions cannot be read.`);
  const calls = roles.filter((role) => role.startsWith('Calls.'));
  if (calls.length > 0) return ok('token', `There is a token for tenant ${tenantId} with ${calls.join(', ')}.`);
  const remedy = `Give the bot's application the permission Calls.Initiate.All, or another Calls.*.All, and have an administrator of tenant ${tenantId} consent to it.`;
  return {
    name: 'token',
    result: 'failed',
    detail: `The token for tenant ${tenantId} holds no Calls permission.`,
    remedy,
  };
}

export function checkGraph(probe: GraphProbe): DeploymentCheck {
  const { origin } = probe;
  if (probe.kind === 'answered' && probe.status < 500) return ok('graph', `${origin} answers.`);
  return {
    name: 'graph',
    result: 'failed',
    detail:
      probe.kind === 'answered' ? `${origin} answers ${probe.status}.` : `${origin} cannot be reached (${probe.code}).`,
    remedy:
      'Check GRAPH_CLOUD and GRAPH_BASE_URL, and that a firewall or virtual network lets the app out to port 443. Graph may also be down.',
  };
}

const MINUTE_MS = 60_000;

/** Graph's Date header tells whole seconds. Tokens are valid from and until instants, with 5 minutes of tolerance. */
export function checkClock(probe: GraphProbe): DeploymentCheck | undefined {
  if (probe.kind === 'failed' || probe.aheadMs === undefined) return undefined;
  const seconds = Math.round(Math.abs(probe.aheadMs) / 1_000);
  if (seconds <= 1) return ok('clock', "The clock of the app agrees with Graph's.");
  const detail = `The clock of the app is ${seconds} s ${probe.aheadMs > 0 ? 'behind' : 'ahead of'} Graph's.`;
  if (seconds <= 30) return ok('clock', detail);
  const remedy =
    'Set the clock of the machine that the app runs on: callback tokens are refused when it is 5 minutes off.';
  return { name: 'clock', result: seconds * 1_000 < 4 * MINUTE_MS ? 'warning' : 'failed', detail, remedy };
}

export function checkCallbackKeys(probe: CallbackKeysProbe): DeploymentCheck {
  if (probe.kind === 'keys') {
    return ok('callbackKeys', `${probe.host} gives ${probe.count} key(s) for the tokens of Graph's notifications.`);
  }
  return {
    name: 'callbackKeys',
    result: 'failed',
    detail: `The keys for the tokens of Graph's notifications cannot be had from ${probe.host} (${probe.code}).`,
    remedy:
      'Check CALLBACK_OPENID_METADATA_URL, and that a firewall lets the app out to that host. Without the keys every notification is refused.',
  };
}

/** Undefined when all is well. Counted by the process that is asked, since its start. */
export function checkCallIds(unknownIds: number): DeploymentCheck | undefined {
  if (unknownIds === 0) return undefined;
  const detail = `Notifications with ids of an unknown form: ${unknownIds}. They told of calls that nobody keeps alive.`;
  const remedy =
    'Graph gives calls ids that are no GUIDs. Look for a release of this app that knows them; until then let the bot send keepAlive itself.';
  return { name: 'callIds', result: 'failed', detail, remedy };
}

export function checkTable(problem: string | undefined): DeploymentCheck {
  const remedy =
    "Check AzureWebJobsStorage, the app's role Storage Table Data Contributor, and the firewall of the storage account.";
  if (problem === undefined) return ok('table', 'The table of calls answers.');
  return { name: 'table', result: 'failed', detail: `The table of calls does not answer: ${problem}`, remedy };
}

export function checkEngine(store: EngineStore, problem: string | undefined): DeploymentCheck {
  if (problem === undefined) return ok('engine', `The durable engine answers${PLACES[store]}.`);
  const roles =
    store === 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
      ? "the app's role Durable Task Data Contributor on the task hub, that the package was made with --backend durableTaskScheduler,"
      : "the app's roles for blobs, queues and tables,";
  const remedy = `Check ${store}, ${roles} and the Durable extension in the host log.`;
  return { name: 'engine', result: 'failed', detail: `The durable engine does not answer: ${problem}`, remedy };
}

const PLACES: Readonly<Record<EngineStore, string>> = {
  AzureWebJobsStorage: '',
  HubStorage__tableServiceUri: ' in a storage account of its own',
  DURABLE_TASK_SCHEDULER_CONNECTION_STRING: ' on the Durable Task Scheduler',
};

const FEDERATION =
  "Compare the federated credential of the bot's application with issuer, subject and audience in docs/deploy.md, step 4.";

/** Source: https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const TOKEN_REMEDIES: ReadonlyMap<string, string> = new Map([
  ['AADSTS7000215', "BOT_CLIENT_SECRET is not a secret of the bot: it must be the secret's value, not its id."],
  ['AADSTS7000222', "The bot's client secret has expired: make a new one and set BOT_CLIENT_SECRET."],
  ['AADSTS700027', "The certificate is not among those of the bot's application, or has expired."],
  [
    'AADSTS700016',
    'That tenant does not know the application: check BOT_APP_ID and BOT_TENANT_ID, and consent to it there.',
  ],
  [
    'AADSTS7000229',
    'The application has no service principal in that tenant: run az ad sp create --id BOT_APP_ID there.',
  ],
  ['AADSTS90002', 'There is no such tenant in this cloud: check BOT_TENANT_ID and GRAPH_CLOUD.'],
  ['AADSTS900382', 'The application is of another cloud: check GRAPH_CLOUD.'],
  ['AADSTS500011', 'That tenant does not know this Graph: check GRAPH_CLOUD and GRAPH_BASE_URL.'],
  ['AADSTS70021', FEDERATION],
  ['AADSTS700211', FEDERATION],
  ['AADSTS700212', FEDERATION],
  ['AADSTS700213', FEDERATION],
  [
    'CredentialUnavailableError',
    'The app has no such managed identity: assign the user-assigned identity to the Function App, and give its client id as MANAGED_IDENTITY_CLIENT_ID.',
  ],
]);

function toTokenRemedy(code: string): string {
  const known = TOKEN_REMEDIES.get(code);
  if (known !== undefined) return known;
  if (code.startsWith('AADSTS'))
    return `Look up the code: https://login.microsoftonline.com/error?code=${code.slice(6)}`;
  if (code === 'timeout' || /^E[A-Z_]+$/.test(code) || code === 'UND_ERR_CONNECT_TIMEOUT') {
    return 'Entra cannot be reached: check that a firewall or virtual network lets the app out to login.microsoftonline.com (.us in US Gov clouds).';
  }
  return 'Check BOT_CREDENTIAL and what goes with it.';
}
