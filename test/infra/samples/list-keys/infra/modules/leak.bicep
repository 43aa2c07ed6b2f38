resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: 'stexample'
}

output key string = account.listKeys().keys[0].value
output sas object = listAccountSas(account.id, account.apiVersion, {})
