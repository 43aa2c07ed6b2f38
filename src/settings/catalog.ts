/** One environment variable: what the README, the sample, the infrastructure and the parser must agree on. */
export interface SettingDescription {
  readonly name: string;
  /** `host`: read by the Functions host too, which has further forms of it. */
  readonly owner: 'app' | 'host';
  /** `true`, `false`, or the circumstance that makes it necessary. */
  readonly required: boolean | string;
  /** What holds when it is absent or blank, as it would be written. */
  readonly default?: string;
  readonly description: string;
  readonly example: string;
  /** Its value must never be printed. */
  readonly secret?: true;
}

/** Every setting the app reads. */
export const SETTING_NAMES = [
  {
    name: 'BOT_APP_ID',
    owner: 'app',
    required: true,
    description: "The bot's application (client) id: the audience of Graph's callback tokens.",
    example: '11111111-2222-3333-4444-555555555555',
  },
  {
    name: 'BOT_TENANT_ID',
    owner: 'app',
    required: true,
    description: "The bot's home tenant.",
    example: '66666666-7777-8888-9999-000000000000',
  },
  {
    name: 'ALLOWED_TENANT_IDS',
    owner: 'app',
    required: false,
    default: 'the home tenant',
    description: 'Tenants whose calls are taken, separated by commas; * = any tenant.',
    example: '66666666-7777-8888-9999-000000000000,aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  },
  {
    name: 'BOT_CREDENTIAL',
    owner: 'app',
    required: false,
    default: 'managedIdentityFederation',
    description:
      'managedIdentityFederation, clientCertificate, clientSecret, managedIdentity, ' +
      'or localDevelopment (a fake token, for a simulated Graph on this machine).',
    example: 'managedIdentityFederation',
  },
  {
    name: 'BOT_CLIENT_SECRET',
    owner: 'app',
    required: 'BOT_CREDENTIAL is clientSecret',
    description: "The bot's client secret.",
    example: '@Microsoft.KeyVault(VaultName=my-vault;SecretName=bot-client-secret)',
    secret: true,
  },
  {
    name: 'BOT_CERTIFICATE_PATH',
    owner: 'app',
    required: 'BOT_CREDENTIAL is clientCertificate, unless BOT_CERTIFICATE_PEM is set',
    description: 'Of a PEM file with certificate and private key.',
    example: '/var/ssl/private/bot.pem',
  },
  {
    name: 'BOT_CERTIFICATE_PEM',
    owner: 'app',
    required: 'BOT_CREDENTIAL is clientCertificate, unless BOT_CERTIFICATE_PATH is set',
    description: 'Certificate and private key in PEM; line ends may be written as \\n.',
    example: '@Microsoft.KeyVault(VaultName=my-vault;SecretName=bot-certificate)',
    secret: true,
  },
  {
    name: 'MANAGED_IDENTITY_CLIENT_ID',
    owner: 'app',
    required: 'BOT_CREDENTIAL is managedIdentityFederation or managedIdentity',
    description: 'The user-assigned managed identity that stands for the bot.',
    example: 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff',
  },
  {
    name: 'GRAPH_CLOUD',
    owner: 'app',
    required: false,
    default: 'global',
    description: 'The Graph cloud: global, usgov (GCC High) or usgovdod (DoD).',
    example: 'global',
  },
  {
    name: 'GRAPH_BASE_URL',
    owner: 'app',
    required: false,
    default: "v1.0 of the cloud's Graph",
    description: 'Another Graph endpoint, API version included; https unless on this machine.',
    example: 'http://127.0.0.1:7072/v1.0',
  },
  {
    name: 'CALLBACK_OPENID_METADATA_URL',
    owner: 'app',
    required: 'GRAPH_CLOUD is not global',
    default: 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration',
    description: "OpenID metadata that names the keys of Graph's callback tokens.",
    example: 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration',
  },
  {
    name: 'CALLBACK_TOKEN_ISSUERS',
    owner: 'app',
    required: 'GRAPH_CLOUD is not global',
    default: 'https://graph.microsoft.com,https://api.botframework.com',
    description: "Issuers of Graph's callback tokens, separated by commas.",
    example: 'https://graph.microsoft.com,https://api.botframework.com',
  },
  {
    name: 'KEEPALIVE_INTERVAL_SECONDS',
    owner: 'app',
    required: false,
    default: '900',
    description: 'From one successful keepAlive to the next: 60 to 2100; from 3 when Graph is on this machine.',
    example: '900',
  },
  {
    name: 'KEEPALIVE_TIME_SCALE',
    owner: 'app',
    required: false,
    default: '1',
    description: 'Divides every duration of the keepalive loop; only when Graph is on this machine.',
    example: '1',
  },
  {
    name: 'GRAPH_MAX_REQUESTS_PER_SECOND',
    owner: 'app',
    required: false,
    default: '50',
    description: 'Bound on keepAlives a second when many calls are rescued at once.',
    example: '50',
  },
  {
    name: 'MAX_CALL_HOURS',
    owner: 'app',
    required: false,
    default: 'no limit',
    description: 'Gives up a call of this age.',
    example: '24',
  },
  {
    name: 'HANG_UP_WHEN_ALONE_MINUTES',
    owner: 'app',
    required: false,
    default: 'no limit',
    description:
      'Hangs up when rosters have said for so long, and Graph confirms, that only the bot is left; up to 5 minutes late.',
    example: '15',
  },
  {
    name: 'HANG_UP_COUNTS_APPLICATIONS',
    owner: 'app',
    required: false,
    default: 'false',
    description: 'true: with another application in the call the bot is not alone.',
    example: 'true',
  },
  {
    name: 'CALL_RETENTION_DAYS',
    owner: 'app',
    required: false,
    default: '7',
    description: 'Ended calls and their instances are purged after this time.',
    example: '7',
  },
  {
    name: 'BOT_NOTIFICATION_URL',
    owner: 'app',
    required: false,
    default: 'no relay',
    description: 'Every notification is relayed to this endpoint of the bot, whose answer goes back to Graph.',
    example: 'https://bot.example.com/api/calls',
  },
  {
    name: 'RELAY_TIMEOUT_SECONDS',
    owner: 'app',
    required: false,
    default: '10',
    description: 'How long the bot may take to answer a relayed notification.',
    example: '10',
  },
  {
    name: 'RELAY_POLICY_TIMEOUT_SECONDS',
    owner: 'app',
    required: false,
    default: '3',
    description: 'The same for policy-based recording, where Graph waits less.',
    example: '3',
  },
  {
    name: 'CALL_ENDED_WEBHOOK_URL',
    owner: 'app',
    required: false,
    default: 'no webhook',
    description: 'Told when a call has ended, in the Standard Webhooks format.',
    example: 'https://bot.example.com/api/call-ended',
  },
  {
    name: 'CALL_ENDED_WEBHOOK_SECRET',
    owner: 'app',
    required: 'CALL_ENDED_WEBHOOK_URL is set',
    description: 'Signs that webhook: whsec_ and 24 to 64 random bytes in base64, as Standard Webhooks asks.',
    example: 'the output of: echo "whsec_$(openssl rand -base64 32)"',
    secret: true,
  },
  {
    name: 'AzureWebJobsStorage',
    owner: 'host',
    required: 'no AzureWebJobsStorage__accountName or AzureWebJobsStorage__tableServiceUri is set',
    description: 'Storage account as a connection string.',
    example: 'UseDevelopmentStorage=true',
    secret: true,
  },
  {
    name: 'AzureWebJobsStorage__accountName',
    owner: 'host',
    required: false,
    description: 'Storage account in the public cloud, reached with an identity.',
    example: 'mystorageaccount',
  },
  {
    name: 'AzureWebJobsStorage__tableServiceUri',
    owner: 'host',
    required: false,
    description: 'Table endpoint of the storage account, reached with an identity.',
    example: 'https://mystorageaccount.table.core.windows.net',
  },
  {
    name: 'AzureWebJobsStorage__credential',
    owner: 'host',
    required: false,
    description: 'managedidentity, the only kind that is understood.',
    example: 'managedidentity',
  },
  {
    name: 'AzureWebJobsStorage__clientId',
    owner: 'host',
    required: false,
    description: 'Client id of the user-assigned identity that reads the storage account.',
    example: 'bbbbbbbb-cccc-dddd-eeee-ffffffffffff',
  },
  {
    name: 'HubStorage__tableServiceUri',
    owner: 'host',
    required: false,
    default: 'orchestrations lie in AzureWebJobsStorage',
    description: 'Table endpoint of an account of its own for the orchestrations; blobs, queues and identity likewise.',
    example: 'https://myhubaccount.table.core.windows.net',
  },
  {
    name: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING',
    owner: 'host',
    required: false,
    default: 'orchestrations lie in Azure Storage',
    description:
      'Durable Task Scheduler that keeps the orchestrations, for a package made with --backend durableTaskScheduler.',
    example:
      'Endpoint=https://my-scheduler.westeurope.durabletask.io;Authentication=ManagedIdentity;ClientID=bbbbbbbb-cccc-dddd-eeee-ffffffffffff',
  },
] as const satisfies readonly SettingDescription[];

export type SettingName = (typeof SETTING_NAMES)[number]['name'];
