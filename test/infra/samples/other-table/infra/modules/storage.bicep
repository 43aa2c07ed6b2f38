resource callsTable 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = {
  name: 'ActiveCalls'
}
