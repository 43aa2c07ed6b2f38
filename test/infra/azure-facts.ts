/**
 * API versions that were checked against the published Azure resource types; children have the version of their parent.
 * Source: https://github.com/Azure/bicep-types-az
 */
export const apiVersions: Readonly<Record<string, string>> = {
  'Microsoft.Authorization/roleAssignments': '2022-04-01',
  'Microsoft.BotService/botServices': '2022-09-15',
  'Microsoft.DurableTask/schedulers': '2026-02-01',
  'Microsoft.Graph/applications': 'v1.0',
  'Microsoft.Insights/actionGroups': '2023-01-01',
  'Microsoft.Insights/components': '2020-02-02',
  'Microsoft.Insights/diagnosticSettings': '2021-05-01-preview',
  'Microsoft.Insights/metricAlerts': '2026-01-01',
  'Microsoft.Insights/scheduledQueryRules': '2026-03-01',
  'Microsoft.Insights/workbooks': '2023-06-01',
  'Microsoft.KeyVault/vaults': '2026-02-01',
  'Microsoft.ManagedIdentity/userAssignedIdentities': '2024-11-30',
  'Microsoft.Network/privateDnsZones': '2024-06-01',
  'Microsoft.Network/privateEndpoints': '2025-09-01',
  'Microsoft.Network/virtualNetworks': '2025-09-01',
  'Microsoft.OperationalInsights/workspaces': '2025-07-01',
  'Microsoft.Resources/resourceGroups': '2025-04-01',
  'Microsoft.Storage/storageAccounts': '2025-06-01',
  'Microsoft.Web/serverfarms': '2025-03-01',
  'Microsoft.Web/sites': '2025-03-01',
};

/**
 * The roles that the identity gets, and no other.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
export const roles: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '0ad04412-c4d5-4796-b79c-f76d14c8d402': 'Durable Task Data Contributor',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
};

/**
 * Settings that Flex Consumption refuses or ignores: functionAppConfig has taken their place.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
 */
export const refusedOnFlex: readonly RegExp[] = [
  /^FUNCTIONS_WORKER_RUNTIME(_VERSION)?$/,
  /^FUNCTIONS_EXTENSION_VERSION$/,
  /^WEBSITE_NODE_DEFAULT_VERSION$/,
  /^WEBSITE_RUN_FROM_PACKAGE$/,
  /^WEBSITE_CONTENT/,
  /^WEBSITE_USE_PLACEHOLDER/,
  /^SCM_DO_BUILD_DURING_DEPLOYMENT$/,
  /^ENABLE_ORYX_BUILD$/,
];

/**
 * Properties of siteConfig that Flex Consumption refuses (ARM error 51021, "site configuration properties … for Flex
 * Consumption sites is invalid").
 * Sources: the same; https://github.com/Azure/terraform-azurerm-avm-res-web-site/pull/345,
 * https://github.com/microsoft/azure-pipelines-tasks/issues/21032
 */
export const refusedInFlexSiteConfig: readonly string[] = [
  'alwaysOn',
  'ftpsState',
  'functionAppScaleLimit',
  'functionsRuntimeScaleMonitoringEnabled',
  'linuxFxVersion',
  'netFrameworkVersion',
  'preWarmedInstanceCount',
  'use32BitWorkerProcess',
  'windowsFxVersion',
];

/** The host's besides, when the task hub does not lie in its own account. */
export const hubSettings: readonly string[] = [
  'HubStorage__blobServiceUri',
  'HubStorage__queueServiceUri',
  'HubStorage__tableServiceUri',
  'HubStorage__credential',
  'HubStorage__clientId',
];

/** Settings of the Functions host and of Azure, which the app's catalog need not know. */
export const hostSettings: readonly string[] = [
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__queueServiceUri',
  'AzureWebJobsStorage__tableServiceUri',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

/** The same on a developer's machine, where local.settings.json speaks to Core Tools and the local host. */
export const localHostSettings: readonly string[] = ['FUNCTIONS_WORKER_RUNTIME', 'AzureWebJobsStorage'];

/** Settings of the app that follow from where and how it is deployed. */
export const decidedByTemplate: readonly string[] = [
  'BOT_TENANT_ID',
  'BOT_CLIENT_SECRET',
  'BOT_CERTIFICATE_PATH',
  'BOT_CERTIFICATE_PEM',
  'MANAGED_IDENTITY_CLIENT_ID',
  'GRAPH_BASE_URL',
  'KEEPALIVE_TIME_SCALE',
];
