var hostSettings = {
  TZ: 'Europe/Berlin'
  FUNCTIONS_WORKER_RUNTIME: 'node'
}

var siteConfig = { linuxFxVersion: 'NODE|24', ftpsState: 'Disabled' }
