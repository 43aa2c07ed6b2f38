metadata description = 'One storage account, reached with an identity, never with a key.'

@description('Name of the storage account.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Replication.')
param skuName string

@description('What lies here: app = host and table of calls, hub = Durable Functions, appAndHub = both.')
@allowed(['app', 'hub', 'appAndHub'])
param purpose string

@description('Partitions of the task hub that lies here, kept as a tag so that what-if shows when somebody changes them.')
param partitionCount int

@description('Closed to the public: reached through private endpoints only.')
param isPrivate bool

@description('Workspace that is told who did what, or how much was asked for.')
param workspaceId string

@description('Object id of the identity that reads and writes here.')
param identityPrincipalId string

var hasHub = purpose != 'app'
var isForHost = purpose != 'hub'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: hasHub ? union(tags, { 'task-hub-partitions': string(partitionCount) }) : tags
  kind: 'StorageV2'
  sku: { name: skuName }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      bypass: 'None'
    }
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

// One row a call. Durable Functions makes its own tables, queues and containers.
resource callsTable 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = if (isForHost) {
  parent: tableService
  name: 'Calls'
}

// Requests and errors only: a line for each request of the polling would cost more than the requests.
// The newest there is; the one that counts as stable, of 2016, knows no category groups.
#disable-next-line use-recent-api-versions
resource accountDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'workspace'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

// The host asks for Owner, not only Contributor; Durable's leases and large messages do not.
var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
// Durable queues.
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
// Durable history and instances, table of calls.
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'

var neededRoles = concat(
  [isForHost ? blobDataOwner : blobDataContributor, tableDataContributor],
  hasHub ? [queueDataContributor] : []
)

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in neededRoles: {
    scope: account
    name: guid(account.id, identityPrincipalId, role)
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

@description('Name of the storage account.')
output name string = account.name
