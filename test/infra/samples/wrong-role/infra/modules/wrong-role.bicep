var owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(owner)
  properties: {
    roleDefinitionId: owner
  }
}
