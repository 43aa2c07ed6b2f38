metadata description = 'One alert that fires when its query finds anything.'

@description('Name of the rule.')
param name string

@description('Title in the portal and in mails.')
param displayName string

@description('What it means and what to do next.')
param explanation string

@description('0 critical to 4 verbose.')
@allowed([0, 1, 2, 3, 4])
param severity int

@description('KQL over the tables of Application Insights; every row is a reason to fire.')
param query string

@description('Rows that are tolerated within the window.')
param toleratedRows int = 0

@description('How far back the query looks, ISO 8601.')
param windowSize string = 'PT5M'

@description('How often it runs, ISO 8601. A shorter time costs more.')
param evaluationFrequency string = 'PT5M'

@description('True for a state that can pass; false for an incident, reported anew each time.')
param autoMitigate bool = true

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Application Insights component or workspace that is queried.')
param scopeId string

@description('Action groups that are told.')
param actionGroupIds string[]

resource rule 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: displayName
    description: explanation
    severity: severity
    enabled: true
    scopes: [scopeId]
    evaluationFrequency: evaluationFrequency
    windowSize: windowSize
    criteria: {
      allOf: [
        {
          query: query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: toleratedRows
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: autoMitigate
    // The component has seen no telemetry yet when it is first deployed.
    skipQueryValidation: true
    actions: { actionGroups: actionGroupIds }
  }
}
