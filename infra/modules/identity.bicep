metadata description = 'The one identity of the app: user-assigned, for only that kind can be a federated credential.'

@description('Name of the identity.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id.')
output id string = identity.id

@description('Client id.')
output clientId string = identity.properties.clientId

@description('Object id.')
output principalId string = identity.properties.principalId
