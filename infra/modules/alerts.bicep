metadata description = 'The alerts: their queries are the files in infra/kql/alerts.'

@description('End of every resource name.')
param suffix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Application Insights component that is queried.')
param componentId string

@description('Address that gets a mail; empty = none.')
param email string

@description('Existing action groups that are told too.')
param actionGroupIds string[]

// Without an address it tells nobody, and costs nothing.
resource mailGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
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
  }
}

var receivers = concat(actionGroupIds, [mailGroup.id])

module keepAliveOverdue 'log-alert.bicep' = {
  name: 'alert-keepAliveOverdue'
  params: {
    name: 'alert-keepalive-overdue-${suffix}'
    displayName: 'A keepAlive came too late'
    explanation: 'A keepAlive was sent after the 45 minutes that Graph allows: the call is lost or about to be. Look at reason and code in the workbook; check the credential, Graph and the state of the app.'
    severity: 1
    query: loadTextContent('../kql/alerts/keepalive-overdue.kql')
    location: location
    tags: tags
    componentId: componentId
    actionGroupIds: receivers
  }
}

module keepAliveMissed 'log-alert.bicep' = {
  name: 'alert-keepAliveMissed'
  params: {
    name: 'alert-keepalive-missed-${suffix}'
    displayName: 'Graph ended a call because keepAlive was missed'
    explanation: 'Graph reported 408/8537 for a call: what this app exists to prevent. Follow the call id through the keepAlive events.'
    severity: 1
    query: loadTextContent('../kql/alerts/keepalive-missed.kql')
    autoMitigate: false
    location: location
    tags: tags
    componentId: componentId
    actionGroupIds: receivers
  }
}

module orchestrationFailed 'log-alert.bicep' = {
  name: 'alert-orchestrationFailed'
  params: {
    name: 'alert-orchestration-failed-${suffix}'
    displayName: 'An orchestration failed'
    explanation: 'An instance of Durable Functions ended as Failed, which no answer of Graph can cause. Its call is started again by reconcileCalls; look for the instance id in the exceptions.'
    severity: 1
    query: loadTextContent('../kql/alerts/orchestration-failed.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    autoMitigate: false
    location: location
    tags: tags
    componentId: componentId
    actionGroupIds: receivers
  }
}

module reconcileSilent 'log-alert.bicep' = {
  name: 'alert-reconcileSilent'
  params: {
    name: 'alert-reconcile-silent-${suffix}'
    displayName: 'The app has been silent for 15 minutes'
    explanation: 'reconcileCalls runs every 5 minutes and has not completed for 15: the app is down, misconfigured, cannot reach its storage, or its telemetry is lost. Open /api/health. Fires once after the first deployment, until the code is there.'
    severity: 1
    query: loadTextContent('../kql/alerts/reconcile-silent.kql')
    windowSize: 'PT15M'
    location: location
    tags: tags
    componentId: componentId
    actionGroupIds: receivers
  }
}

module callbackRejected 'log-alert.bicep' = {
  name: 'alert-callbackRejected'
  params: {
    name: 'alert-callback-401-${suffix}'
    displayName: 'Many notifications are refused with 401'
    explanation: 'More than 20 notifications within 15 minutes had no valid token of Graph. Either somebody tries the door, or BOT_APP_ID, ALLOWED_TENANT_IDS or the issuers are wrong: then no call is kept alive.'
    severity: 2
    query: loadTextContent('../kql/alerts/callback-401.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    location: location
    tags: tags
    componentId: componentId
    actionGroupIds: receivers
  }
}

module tokenFailures 'log-alert.bicep' = {
  name: 'alert-tokenFailures'
  params: {
    name: 'alert-token-failures-${suffix}'
    displayName: 'No token for Graph'
    explanation: 'More than 2 keepAlive attempts within 15 minutes got no token. The reason carries the AADSTS number: check the federated credential (or certificate) and the consent of the tenant. Calls end 45 minutes after their last success.'
    severity: 1
    query: loadTextContent('../kql/alerts/token-failures.kql')
    toleratedRows: 2
    windowSize: 'PT15M'
    location: location
    tags: tags
    componentId: componentId
    actionGroupIds: receivers
  }
}

module unknownIds 'log-alert.bicep' = {
  name: 'alert-unknownIds'
  params: {
    name: 'alert-unknown-ids-${suffix}'
    displayName: 'Calls have ids of an unknown form'
    explanation: 'Graph told of calls whose ids are neither GUIDs nor 32 hex digits. This app takes them for no call ids, so that nobody keeps these calls alive.'
    severity: 1
    query: loadTextContent('../kql/alerts/unknown-ids.kql')
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    location: location
    tags: tags
    componentId: componentId
    actionGroupIds: receivers
  }
}
