resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: 'func-example'
}

resource cache 'Microsoft.Cache/redis@2024-11-01' = {
  name: 'redis-example'
}
