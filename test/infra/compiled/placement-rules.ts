import type { CompiledRule, Deployment } from './deployments.ts';
import { differences } from './differences.ts';
import { hasVault, hubOf, nameless, ofType } from './predicted.ts';

/** Rules about network, zones and the hardening of what is made. */
export const placementRules = {
  'in a private network everything is closed but the way in, and the app reaches each part by an endpoint': (
    deployment,
  ) => {
    const isPrivate = deployment.choice.privateNetwork === true;
    const [site] = ofType(deployment, 'Microsoft.Web/sites');
    const { publicNetworkAccess, virtualNetworkSubnetId } = Object(site?.properties);
    const endpoints = ofType(deployment, 'Microsoft.Network/privateEndpoints').map(({ name }) => nameless(name));
    const zones = ofType(deployment, 'Microsoft.Network/privateDnsZones').map(({ name }) => name);
    const targets = deployment.resources.filter(({ type }) => CLOSABLE.includes(type));
    return [
      ...(publicNetworkAccess === 'Enabled' ? [] : ['Teams cannot reach the app']),
      ...(/\/subnets\/app$/.test(virtualNetworkSubnetId) === isPrivate ? [] : [`subnet ${virtualNetworkSubnetId}`]),
      ...targets
        .filter(({ properties }) => (Object(properties).publicNetworkAccess === 'Disabled') !== isPrivate)
        .map(({ name }) => `${nameless(name)} is ${isPrivate ? 'open' : 'closed'}`),
      ...differences(endpoints, isPrivate ? privateParts(deployment).map((part) => `pe-${part}`) : []),
      ...differences(zones, isPrivate ? privateZones(deployment) : []),
    ];
  },

  'over zones, and for rolling updates, there are two of each; storage and scheduler are redundant too': (
    deployment,
  ) => {
    const { zoneRedundant, rollingUpdate } = deployment.choice;
    const [plan] = ofType(deployment, 'Microsoft.Web/serverfarms');
    const [site] = ofType(deployment, 'Microsoft.Web/sites');
    const [scheduler] = ofType(deployment, 'Microsoft.DurableTask/schedulers');
    const { functionAppConfig } = Object(site?.properties);
    const ready = functionAppConfig.scaleAndConcurrency.alwaysReady.map(
      ({ name, instanceCount }: { name: string; instanceCount: number }) => `${name} ${instanceCount}`,
    );
    const count = zoneRedundant || rollingUpdate ? 2 : 1;
    const skus = ofType(deployment, 'Microsoft.Storage/storageAccounts').map(({ sku }) => Object(sku).name);
    const capacity = Object(scheduler?.properties).sku?.capacity;
    return [
      ...differences(ready, [`durable ${count}`, `http ${count}`]),
      ...differences([functionAppConfig.siteUpdateStrategy.type], [rollingUpdate ? 'RollingUpdate' : 'Recreate']),
      ...(Object(plan?.properties).zoneRedundant === zoneRedundant
        ? []
        : ['the plan lies in one zone, or in too many']),
      ...differences(skus, [zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS']),
      ...(scheduler === undefined || capacity === (zoneRedundant ? 3 : 1)
        ? []
        : [`the scheduler has ${capacity} units`]),
    ];
  },

  'the site is hardened, and what holds code or secrets tells the workspace who was there': (deployment) => {
    const [site] = ofType(deployment, 'Microsoft.Web/sites');
    const { httpsOnly, siteConfig } = Object(site?.properties);
    const required = {
      minTlsVersion: '1.2',
      scmMinTlsVersion: '1.2',
      http20Enabled: true,
      healthCheckPath: '/api/health',
    };
    const told = ofType(deployment, 'Microsoft.Insights/diagnosticSettings').map(({ id }) =>
      nameless(/\/providers\/Microsoft\.\w+\/([^']*?)(\/providers\/|'|$)/.exec(id)?.[1]),
    );
    const [workspace] = ofType(deployment, 'Microsoft.OperationalInsights/workspaces');
    const accounts = ['storageAccounts/st', ...(hubOf(deployment) === 'own' ? ['storageAccounts/sthub'] : [])];
    return [
      ...(httpsOnly === true ? [] : ['http is open']),
      ...Object.entries(required)
        .filter(([name, value]) => siteConfig[name] !== value)
        .map(([name]) => `${name} is ${siteConfig[name]}`),
      ...differences(told, [
        ...accounts,
        'storageAccounts/stpkg/blobServices/default',
        ...(hasVault(deployment) ? ['vaults/kv'] : []),
      ]),
      ...(Object(workspace?.properties).workspaceCapping.dailyQuotaGb === 5 ? [] : ['the daily cap is forgotten']),
    ];
  },
} as const satisfies Readonly<Record<string, CompiledRule>>;

const CLOSABLE = ['Microsoft.Storage/storageAccounts', 'Microsoft.KeyVault/vaults', 'Microsoft.DurableTask/schedulers'];

function privateParts(deployment: Deployment): readonly string[] {
  const ofHub = { scheduler: ['scheduler'], own: ['hub-blob', 'hub-queue', 'hub-table'], shared: ['app-queue'] };
  const always = ['app-blob', 'app-table', 'package-blob'];
  return [...always, ...ofHub[hubOf(deployment)], ...(hasVault(deployment) ? ['vault'] : [])];
}

/** The cloud's own endings stay expressions: .vault.azure.net becomes privatelink.vaultcore.azure.net. */
function privateZones(deployment: Deployment): readonly string[] {
  return [
    ...['blob', 'queue', 'table'].map((part) => `[format('privatelink.${part}.{0}', environment().suffixes.storage)]`),
    ...(hubOf(deployment) === 'scheduler' ? ['privatelink.durabletask.io'] : []),
    ...(hasVault(deployment)
      ? ["[format('privatelink{0}', replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.'))]"]
      : []),
  ];
}
