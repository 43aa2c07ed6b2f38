targetScope = 'subscription'

metadata description = 'Keeps Microsoft Graph calls alive: a Flex Consumption function app, its storage, identity, telemetry and alerts.'

// ---------------------------------------------------------------------------------------------------------------------
// Where and how big

@description('Name of this deployment: part of the resource names, and the azd environment. Letters, digits and hyphens.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Azure region of every resource. It must offer Flex Consumption: az functionapp list-flexconsumption-locations')
@metadata({ azd: { type: 'location' } })
param location string

@description('Resource group, made by this template.')
param resourceGroupName string = 'rg-${environmentName}'

@description('Node version. What a region offers: az functionapp list-flexconsumption-runtimes --location <region> --runtime node')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of an instance. 512 is enough for some hundreds of open calls; always-ready cost grows with it.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

@description('Upper bound of the scale-out. The lowest is more than enough: one instance serves hundreds of calls.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances kept running for orchestrations: 1 costs one instance around the clock at the baseline rate; 0 risks calls, for a timer that wakes the app too late misses the 45 minutes of Graph.')
@minValue(0)
@maxValue(5)
param alwaysReadyDurable int = 1

@description('Instances kept running for HTTP: 1 costs one more instance at the baseline rate; 0 risks incoming calls, for Teams waits 15 s for an answer (5 s for policy recording), less than a bad cold start.')
@minValue(0)
@maxValue(5)
param alwaysReadyHttp int = 1

@description('Replication of the storage accounts. Standard_ZRS survives the loss of one zone, at a higher price per request.')
@allowed(['Standard_LRS', 'Standard_ZRS'])
param storageSku string = 'Standard_LRS'

@description('Storage, vault and scheduler are closed to the public and reached through private endpoints. The app itself stays open to the internet, for Teams calls it.')
param privateNetwork bool = false

@description('Addresses of that network: a /16 that overlaps none it is to be connected with.')
param networkAddressPrefix string = '10.0.0.0/16'

@description('Spreads instances and storage over the zones of the region. At least two always-ready instances a group are billed, and a scheduler takes three units. Regions: az functionapp list-flexconsumption-locations --zone-redundant=true')
param zoneRedundant bool = false

@description('Deployments replace instances one after the other, so that none is without an answer. At least two always-ready instances a group are billed. Recreate, the default, ends all at once.')
param rollingUpdate bool = false

// ---------------------------------------------------------------------------------------------------------------------
// Where orchestrations are kept. The package must be made for the same: npm run package reads the same variables.

@description('storage: Azure Storage. durableTaskScheduler: for more calls than one storage account takes, see docs/scale.md. Running calls do not move from one to the other.')
@allowed(['storage', 'durableTaskScheduler'])
param backend string = 'storage'

@description('With backend storage: shared = the task hub lies in the app\'s own account; own = in an account of its own, with its own limit of requests.')
@allowed(['shared', 'own'])
param hubAccount string = 'shared'

@description('With backend storage: partitions of the task hub, which is how many instances can run orchestrations. 2 for up to 10,000 open calls, else 4 to 16. Fixed for the life of the hub: what-if shows a change as the tag task-hub-partitions; do not go on then.')
@minValue(2)
@maxValue(16)
param partitionCount int = 2

@description('With backend durableTaskScheduler: Dedicated has a fixed price; Consumption is paid per action, of which each keepAlive is three: dear for long calls, so it must be asked for.')
@allowed(['Dedicated', 'Consumption'])
param schedulerSku string = 'Dedicated'

@description('Capacity units of a Dedicated scheduler, 2,000 actions a second each.')
@minValue(1)
@maxValue(3)
param schedulerCapacity int = 1

// ---------------------------------------------------------------------------------------------------------------------
// The bot: these become app settings of the same names

@description('Application (client) id of the bot that creates and answers the calls. Not used with botCredential managedIdentity.')
param botAppId string

@description('Home tenant of the bot. For a federated credential it must be the tenant of this subscription.')
param botTenantId string = tenant().tenantId

@description('Tenants whose calls are taken, separated by commas; * = any; empty = the home tenant.')
param allowedTenantIds string = ''

