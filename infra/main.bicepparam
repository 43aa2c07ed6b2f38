using 'main.bicep'

// azd fills these variables from its environment (azd env set NAME value); with plain az, export them or edit this file.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'callkeepalive')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param botAppId = readEnvironmentVariable('BOT_APP_ID', '')

param allowedTenantIds = readEnvironmentVariable('ALLOWED_TENANT_IDS', '')
param botNotificationUrl = readEnvironmentVariable('BOT_NOTIFICATION_URL', '')
param callEndedWebhookUrl = readEnvironmentVariable('CALL_ENDED_WEBHOOK_URL', '')
param callEndedWebhookSecret = readEnvironmentVariable('CALL_ENDED_WEBHOOK_SECRET', '')
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')

// Every other parameter has a default: see main.bicep.
