metadata description = 'The workbook: open calls, margin to the deadline, failures, answers of Graph, ends by reason.'

@description('Title of the workbook.')
param displayName string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Application Insights component that is queried.')
param componentId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Azure asks for a GUID here.
  name: guid(componentId, 'calls-kept-alive')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    sourceId: componentId
    serializedData: loadTextContent('../workbook.json')
  }
}
