using 'main.bicep'

param nobodysParameter = 'x'
