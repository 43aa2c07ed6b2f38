var appSettings = {
  BOT_APP_ID: 'given'
  BOT_APPLICATION_ID: 'unknown'
}
