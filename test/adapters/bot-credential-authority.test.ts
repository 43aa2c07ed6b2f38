import { ClientSecretCredential } from '@azure/identity';
import { expect, test, vi } from 'vitest';
import { createBotCredential } from '../../src/adapters/bot-credential.ts';

vi.mock('@azure/identity', () => ({
  ClientSecretCredential: vi.fn(
    class {
      getToken = async () => ({ token: 'token', expiresOnTimestamp: 1 });
    },
  ),
}));

/** Source: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
test.each([
  ['global', 'https://login.microsoftonline.com'],
  ['usgov', 'https://login.microsoftonline.us'],
  ['usgovdod', 'https://login.microsoftonline.us'],
] as const)('in %s the authority is %s, asked for one tenant and one request', async (cloud, authorityHost) => {
  const constructed = vi.mocked(ClientSecretCredential);
  constructed.mockClear();
  const credential = createBotCredential({ appId: 'bot', cloud, credential: { kind: 'clientSecret', secret: 's' } });
  const own = credential('tenant');
  expect(constructed).not.toHaveBeenCalled();
  await own.getToken('scope', { abortSignal: new AbortController().signal });
  expect(constructed.mock.calls).toEqual([['tenant', 'bot', 's', { authorityHost }]]);
});