@description('How the app proves to be the bot. managedIdentityFederation needs no secret; clientCertificate and clientSecret add a Key Vault; managedIdentity makes the identity of this template the bot.')
@allowed(['managedIdentityFederation', 'clientCertificate', 'clientSecret', 'managedIdentity'])
param botCredential string = 'managedIdentityFederation'

@description('Name under which the certificate (PEM) or the client credential lies in the Key Vault.')
param keyVaultItemName string = 'bot-credential'

@description('The Graph cloud: global, usgov (GCC High) or usgovdod (DoD).')
@allowed(['global', 'usgov', 'usgovdod'])
param graphCloud string = 'global'

@description('OpenID metadata of the callback tokens. Empty = the published one; must be given when graphCloud is not global.')
param callbackOpenIdMetadataUrl string = ''

@description('Issuers of the callback tokens, separated by commas. Empty = the published ones; must be given when graphCloud is not global.')
param callbackTokenIssuers string = ''

@description('Seconds from one successful keepAlive to the next.')
@minValue(60)
@maxValue(2100)
param keepAliveIntervalSeconds int = 900

@description('Upper bound on keepAlive requests a second when many calls are rescued at once.')
@minValue(1)
@maxValue(1000)
param graphMaxRequestsPerSecond int = 50

@description('Hours, 1 to 8760, after which a call is given up although Graph keeps it alive. Empty = never.')
@maxLength(4)
param maxCallHours string = ''

@description('Minutes, 1 to 1440, after which a call is hung up in which the bot is the only one left. Empty = never.')
@maxLength(4)
param hangUpWhenAloneMinutes string = ''

@description('Whether the bot counts as not alone while another application is in the call.')
param hangUpCountsApplications bool = false

@description('Days after which ended calls and their instances are purged.')
@minValue(1)
@maxValue(365)
param callRetentionDays int = 7

@description('The bot\'s own endpoint, to which every notification is relayed. Empty = no relay.')
@secure()
param botNotificationUrl string = ''

@description('Seconds that the bot has to answer a relayed notification.')
@minValue(1)
@maxValue(60)
param relayTimeoutSeconds int = 10

@description('The same for notifications of policy-based recording.')
@minValue(1)
@maxValue(60)
param relayPolicyTimeoutSeconds int = 3

@description('Webhook that is told when a call has ended. Empty = none.')
@secure()
param callEndedWebhookUrl string = ''

@description('Signs that webhook: whsec_ and 24 to 64 random bytes in base64, or a Key Vault reference to it.')
@secure()
param callEndedWebhookSecret string = ''

// ---------------------------------------------------------------------------------------------------------------------
// Optional: Azure Bot, recipients of alerts

@description('Makes an Azure Bot with a Teams channel whose calling webhook is this app. Off for a bot that is registered already: see docs/deploy.md.')
param deployBot bool = false

@description('Messaging endpoint of that Azure Bot: the bot\'s own. Empty for a bot that only calls.')
param botMessagingEndpoint string = ''

@description('Receives the alerts. Empty = no mail.')
param alertEmail string = ''

@description('Webhook that receives the alerts in the common alert schema: a Teams workflow, an automation. Empty = none.')
@secure()
param alertWebhookUrl string = ''

@description('Resource ids of existing action groups that receive the alerts too.')
param actionGroupIds string[] = []

@description('Days for which the workspace keeps its tables. Those of Application Insights are kept for at least 90 unless set one by one.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Gigabytes of telemetry a day after which no more is taken until the next day; an alert tells when. Other alerts are blind then. 0 = no cap.')
@minValue(0)
@maxValue(1000)
param logDailyCapGb int = 0

// ---------------------------------------------------------------------------------------------------------------------
// Names: <abbreviation>-<name>-<token>; without the name where it would be too long (storage account and key vault: 24)

var token = toLower(uniqueString(subscription().id, environmentName, location))
var suffix = '${environmentName}-${token}'
var functionAppName = 'func-${suffix}'
var storageAccountName = 'st${token}'
var hubAccountName = 'sthub${token}'
var packageAccountName = 'stpkg${token}'
var schedulerName = 'dts-${suffix}'
var keyVaultName = 'kv-${token}'
var tags = { 'azd-env-name': environmentName }

