using 'main.bicep'

param environmentName = 'example'
param location = 'westeurope'
param botApplication = '11111111-2222-3333-4444-555555555555'
