module nowhere 'nowhere.bicep' = {
  name: 'nowhere'
  params: {
    query: loadTextContent('../kql/nothing.kql')
  }
}
