extension microsoftGraphV1

metadata description = 'Optional: the federated credential on the bot\'s app registration, for those who keep their directory in Bicep. The same as the first command in nextSteps.'

@description('Property uniqueName of the bot\'s app registration. An app made in the portal has none until it is set.')
param botAppUniqueName string

@description('Output identityPrincipalId of infra/main.bicep.')
param identityPrincipalId string

@description('Audience of the token exchange; api://AzureADTokenExchangeUSGov for a bot in a US government cloud.')
param audience string = 'api://AzureADTokenExchange'

resource botApp 'Microsoft.Graph/applications@v1.0' existing = {
  uniqueName: botAppUniqueName
}

resource federatedCredential 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = {
  name: '${botApp.uniqueName}/call-keepalive'
  description: 'Lets the call keepalive function app act as this bot'
  issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: identityPrincipalId
  audiences: [audience]
}
