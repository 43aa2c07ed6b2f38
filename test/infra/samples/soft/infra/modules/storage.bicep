resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'stexample'
  properties: {
    allowSharedKeyAccess: true
  }
}