var storageSkuName = zoneRedundant ? 'Standard_ZRS' : storageSku
var usesScheduler = backend == 'durableTaskScheduler'
var hasHubAccount = !usesScheduler && hubAccount == 'own'
var usesKeyVault = botCredential == 'clientCertificate' || botCredential == 'clientSecret'
var keyVaultReference = '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${keyVaultItemName})'

// ---------------------------------------------------------------------------------------------------------------------
// Resources

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-${suffix}'
    location: location
    tags: tags
  }
}

// The site fetches its code with this one; the app's own identity cannot change the code.
module deploymentIdentity 'modules/identity.bicep' = {
  name: 'deploymentIdentity'
  scope: group
  params: {
    name: 'id-deploy-${suffix}'
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: storageAccountName
    location: location
    tags: tags
    skuName: storageSkuName
    isPrivate: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    purpose: usesScheduler || hasHubAccount ? 'app' : 'appAndHub'
    partitionCount: partitionCount
    identityPrincipalId: identity.outputs.principalId
  }
}

module hubStorage 'modules/storage.bicep' = if (hasHubAccount) {
  name: 'hubStorage'
  scope: group
  params: {
    name: hubAccountName
    location: location
    tags: tags
    skuName: storageSkuName
    isPrivate: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    purpose: 'hub'
    partitionCount: partitionCount
    identityPrincipalId: identity.outputs.principalId
  }
}

module packageStorage 'modules/package-storage.bicep' = {
  name: 'packageStorage'
  scope: group
  params: {
    name: packageAccountName
    location: location
    tags: tags
    skuName: storageSkuName
    isPrivate: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    deploymentPrincipalId: deploymentIdentity.outputs.principalId
  }
}

module scheduler 'modules/scheduler.bicep' = if (usesScheduler) {
  name: 'scheduler'
  scope: group
  params: {
    name: schedulerName
    location: location
    tags: tags
    skuName: schedulerSku
    capacity: zoneRedundant ? 3 : schedulerCapacity
    isPrivate: privateNetwork
    retentionDays: callRetentionDays + 1
    identityPrincipalId: identity.outputs.principalId
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${suffix}'
    componentName: 'appi-${suffix}'
    location: location
    tags: tags
    retentionInDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    identityPrincipalId: identity.outputs.principalId
  }
}

