metadata description = 'Azure Bot with a Teams channel that sends incoming calls to the app.'

@description('Name of the Azure Bot.')
param name string

@description('Tags of every resource.')
param tags object

@description('Application id of the bot.')
param appId string

@description('Tenant of the bot.')
param tenantId string

@description('Resource id of the identity that is the bot; empty for a bot with an app registration.')
param identityId string

@description('Messaging endpoint of the bot; empty for a bot that only calls.')
param messagingEndpoint string

@description('Where Teams sends the notifications of incoming calls.')
param callbackUri string

// New multi-tenant bots cannot be made since 2025-07-31 (https://learn.microsoft.com/azure/bot-service/abs-quickstart).
resource bot 'Microsoft.BotService/botServices@2022-09-15' = {
  name: name
  location: 'global'
  tags: tags
  kind: 'azurebot'
  sku: { name: 'F0' }
  properties: {
    displayName: name
    endpoint: messagingEndpoint
    msaAppId: appId
    msaAppType: empty(identityId) ? 'SingleTenant' : 'UserAssignedMSI'
    msaAppTenantId: tenantId
    msaAppMSIResourceId: empty(identityId) ? null : identityId
    disableLocalAuth: true
  }
}

resource teamsChannel 'Microsoft.BotService/botServices/channels@2022-09-15' = {
  parent: bot
  name: 'MsTeamsChannel'
  location: 'global'
  properties: {
    channelName: 'MsTeamsChannel'
    properties: {
      isEnabled: true
      enableCalling: true
      callingWebhook: callbackUri
    }
  }
}
