/** For hosts that need no Azurite of their own: each has its calls in an account that no other host uses. */
export const HOST_ACCOUNTS = [
  'bot',
  'canary',
  'cli',
  'dashboard',
  'examples',
  'hostile',
  'localhost',
  'nocertificate',
  'nosecret',
  'operations',
  'package',
  'readme',
  'relay',
] as const;
