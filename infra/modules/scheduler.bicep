metadata description = 'Durable Task Scheduler with the one task hub of the app: the backend for many calls.'

@description('Name of the scheduler.')
param name string

@description('Azure region; it must offer the scheduler.')
param location string

@description('Tags of every resource.')
param tags object

@description('Dedicated or Consumption.')
@allowed(['Dedicated', 'Consumption'])
param skuName string

@description('Capacity units of a Dedicated scheduler: 1 to 3.')
param capacity int

@description('Closed to the public: reached through a private endpoint only.')
param isPrivate bool

@description('Days after which finished instances go, if the app has not purged them before.')
param retentionDays int

@description('Object id of the identity that starts, runs and lists orchestrations.')
param identityPrincipalId string

// https://learn.microsoft.com/azure/azure-functions/durable/durable-task-scheduler/durable-task-scheduler-billing
var longestRetentionDays = skuName == 'Dedicated' ? 90 : 30

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // Required; an empty list refuses everybody. Who may do what is decided by the role below: there are no keys.
    ipAllowlist: ['0.0.0.0/0']
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    sku: skuName == 'Dedicated' ? { name: skuName, capacity: capacity } : { name: skuName }
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' = {
  parent: scheduler
  name: 'CallKeepalive'
}

resource retention 'Microsoft.DurableTask/schedulers/retentionPolicies@2026-02-01' = {
  parent: scheduler
  name: 'default'
  properties: {
    retentionPolicies: [{ retentionPeriodInDays: min(retentionDays, longestRetentionDays) }]
  }
}

// Durable Task Data Contributor: starts and queries as well; the worker's role does not.
var durableTaskDataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: taskHub
  name: guid(taskHub.id, identityPrincipalId, durableTaskDataContributor)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', durableTaskDataContributor)
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
  }
}

@description('Name of the scheduler.')
output name string = scheduler.name
