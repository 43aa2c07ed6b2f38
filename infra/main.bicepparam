using 'main.bicep'

// azd fills these variables from its environment (azd env set NAME value); with plain az, export them or edit this file.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'callkeepalive')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param botAppId = readEnvironmentVariable('BOT_APP_ID', '')
param botCredential = readEnvironmentVariable('BOT_CREDENTIAL', 'managedIdentityFederation')
param deployBot = bool(readEnvironmentVariable('DEPLOY_BOT', 'false'))

param privateNetwork = bool(readEnvironmentVariable('PRIVATE_NETWORK', 'false'))
param zoneRedundant = bool(readEnvironmentVariable('ZONE_REDUNDANT', 'false'))
param rollingUpdate = bool(readEnvironmentVariable('ROLLING_UPDATE', 'false'))

// npm run package reads the same three.
param backend = readEnvironmentVariable('BACKEND', 'storage')
param hubAccount = readEnvironmentVariable('HUB_ACCOUNT', 'shared')
param partitionCount = int(readEnvironmentVariable('PARTITION_COUNT', '2'))
param schedulerSku = readEnvironmentVariable('SCHEDULER_SKU', 'Dedicated')
param schedulerCapacity = int(readEnvironmentVariable('SCHEDULER_CAPACITY', '1'))

// A government cloud needs all three.
param graphCloud = readEnvironmentVariable('GRAPH_CLOUD', 'global')
param callbackOpenIdMetadataUrl = readEnvironmentVariable('CALLBACK_OPENID_METADATA_URL', '')
param callbackTokenIssuers = readEnvironmentVariable('CALLBACK_TOKEN_ISSUERS', '')

param allowedTenantIds = readEnvironmentVariable('ALLOWED_TENANT_IDS', '')
param botNotificationUrl = readEnvironmentVariable('BOT_NOTIFICATION_URL', '')
param callEndedWebhookUrl = readEnvironmentVariable('CALL_ENDED_WEBHOOK_URL', '')
param callEndedWebhookSecret = readEnvironmentVariable('CALL_ENDED_WEBHOOK_SECRET', '')
param logDailyCapGb = int(readEnvironmentVariable('LOG_DAILY_CAP_GB', '0'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param alertWebhookUrl = readEnvironmentVariable('ALERT_WEBHOOK_URL', '')
param actionGroupIds = filter(split(readEnvironmentVariable('ACTION_GROUP_IDS', ''), ','), id => !empty(id))

// Every other parameter has a default: see main.bicep. Set it here rather than on a command line: a provisioning without it sets the default again.
