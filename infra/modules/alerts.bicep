metadata description = 'The alerts: their queries are the files in infra/kql/alerts.'

@description('End of every resource name.')
param suffix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Application Insights component that is queried.')
param componentId string

@description('Workspace behind it.')
param workspaceId string

@description('The function app.')
param appId string

@description('Instances that are kept ready, of all groups together.')
param alwaysReadyCount int

@description('Whether the workspace has a daily cap, of which an alert then tells.')
param hasDailyCap bool

@description('Address that gets a mail; empty = none.')
param email string

@description('Webhook that gets each alert in the common alert schema; empty = none. Its URL is the key to it.')
@secure()
param webhookUrl string

@description('Existing action groups that are told too.')
param actionGroupIds string[]

// Without a receiver it tells nobody, and costs nothing.
resource ownGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'keepalive'
    enabled: true
    emailReceivers: empty(email)
      ? []
      : [
          {
            name: 'operator'
            emailAddress: email
            useCommonAlertSchema: true
          }
        ]
    webhookReceivers: empty(webhookUrl)
      ? []
      : [
          {
            name: 'webhook'
            serviceUri: webhookUrl
            useCommonAlertSchema: true
          }
        ]
  }
}

var receivers = concat(actionGroupIds, [ownGroup.id])

var alerts = [
  {
    name: 'keepalive-overdue'
    displayName: 'A keepAlive came too late'
    explanation: 'A keepAlive was sent after the 45 minutes that Graph allows: the call is lost or about to be. Look at reason and code in the workbook; check the credential, Graph and the state of the app.'
    severity: 1
    query: loadTextContent('../kql/alerts/keepalive-overdue.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
  }
  {
    name: 'keepalive-missed'
    displayName: 'Graph ended a call because keepAlive was missed'
    explanation: 'Graph reported 408/8537 for a call: what this app exists to prevent. Follow the call id through the keepAlive events.'
    severity: 1
    query: loadTextContent('../kql/alerts/keepalive-missed.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: false
  }
  {
    name: 'orchestration-failed'
    displayName: 'An orchestration failed'
    explanation: 'An instance of Durable Functions ended as Failed, which no answer of Graph can cause. Its call is started again by reconcileCalls; look for the instance id in the exceptions.'
    severity: 1
    query: loadTextContent('../kql/alerts/orchestration-failed.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: false
  }
  {
    name: 'reconcile-silent'
    displayName: 'The app has been silent for 15 minutes'
    explanation: 'reconcileCalls runs every 5 minutes and has not completed for 15: the app is down, misconfigured, cannot reach its storage, or its telemetry is lost. Open /api/health. Fires once after the first deployment, until the code is there.'
    severity: 1
    query: loadTextContent('../kql/alerts/reconcile-silent.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
  }
  {
    name: 'callback-401'
    displayName: 'Notifications that Graph signed are refused'
    explanation: 'More than 3 notifications within 15 minutes were signed by Graph and refused all the same: BOT_APP_ID, ALLOWED_TENANT_IDS, CALLBACK_TOKEN_ISSUERS or the clock is wrong, and calls are not kept alive.'
    severity: 1
    query: loadTextContent('../kql/alerts/callback-401.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
  }
  {
    name: 'callback-strangers'
    displayName: 'Many notifications come from strangers'
    explanation: 'More than 100 notifications within 15 minutes had no token that Graph signed. Somebody tries the door, or CALLBACK_OPENID_METADATA_URL names the keys of another cloud.'
    severity: 3
    query: loadTextContent('../kql/alerts/callback-strangers.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
  }
  {
    name: 'notification-failed'
    displayName: 'Notifications are answered with 503'
    explanation: 'A start or an end could not be written, or the keys of the issuer could not be fetched. Graph may send the notification again, or not: check storage and the way out to CALLBACK_OPENID_METADATA_URL.'
    severity: 1
    query: loadTextContent('../kql/alerts/notification-failed.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
  }
  {
    name: 'notification-entries'
    displayName: 'Graph sends what is not understood'
    explanation: 'More than 3 entries of notifications within 15 minutes were not understood: the format has changed, or calls of another app come here. Their calls are not kept alive.'
    severity: 2
    query: loadTextContent('../kql/alerts/notification-entries.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
  }
  {
    name: 'unknown-ids'
    displayName: 'Calls have ids of an unknown form'
    explanation: 'Graph told of calls whose ids are neither GUIDs nor 32 hex digits. This app takes them for no call ids, so that nobody keeps these calls alive.'
    severity: 1
    query: loadTextContent('../kql/alerts/unknown-ids.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
  }
  {
    name: 'relay-failing'
    displayName: 'The bot does not take its notifications'
    explanation: 'More than 5 relayed notifications within 15 minutes got no answer, or an error of the bot. Calls are kept alive all the same; those that the bot has to answer are lost.'
    severity: 2
    query: loadTextContent('../kql/alerts/relay-failing.kql')
    toleratedRows: 5
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: true
  }
  {
    name: 'webhook-undelivered'
    displayName: 'The webhook is not told of ended calls'
    explanation: 'The webhook has not taken the end of a call for an hour. It is tried for a day, then given up: look at problem in webhook.failed.'
    severity: 2
    query: loadTextContent('../kql/alerts/webhook-undelivered.kql')
    toleratedRows: 0
    evaluationFrequency: 'PT1H'
    windowSize: 'P1D'
    autoMitigate: true
  }
  {
    name: 'token-failures'
    displayName: 'No token for Graph'
    explanation: 'More than 2 keepAlive attempts within 15 minutes got no token. The reason carries the AADSTS number: check the federated credential (or certificate) and the consent of the tenant. Calls end 45 minutes after their last success.'
    severity: 1
    query: loadTextContent('../kql/alerts/token-failures.kql')
    toleratedRows: 2
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
  }
]

module rules 'log-alert.bicep' = [
  for alert in alerts: {
    name: 'alert-${alert.name}'
    params: {
      name: 'alert-${alert.name}-${suffix}'
      displayName: alert.displayName
      explanation: alert.explanation
      severity: alert.severity
      query: alert.query
      toleratedRows: alert.toleratedRows
      evaluationFrequency: alert.evaluationFrequency
      windowSize: alert.windowSize
      autoMitigate: alert.autoMitigate
      location: location
      tags: tags
      scopeId: componentId
      actionGroupIds: receivers
    }
  }
]

module dailyCap 'log-alert.bicep' = if (hasDailyCap) {
  name: 'alert-daily-cap'
  params: {
    name: 'alert-daily-cap-${suffix}'
    displayName: 'The daily cap of the logs is reached'
    explanation: 'The workspace takes in no more until the next day: the other alerts are blind. Look which table has grown, then raise LOG_DAILY_CAP_GB.'
    severity: 2
    query: loadTextContent('../kql/alerts/daily-cap.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    location: location
    tags: tags
    scopeId: workspaceId
    actionGroupIds: receivers
  }
}

var instanceAlert = {
  displayName: 'Fewer instances run than are kept ready'
  explanation: 'keepAlives and answers to Teams wait for a cold start. Look at the health of the platform and at a deployment under way.'
}

// From the platform, not from the logs: an instance that is not there writes none.
resource instances 'Microsoft.Insights/metricAlerts@2026-01-01' = if (alwaysReadyCount > 0) {
  name: 'alert-instances-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    description: '${instanceAlert.displayName}: ${instanceAlert.explanation}'
    severity: 2
    enabled: true
    scopes: [appId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'fewer-than-kept-ready'
          metricNamespace: 'Microsoft.Web/sites'
          metricName: 'InstanceCount'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: alwaysReadyCount
          // The platform knows the metric of an app only once it has run.
          skipMetricValidation: true
        }
      ]
    }
    actions: [for id in receivers: { actionGroupId: id }]
  }
}
