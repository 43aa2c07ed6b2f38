import { SETTING_NAMES } from '../../../src/settings/catalog.ts';
import { readAlertRules } from '../alert-rules.ts';
import { hostSettings, hubSettings } from '../azure-facts.ts';
import { CANARY, type CompiledRule, type Deployment } from './deployments.ts';
import { differences } from './differences.ts';
import { placementRules } from './placement-rules.ts';
import { appSettingsOf, hasVault, hubOf, nameless, ofType, roleAssignmentsOf } from './predicted.ts';

export const compiledRules = {
  ...placementRules,

  'every role has the scope it needs, and there is no other role': (deployment) => {
    return differences(roleAssignmentsOf(deployment), [
      'id Monitoring Metrics Publisher on Microsoft.Insights/components/appi',
      'id Storage Blob Data Owner on Microsoft.Storage/storageAccounts/st',
      'id Storage Table Data Contributor on Microsoft.Storage/storageAccounts/st',
      'id-deploy Storage Blob Data Contributor on Microsoft.Storage/storageAccounts/stpkg/blobServices/default/containers/app-package',
      ...hubRoles(deployment),
      ...(hasVault(deployment) ? ['id Key Vault Secrets User on Microsoft.KeyVault/vaults/kv'] : []),
    ]);
  },

  'the site gets every setting, with a value where one is required': (deployment) => {
    const settings = appSettingsOf(deployment);
    const owned = SETTING_NAMES.filter(({ owner }) => owner === 'app');
    const ofHub = {
      scheduler: ['DURABLE_TASK_SCHEDULER_CONNECTION_STRING'],
      own: hubSettings,
      shared: [],
    }[hubOf(deployment)];
    return [
      ...differences(Object.keys(settings), [...owned.map(({ name }) => name), ...hostSettings, ...ofHub]),
      ...owned
        .filter(({ required }) => required === true || isRequiredBy(required, settings))
        .filter(({ name }) => !settings[name])
        .map(({ name }) => `${name} is empty`),
    ];
  },

  'the backend is made where it is chosen, and its hub is the one of host.json': (deployment) => {
    const [scheduler] = ofType(deployment, 'Microsoft.DurableTask/schedulers');
    const hubs = ofType(deployment, 'Microsoft.DurableTask/schedulers/taskHubs').map(({ name }) => name.split('/')[1]);
    const partitions = ofType(deployment, 'Microsoft.Storage/storageAccounts').flatMap(({ name, tags }) => {
      const count = Object(tags)['task-hub-partitions'];
      return count === undefined ? [] : [`${nameless(name)} ${count}`];
    });
    return [
      ...differences(partitions, { scheduler: [], own: ['sthub 8'], shared: ['st 8'] }[hubOf(deployment)]),
      ...differences(hubs.map(String), hubOf(deployment) === 'scheduler' ? ['CallKeepalive'] : []),
      ...(scheduler === undefined || Object(scheduler.properties).sku.name === 'Dedicated' ? [] : ['not Dedicated']),
    ];
  },

  'the package lies where only its own identity writes, and every version of it is kept for a while': (deployment) => {
    const [site] = ofType(deployment, 'Microsoft.Web/sites');
    const { storage } = Object(site?.properties).functionAppConfig.deployment;
    const [blobs] = ofType(deployment, 'Microsoft.Storage/storageAccounts/blobServices');
    const { isVersioningEnabled, deleteRetentionPolicy } = Object(blobs?.properties);
    return [
      ...(/\/stpkg\w+'/.test(storage.value) ? [] : [`the package lies in ${storage.value}`]),
      ...(/\/id-deploy-/.test(storage.authentication.userAssignedIdentityResourceId) ? [] : ['the app may write it']),
      ...(isVersioningEnabled === true && deleteRetentionPolicy?.enabled === true ? [] : ['no version of it is kept']),
    ];
  },

  'a vault is made for those who need one, and its item is what the setting refers to': (deployment) => {
    const { botCredential } = deployment.choice;
    const { BOT_CLIENT_SECRET, BOT_CERTIFICATE_PEM } = appSettingsOf(deployment);
    const vaults = ofType(deployment, 'Microsoft.KeyVault/vaults').map(({ name }) => name);
    const reference = `@Microsoft.KeyVault(VaultName=${vaults[0]};SecretName=bot-credential)`;
    return [
      ...differences([BOT_CLIENT_SECRET ?? ''], [botCredential === 'clientSecret' ? reference : '']),
      ...differences([BOT_CERTIFICATE_PEM ?? ''], [botCredential === 'clientCertificate' ? reference : '']),
    ];
  },

  'the bot is made on demand, and calls the app': (deployment) => {
    const wanted = deployment.choice.deployBot === true;
    const [channel] = ofType(deployment, 'Microsoft.BotService/botServices/channels');
    if (!wanted) return channel === undefined ? [] : ['a bot that nobody wanted'];
    const { callingWebhook } = Object(Object(channel?.properties).properties);
    return /\/api\/notifications/.test(callingWebhook) ? [] : [`the bot calls ${callingWebhook}`];
  },

  'every alert reaches every receiver, and fewer instances than are kept ready are an alert': (deployment) => {
    const { zoneRedundant, rollingUpdate } = deployment.choice;
    const [group] = ofType(deployment, 'Microsoft.Insights/actionGroups');
    const { emailReceivers, webhookReceivers } = Object(group?.properties);
    const logAlerts = ofType(deployment, 'Microsoft.Insights/scheduledQueryRules');
    const [instances] = ofType(deployment, 'Microsoft.Insights/metricAlerts');
    const all = [...logAlerts, ...(instances === undefined ? [] : [instances])];
    const ready = zoneRedundant || rollingUpdate ? 4 : 2;
    return [
      ...(emailReceivers?.length === 1 && webhookReceivers?.length === 1 ? [] : ['a receiver is forgotten']),
      ...all
        .filter(({ properties }) => !JSON.stringify(properties).includes(String(group?.id)))
        .map(({ name }) => `${nameless(name)} tells nobody`),
      ...differences(
        logAlerts.map(({ name }) => nameless(name)),
        ['alert-daily-cap', ...readAlertRules().map(({ name }) => `alert-${name}`)],
      ),
      ...(Object(instances?.properties).criteria?.allOf[0].threshold === ready ? [] : ['nobody counts the instances']),
    ];
  },

  'a secret goes into the app settings and nowhere else': ({ resources }) =>
    resources
      .filter(({ type }) => type !== 'Microsoft.Web/sites/config')
      .filter((resource) => JSON.stringify(resource).includes(CANARY))
      .map(({ name }) => `${name} holds a secret`),
} as const satisfies Readonly<Record<string, CompiledRule>>;

function hubRoles(deployment: Deployment): readonly string[] {
  const own = ['Blob Data Contributor', 'Queue Data Contributor', 'Table Data Contributor'];
  return {
    scheduler: ['id Durable Task Data Contributor on Microsoft.DurableTask/schedulers/dts/taskHubs/CallKeepalive'],
    own: own.map((role) => `id Storage ${role} on Microsoft.Storage/storageAccounts/sthub`),
    shared: ['id Storage Queue Data Contributor on Microsoft.Storage/storageAccounts/st'],
  }[hubOf(deployment)];
}

/** Reads the catalog's "BOT_CREDENTIAL is managedIdentityFederation or managedIdentity" and "… is not global". */
function isRequiredBy(condition: boolean | string, settings: Readonly<Record<string, string>>): boolean {
  const [, name = '', not, values = ''] = /^(\w+) is (not )?([\w ]+)$/.exec(String(condition)) ?? [];
  return values !== '' && values.split(' or ').includes(settings[name] ?? '') === (not === undefined);
}
