param silent string

@description('Terse.')
param terse string

@description('Described well enough to be understood.')
@minLength(3)
param described string
