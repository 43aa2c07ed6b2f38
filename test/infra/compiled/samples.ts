import type { PredictedResource } from './bicep-session.ts';
import type { compiledRules } from './compiled-rules.ts';
import { CANARY } from './deployments.ts';
import { expressionObject } from './expression-object.ts';
import type { Choice } from './pairwise.ts';

type Resources = readonly PredictedResource[];

/** How a deployment could be wrong, and what its rule must say then. */
interface CompiledSample {
  readonly rule: keyof typeof compiledRules;
  readonly broken: string;
  readonly where: Choice;
  readonly breaks: (resources: Resources) => Resources;
  readonly finding: RegExp;
}

export const compiledSamples: readonly CompiledSample[] = [
  {
    rule: 'every role has the scope it needs, and there is no other role',
    broken: 'the whole group is open to the identity',
    where: {},
    breaks: (all) =>
      all.map((resource) => ({ ...resource, id: resource.id.replace(/\/storageAccounts\/\w+', 'M/, "', 'M") })),
    finding: /not expected: id Storage Blob Data Owner on/,
  },
  {
    rule: 'every role has the scope it needs, and there is no other role',
    broken: 'a role is not given',
    where: { botCredential: 'clientSecret' },
    breaks: (all) => all.filter(({ id }) => !/roleAssignments.*Vault/i.test(id)),
    finding: /missing: id Key Vault Secrets User/,
  },
  {
    rule: 'the site gets every setting, with a value where one is required',
    broken: 'a setting is forgotten',
    where: {},
    breaks: (all) => withSettings(all, ({ BOT_TENANT_ID: _, ...others }) => others),
    finding: /missing: BOT_TENANT_ID/,
  },
  {
    rule: 'the site gets every setting, with a value where one is required',
    broken: "the cloud's issuers are left empty",
    where: { graphCloud: 'usgov' },
    breaks: (all) => withSettings(all, (settings) => ({ ...settings, CALLBACK_TOKEN_ISSUERS: '' })),
    finding: /CALLBACK_TOKEN_ISSUERS is empty/,
  },
  {
    rule: 'the backend is made where it is chosen, and its hub is the one of host.json',
    broken: 'the task hub has another name',
    where: { backend: 'durableTaskScheduler' },
    breaks: (all) => all.map((resource) => ({ ...resource, name: resource.name.replace('CallKeepalive', 'Other') })),
    finding: /missing: CallKeepalive/,
  },
  {
    rule: 'the backend is made where it is chosen, and its hub is the one of host.json',
    broken: 'the dear one is taken unasked',
    where: { backend: 'durableTaskScheduler' },
    breaks: (all) =>
      all.map((resource) =>
        resource.type === 'Microsoft.DurableTask/schedulers'
          ? { ...resource, properties: { sku: { name: 'Consumption' } } }
          : resource,
      ),
    finding: /not Dedicated/,
  },
  {
    rule: 'the backend is made where it is chosen, and its hub is the one of host.json',
    broken: 'nobody would see that partitions change',
    where: { backend: 'storage', hubAccount: 'own' },
    breaks: (all) => all.map((resource) => ({ ...resource, tags: {} })),
    finding: /missing: sthub 8/,
  },
  {
    rule: 'the package lies where only its own identity writes, and every version of it is kept for a while',
    broken: 'the app fetches it with its own identity',
    where: {},
    breaks: (all) => JSON.parse(JSON.stringify(all).replaceAll('id-deploy-', 'id-')),
    finding: /the app may write it/,
  },
  {
    rule: 'the package lies where only its own identity writes, and every version of it is kept for a while',
    broken: 'versions are off',
    where: {},
    breaks: (all) => all.filter(({ type }) => !type.endsWith('/blobServices')),
    finding: /no version/,
  },
  ...(
    [
      ['an account stays open', { publicNetworkAccess: 'Disabled' }, { publicNetworkAccess: 'Enabled' }, /st is open/],
      ['the app is closed', { publicNetworkAccess: 'Enabled' }, { publicNetworkAccess: 'Disabled' }, /Teams cannot/],
    ] as const
  ).map(
    ([broken, from, to, finding]): CompiledSample => ({
      rule: 'in a private network everything is closed but the way in, and the app reaches each part by an endpoint',
      broken,
      where: { privateNetwork: true },
      breaks: (all) => JSON.parse(JSON.stringify(all).replaceAll(part(from), part(to))),
      finding,
    }),
  ),
  {
    rule: 'in a private network everything is closed but the way in, and the app reaches each part by an endpoint',
    broken: 'the queues cannot be reached',
    where: { privateNetwork: true, backend: 'storage' },
    breaks: (all) => all.filter(({ name }) => !/^pe-(app|hub)-queue/.test(name)),
    finding: /missing: pe-(app|hub)-queue/,
  },
  {
    rule: 'over zones, and for rolling updates, there are two of each; storage and scheduler are redundant too',
    broken: 'one instance is kept ready',
    where: { rollingUpdate: true },
    breaks: (all) => JSON.parse(JSON.stringify(all).replaceAll('"instanceCount":2', '"instanceCount":1')),
    finding: /missing: durable 2/,
  },
  {
    rule: 'over zones, and for rolling updates, there are two of each; storage and scheduler are redundant too',
    broken: 'storage lies in one zone',
    where: { zoneRedundant: true },
    breaks: (all) => JSON.parse(JSON.stringify(all).replaceAll('Standard_ZRS', 'Standard_LRS')),
    finding: /missing: Standard_ZRS/,
  },
  {
    rule: 'over zones, and for rolling updates, there are two of each; storage and scheduler are redundant too',
    broken: 'the plan lies in one zone',
    where: { zoneRedundant: true },
    breaks: (all) => all.filter(({ type }) => type !== 'Microsoft.Web/serverfarms'),
    finding: /the plan lies in one zone/,
  },
  {
    rule: 'the site is hardened, and what holds code or secrets tells the workspace who was there',
    broken: 'nobody is told',
    where: { botCredential: 'clientSecret' },
    breaks: (all) => all.filter(({ type }) => type !== 'Microsoft.Insights/diagnosticSettings'),
    finding: /missing: vaults\/kv/,
  },
  {
    rule: 'the site is hardened, and what holds code or secrets tells the workspace who was there',
    broken: 'the health check has no path',
    where: {},
    breaks: (all) => JSON.parse(JSON.stringify(all).replaceAll('/api/health', '')),
    finding: /healthCheckPath is/,
  },
  {
    rule: 'a vault is made for those who need one, and its item is what the setting refers to',
    broken: 'there is no vault',
    where: { botCredential: 'clientCertificate' },
    breaks: (all) => all.filter(({ type }) => type !== 'Microsoft.KeyVault/vaults'),
    finding: /VaultName=undefined/,
  },
  {
    rule: 'the bot is made on demand, and calls the app',
    broken: 'it is not made',
    where: { deployBot: true },
    breaks: (all) => all.filter(({ type }) => !type.startsWith('Microsoft.BotService')),
    finding: /the bot calls undefined/,
  },
  ...(
    [
      [
        'an alert has no receiver',
        /"actionGroups":\[[^\]]*\]/g,
        '"actionGroups":[]',
        /alert-keepalive-missed tells nobody/,
      ],
      ['an alert is not made', /alert-callback-401/g, 'alert-other', /missing: alert-callback-401/],
      [
        'the webhook is forgotten',
        /"webhookReceivers":\[[^\]]*\]/g,
        '"webhookReceivers":[]',
        /a receiver is forgotten/,
      ],
      ['one instance is enough', /"threshold":\d+(?=,"skip)/g, '"threshold":0', /nobody counts/],
    ] as const
  ).map(
    ([broken, from, to, finding]): CompiledSample => ({
      rule: 'every alert reaches every receiver, and fewer instances than are kept ready are an alert',
      broken,
      where: {},
      breaks: (all) => JSON.parse(JSON.stringify(all).replaceAll(from, to)),
      finding,
    }),
  ),
  {
    rule: 'a secret goes into the app settings and nowhere else',
    broken: 'an alert quotes it',
    where: {},
    breaks: (all) => [...all, { id: 'x', type: 'Microsoft.Insights/actionGroups', name: 'ag', properties: CANARY }],
    finding: /ag holds a secret/,
  },
];

function withSettings(
  resources: Resources,
  change: (settings: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Resources {
  return resources.map((resource) =>
    resource.type === 'Microsoft.Web/sites/config'
      ? { ...resource, properties: change(expressionObject(resource.properties)) }
      : resource,
  );
}

function part(properties: object): string {
  return JSON.stringify(properties).slice(1, -1);
}
