metadata description = 'Flex Consumption plan and the function app on it.'

@description('Name of the plan. A Flex Consumption plan holds one app.')
param planName string

@description('Name of the function app.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Node version.')
param nodeVersion string

@description('Memory of an instance.')
param instanceMemoryMB int

@description('Upper bound of the scale-out.')
param maximumInstanceCount int

@description('Instances kept running for orchestrations and activities.')
param alwaysReadyDurable int

@description('Instances kept running for HTTP.')
param alwaysReadyHttp int

@description('Spreads the instances over the zones of the region.')
param zoneRedundant bool

@description('Replaces instances one after the other at a deployment, instead of all at once.')
param rollingUpdate bool

@description('Subnet through which the app reaches what is private; empty = none.')
param subnetId string

@description('Resource id of the identity.')
param identityId string

@description('Client id of the identity.')
param identityClientId string

@description('Resource id of the identity with which the package is written and fetched.')
param deploymentIdentityId string

@description('URL of the container of the deployed package.')
param packageContainerUrl string

@description('Storage account of the host.')
param storageAccountName string

@description('Storage account of the task hub; empty = that of the host.')
param hubAccountName string

@description('Durable Task Scheduler; empty = orchestrations are kept in Azure Storage.')
param schedulerName string

@description('Application Insights component.')
param componentName string

@description('Settings that the app itself reads.')
@secure()
param appSettings object

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageAccountName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

// Zones and rolling updates need two of each that is kept ready.
var fewest = zoneRedundant || rollingUpdate ? 2 : 1

// Orchestrations, activities and entities scale together as the group "durable", HTTP triggers as "http".
var alwaysReady = concat(
  alwaysReadyDurable > 0 ? [{ name: 'durable', instanceCount: max(alwaysReadyDurable, fewest) }] : [],
  alwaysReadyHttp > 0 ? [{ name: 'http', instanceCount: max(alwaysReadyHttp, fewest) }] : []
)

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {}, '${deploymentIdentityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    // The way in stays open: Teams calls from the internet. The token is the gate (docs/deploy.md, Private network).
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      healthCheckPath: '/api/health'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: deploymentIdentityId
          }
        }
      }
      // The published types lack it: https://learn.microsoft.com/azure/azure-functions/flex-consumption-site-updates
      #disable-next-line BCP037
      siteUpdateStrategy: { type: rollingUpdate ? 'RollingUpdate' : 'Recreate' }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
      }
    }
  }
}

// Settings that belong to the Functions host. Endpoints rather than an account name: they hold in every Azure cloud.
var hostSettings = {
  AzureWebJobsStorage__blobServiceUri: account.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: account.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: account.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
}

// Where host.json of the package looks for the task hub, when it does not lie with the host (scripts/packaged-host-json.ts).
resource hubAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = if (!empty(hubAccountName)) {
  name: hubAccountName
}

var hubSettings = empty(hubAccountName)
  ? {}
  : {
      HubStorage__blobServiceUri: hubAccount!.properties.primaryEndpoints.blob
      HubStorage__queueServiceUri: hubAccount!.properties.primaryEndpoints.queue
      HubStorage__tableServiceUri: hubAccount!.properties.primaryEndpoints.table
      HubStorage__credential: 'managedidentity'
      HubStorage__clientId: identityClientId
    }

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' existing = if (!empty(schedulerName)) {
  name: schedulerName
}

var schedulerSettings = empty(schedulerName)
  ? {}
  : {
      DURABLE_TASK_SCHEDULER_CONNECTION_STRING: 'Endpoint=${scheduler!.properties.endpoint};Authentication=ManagedIdentity;ClientID=${identityClientId}'
    }

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(hostSettings, hubSettings, schedulerSettings, appSettings)
}

resource scmPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

resource ftpPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

@description('Name of the function app.')
output name string = app.name

@description('Host name under which the app is reached.')
output hostName string = app.properties.defaultHostName

@description('Resource id of the function app.')
output id string = app.id

@description('Instances that are kept ready, of all groups together.')
output alwaysReadyCount int = reduce(alwaysReady, 0, (sum, group) => sum + group.instanceCount)
