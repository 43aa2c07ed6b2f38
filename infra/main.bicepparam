using 'main.bicep'

// azd fills these variables from its environment (azd env set NAME value); with plain az, export them or edit this file.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'callkeepalive')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param botCredential = readEnvironmentVariable('BOT_CREDENTIAL', 'managedIdentityFederation')
// With managedIdentity the bot is made here, and has no id yet.
param botAppId = empty(readEnvironmentVariable('BOT_APP_ID', '')) && botCredential != 'managedIdentity'
  ? fail('BOT_APP_ID is missing: the application (client) id of the bot.')
  : readEnvironmentVariable('BOT_APP_ID', '')
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

// The settings of the app that have a default: README.md, Configure.
param keepAliveIntervalSeconds = int(readEnvironmentVariable('KEEPALIVE_INTERVAL_SECONDS', '900'))
param graphMaxRequestsPerSecond = int(readEnvironmentVariable('GRAPH_MAX_REQUESTS_PER_SECOND', '50'))
param maxCallHours = readEnvironmentVariable('MAX_CALL_HOURS', '')
param hangUpWhenAloneMinutes = readEnvironmentVariable('HANG_UP_WHEN_ALONE_MINUTES', '')
param hangUpCountsApplications = bool(readEnvironmentVariable('HANG_UP_COUNTS_APPLICATIONS', 'false'))
param callRetentionDays = int(readEnvironmentVariable('CALL_RETENTION_DAYS', '7'))
param relayTimeoutSeconds = int(readEnvironmentVariable('RELAY_TIMEOUT_SECONDS', '10'))
param relayPolicyTimeoutSeconds = int(readEnvironmentVariable('RELAY_POLICY_TIMEOUT_SECONDS', '3'))
param allowedTenantIds = readEnvironmentVariable('ALLOWED_TENANT_IDS', '')
param botNotificationUrl = readEnvironmentVariable('BOT_NOTIFICATION_URL', '')
param callEndedWebhookUrl = readEnvironmentVariable('CALL_ENDED_WEBHOOK_URL', '')
param callEndedWebhookSecret = readEnvironmentVariable('CALL_ENDED_WEBHOOK_SECRET', '')
param logDailyCapGb = int(readEnvironmentVariable('LOG_DAILY_CAP_GB', '0'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
param alertWebhookUrl = readEnvironmentVariable('ALERT_WEBHOOK_URL', '')
param actionGroupIds = filter(split(readEnvironmentVariable('ACTION_GROUP_IDS', ''), ','), id => !empty(id))

// Every other parameter has a default: see main.bicep. Set it here rather than on a command line: a provisioning without it sets the default again.
