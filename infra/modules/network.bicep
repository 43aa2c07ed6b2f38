metadata description = 'A virtual network for the app and for private endpoints, with the zones in which their names are found.'

@description('Name of the network.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Addresses of the network: a /16 of which the first two /24 are used.')
param addressPrefix string

@description('DNS zones of the services that are reached privately.')
param zoneNames string[]

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 0)
          // Flex Consumption asks for this delegation: https://learn.microsoft.com/azure/azure-functions/flex-consumption-how-to
          delegations: [
            {
              name: 'flex-consumption'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'private-endpoints'
        properties: { addressPrefix: cidrSubnet(addressPrefix, 24, 1) }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'private-endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zoneName in zoneNames: {
    name: zoneName
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zoneName, index) in zoneNames: {
    parent: zones[index]
    name: name
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

@description('Subnet of the app.')
output appSubnetId string = network::appSubnet.id

@description('Subnet of the private endpoints.')
output endpointSubnetId string = network::endpointSubnet.id
