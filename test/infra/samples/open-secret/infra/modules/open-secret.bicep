@description('Signs the webhook, and must not be seen.')
param webhookSecret string

@description('Settings, some of which must not be seen.')
param appSettings object

@description('Password that is protected, as it should be.')
@secure()
param password string