module keyVault 'modules/key-vault.bicep' = if (usesKeyVault) {
  name: 'keyVault'
  scope: group
  params: {
    name: keyVaultName
    location: location
    tags: tags
    isPrivate: privateNetwork
    workspaceId: monitoring.outputs.workspaceId
    identityPrincipalId: identity.outputs.principalId
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Private network: an endpoint for each part of each resource that the app reaches

var storageSuffix = environment().suffixes.storage
var zones = {
  blob: 'privatelink.blob.${storageSuffix}'
  queue: 'privatelink.queue.${storageSuffix}'
  table: 'privatelink.table.${storageSuffix}'
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  scheduler: 'privatelink.durabletask.io'
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-${suffix}'
    location: location
    tags: tags
    addressPrefix: networkAddressPrefix
    zoneNames: concat(
      [zones.blob, zones.queue, zones.table],
      usesKeyVault ? [zones.vault] : [],
      usesScheduler ? [zones.scheduler] : []
    )
  }
}

var accounts = '${group.id}/providers/Microsoft.Storage/storageAccounts'
var privateParts = concat(
  [
    { name: 'app-blob', groupId: 'blob', targetId: '${accounts}/${storageAccountName}' }
    { name: 'app-table', groupId: 'table', targetId: '${accounts}/${storageAccountName}' }
    { name: 'package-blob', groupId: 'blob', targetId: '${accounts}/${packageAccountName}' }
  ],
  usesScheduler
    ? [
        {
          name: 'scheduler'
          groupId: 'scheduler'
          targetId: '${group.id}/providers/Microsoft.DurableTask/schedulers/${schedulerName}'
        }
      ]
    : hasHubAccount
        ? [
            { name: 'hub-blob', groupId: 'blob', targetId: '${accounts}/${hubAccountName}' }
            { name: 'hub-queue', groupId: 'queue', targetId: '${accounts}/${hubAccountName}' }
            { name: 'hub-table', groupId: 'table', targetId: '${accounts}/${hubAccountName}' }
          ]
        : [{ name: 'app-queue', groupId: 'queue', targetId: '${accounts}/${storageAccountName}' }],
  usesKeyVault
    ? [
        {
          name: 'vault'
          groupId: 'vault'
          targetId: '${group.id}/providers/Microsoft.KeyVault/vaults/${keyVaultName}'
        }
      ]
    : []
)

module privateEndpoints 'modules/private-endpoint.bicep' = [
  for part in privateParts: if (privateNetwork) {
    name: 'private-${part.name}'
    scope: group
    dependsOn: [storage, hubStorage, packageStorage, scheduler, keyVault]
    params: {
      name: 'pe-${part.name}-${suffix}'
      location: location
      tags: tags
      subnetId: network!.outputs.endpointSubnetId
      targetId: part.targetId
      groupId: part.groupId
      zoneName: zones[part.groupId]
    }
  }
]

// ---------------------------------------------------------------------------------------------------------------------
// The app

// With managedIdentity the identity is the bot, so its client id is the bot's application id.
var effectiveBotAppId = botCredential == 'managedIdentity' ? identity.outputs.clientId : botAppId

// Every setting that the app itself reads (src/settings/catalog.ts). An empty value counts as absent.
var appSettings = {
  BOT_APP_ID: effectiveBotAppId
  BOT_TENANT_ID: botTenantId
  ALLOWED_TENANT_IDS: allowedTenantIds
  BOT_CREDENTIAL: botCredential
  BOT_CLIENT_SECRET: botCredential == 'clientSecret' ? keyVaultReference : ''
  BOT_CERTIFICATE_PATH: ''
  BOT_CERTIFICATE_PEM: botCredential == 'clientCertificate' ? keyVaultReference : ''
  MANAGED_IDENTITY_CLIENT_ID: identity.outputs.clientId
  GRAPH_CLOUD: graphCloud
  GRAPH_BASE_URL: ''
  CALLBACK_OPENID_METADATA_URL: callbackOpenIdMetadataUrl
  CALLBACK_TOKEN_ISSUERS: callbackTokenIssuers
  KEEPALIVE_INTERVAL_SECONDS: string(keepAliveIntervalSeconds)
  KEEPALIVE_TIME_SCALE: '1'
  GRAPH_MAX_REQUESTS_PER_SECOND: string(graphMaxRequestsPerSecond)
  MAX_CALL_HOURS: maxCallHours
  HANG_UP_WHEN_ALONE_MINUTES: hangUpWhenAloneMinutes
  HANG_UP_COUNTS_APPLICATIONS: string(hangUpCountsApplications)
  CALL_RETENTION_DAYS: string(callRetentionDays)
  BOT_NOTIFICATION_URL: botNotificationUrl
  RELAY_TIMEOUT_SECONDS: string(relayTimeoutSeconds)
  RELAY_POLICY_TIMEOUT_SECONDS: string(relayPolicyTimeoutSeconds)
  CALL_ENDED_WEBHOOK_URL: callEndedWebhookUrl
  CALL_ENDED_WEBHOOK_SECRET: callEndedWebhookSecret
}

// After storage, monitoring and private endpoints, roles included: the host reads its storage at the first start.
module functionApp 'modules/function-app.bicep' = {
  name: 'functionApp'
  scope: group
  dependsOn: [privateEndpoints]
  params: {
    planName: 'plan-${suffix}'
    name: functionAppName
    location: location
    tags: tags
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyDurable: alwaysReadyDurable
    alwaysReadyHttp: alwaysReadyHttp
    zoneRedundant: zoneRedundant
    rollingUpdate: rollingUpdate
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    deploymentIdentityId: deploymentIdentity.outputs.id
    packageContainerUrl: packageStorage.outputs.containerUrl
    storageAccountName: storage.outputs.name
    hubAccountName: hasHubAccount ? hubStorage!.outputs.name : ''
    schedulerName: usesScheduler ? scheduler!.outputs.name : ''
    componentName: monitoring.outputs.componentName
    appSettings: appSettings
  }
}

// As host.json's connectionStringName: scripts/packaged-host-json.ts.
var hubConnection = usesScheduler
  ? 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING'
  : hasHubAccount ? 'HubStorage' : 'Storage'

var baseUrl = 'https://${functionApp.outputs.hostName}'

module bot 'modules/bot.bicep' = if (deployBot) {
  name: 'bot'
  scope: group
  params: {
    name: 'bot-${suffix}'
    tags: tags
    appId: effectiveBotAppId
    tenantId: botTenantId
    identityId: botCredential == 'managedIdentity' ? identity.outputs.id : ''
    messagingEndpoint: botMessagingEndpoint
    callbackUri: '${baseUrl}/api/notifications'
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    suffix: suffix
    location: location
    tags: tags
    componentId: monitoring.outputs.componentId
    workspaceId: monitoring.outputs.workspaceId
    appId: functionApp.outputs.id
    alwaysReadyCount: functionApp.outputs.alwaysReadyCount
    hasDailyCap: logDailyCapGb > 0
    email: alertEmail
    webhookUrl: alertWebhookUrl
    actionGroupIds: actionGroupIds
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    displayName: 'Calls kept alive (${environmentName})'
    location: location
    tags: tags
    componentId: monitoring.outputs.componentId
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Outputs: no key among them. Keys are read with the commands in nextSteps, by those who may.

var federatedCredentialValues = {
  name: 'call-keepalive'
  description: 'Lets the function app ${functionAppName} act as this bot'
  issuer: '${environment().authentication.loginEndpoint}${subscription().tenantId}/v2.0'
  subject: identity.outputs.principalId
  audiences: [
    graphCloud == 'global' ? 'api://AzureADTokenExchange' : 'api://AzureADTokenExchangeUSGov'
  ]
}

@description('Resource group of the deployment.')
output resourceGroupName string = group.name

@description('Name of the function app.')
output functionAppName string = functionApp.outputs.name

@description('The callbackUri for the bot\'s calls, and its webhook for calling.')
output callbackUri string = '${baseUrl}/api/notifications'

@description('Page that shows the calls; it asks for a function key.')
output dashboardUrl string = '${baseUrl}/api/dashboard'

@description('Durable Functions status API; it asks for the system key durabletask_extension in the query parameter code.')
output statusApiUrl string = '${baseUrl}/runtime/webhooks/durabletask/instances?taskHub=CallKeepalive&connection=${hubConnection}'

@description('Says whether app, engine and table are up.')
output healthUrl string = '${baseUrl}/api/health'

@description('Object id of the identity: the subject of the federated credential.')
output identityPrincipalId string = identity.outputs.principalId

@description('Client id of the identity: the app setting MANAGED_IDENTITY_CLIENT_ID.')
output identityClientId string = identity.outputs.clientId

@description('Values of the federated credential on the bot\'s app registration.')
output federatedCredential object = federatedCredentialValues

@description('Key Vault that waits for the certificate or client credential; empty when none is needed.')
output keyVaultName string = usesKeyVault ? keyVaultName : ''

var packageCommand = usesScheduler
  ? 'npm run package -- --backend durableTaskScheduler'
  : 'npm run package -- --backend storage --hub-account ${hubAccount} --partitions ${partitionCount}'

@description('The commands that come next, in this order; a line with # says why there is none.')
output nextSteps string[] = [
  botCredential == 'managedIdentityFederation'
    ? 'az ad app federated-credential create --id ${botAppId} --parameters \'${string(federatedCredentialValues)}\''
    : '# botCredential is ${botCredential}: no federated credential. See docs/deploy.md, Other credentials.'
  '${packageCommand} && az functionapp deployment source config-zip --resource-group ${resourceGroupName} --name ${functionAppName} --src dist/package.zip'
  'curl ${baseUrl}/api/health'
  deployBot
    ? '# The Azure Bot of this deployment calls ${baseUrl}/api/notifications already.'
    : 'az bot msteams create --resource-group GROUP_OF_THE_BOT --name NAME_OF_THE_BOT --enable-calling true --calling-web-hook ${baseUrl}/api/notifications'
  'CALL_KEEPALIVE_URL=${baseUrl} CALL_KEEPALIVE_KEY=$(az functionapp keys list --resource-group ${resourceGroupName} --name ${functionAppName} --query functionKeys.default --output tsv) npm run --silent cli -- doctor --live --callback-url ${baseUrl}/api/notifications'
]
