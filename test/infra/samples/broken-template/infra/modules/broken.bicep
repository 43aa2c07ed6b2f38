@description('Name of something that is here.')
param name string

resource site 'Microsoft.Web/sites@2025-03-01' == {
  name: name
}
