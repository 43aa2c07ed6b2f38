import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type BotCredential,
  type BotCredentialSettings,
  createBotCredential,
} from '../../src/adapters/bot-credential.ts';
import {
  type SimulatedEntra,
  type SimulatedManagedIdentity,
  startSimulatedEntra,
  startSimulatedManagedIdentity,
} from './simulated-entra.ts';

const tenantId = '1fdd12d0-4620-44ed-baec-459b611f84b2';
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

test('local development has a fixed token that never expires and asks nobody', async () => {
  const credential = createBotCredential({ appId: 'bot', cloud: 'global', credential: { kind: 'localDevelopment' } });
  const { signal } = new AbortController();
  expect(await credential(tenantId).getToken('scope', { abortSignal: signal })).toEqual({
    token: 'local-development-token',
    expiresOnTimestamp: Number.MAX_SAFE_INTEGER,
  });
});

/** In a process of its own, because Node reads the extra certificate authority at its start only. */
describe.skipIf(!hasOpenssl)('with the real library and a simulated Entra (needs openssl on the path)', () => {
  let folder: string;
  let certificate: string;
  let entra: SimulatedEntra;
  let identity: SimulatedManagedIdentity;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bot-credential-'));
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject]);
    certificate = readFileSync(join(folder, 'cert.pem'), 'utf8');
    writeFileSync(join(folder, 'both.pem'), certificate + readFileSync(join(folder, 'key.pem'), 'utf8'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    entra = await startSimulatedEntra(readFileSync(join(folder, 'key.pem'), 'utf8'), certificate);
    identity = await startSimulatedManagedIdentity();
  });
  afterEach(async () => {
    await entra.close();
    await identity.close();
  });

  /** For each credential: the first token, the one from memory, the one after that was refused. */
  async function requestTokens(...settings: Partial<BotCredentialSettings>[]): Promise<unknown[]> {
    const common = { appId: 'bot', cloud: 'global', authorityHost: entra.authorityHost };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        join(import.meta.dirname, 'request-bot-tokens.ts'),
        JSON.stringify(settings.map((own) => ({ ...common, ...own }))),
      ],
      {
        env: {
          NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
          IDENTITY_ENDPOINT: `${identity.url}/msi/token`,
          IDENTITY_HEADER: 'identity-header',
        },
      },
    );
    return JSON.parse(stdout);
  }

  const refreshed = { first: 'graph-token-1', kept: 'graph-token-1', afterRefusal: 'graph-token-2' };

  test('a client secret buys tokens, and a refused one is really replaced', async () => {
    expect(await requestTokens({ credential: { kind: 'clientSecret', secret: 'right' } })).toEqual([refreshed]);
    expect(entra.requests[0]?.path).toBe(`/${tenantId}/oauth2/v2.0/token`);
    expect(Object.fromEntries(entra.requests[0]?.form ?? [])).toMatchObject({
      client_id: 'bot',
      client_secret: 'right',
      scope: 'https://graph.microsoft.com/.default',
      grant_type: 'client_credentials',
    });
  });

  test("a wrong client secret is told by Entra's code, never by itself", async () => {
    const [result] = await requestTokens({ credential: { kind: 'clientSecret', secret: 'wrong' } });
    expect(JSON.stringify(result)).toContain('AADSTS7000215');
    expect(JSON.stringify(result)).not.toContain('wrong');
  });

  test('a certificate signs the assertion, given as a file or as text on one line', async () => {
    const path = join(folder, 'both.pem');
    const credentials: BotCredential[] = [
      { kind: 'clientCertificate', certificate: { path } },
      { kind: 'clientCertificate', certificate: { pem: readFileSync(path, 'utf8').replaceAll('\n', '\\n') } },
    ];
    const results = await requestTokens(...credentials.map((credential) => ({ credential })));
    expect(results[0]).toEqual(refreshed);
    expect(results[1]).toMatchObject({ first: 'graph-token-3' });
    expect(entra.requests).toHaveLength(4);
    const { publicKey } = new X509Certificate(certificate);
    for (const { form } of entra.requests) {
      // MSAL rounds `nbf` up to the next second.
      const { payload } = await jwtVerify(form.get('client_assertion') ?? '', publicKey, { clockTolerance: 5 });
      expect(payload).toMatchObject({ iss: 'bot', sub: 'bot' });
    }
  });

  test("the managed identity's token is the assertion, for the cloud's own audience", async () => {
    const credential: BotCredential = { kind: 'managedIdentityFederation', managedIdentityClientId: 'identity-id' };
    const results = await requestTokens(
      { credential },
      { credential, cloud: 'usgov' },
      { credential, cloud: 'usgovdod' },
    );
    expect(results[0]).toEqual(refreshed);
    expect(identity.resources).toEqual(['api://AzureADTokenExchange', 'api://AzureADTokenExchangeUSGov']);
    expect(entra.requests.map(({ form }) => form.get('client_assertion'))).toEqual([
      ...['identity-token-1', 'identity-token-1'],
      ...['identity-token-2', 'identity-token-2', 'identity-token-2', 'identity-token-2'],
    ]);
    expect(entra.requests[0]?.form.get('client_assertion_type')).toContain('jwt-bearer');
  });

  test('an identity that is the bot asks for Graph itself; within its life the token stays the same', async () => {
    const credential: BotCredential = { kind: 'managedIdentity', managedIdentityClientId: 'identity-id' };
    const token = 'identity-token-1';
    expect(await requestTokens({ credential })).toEqual([{ first: token, kept: token, afterRefusal: token }]);
    expect(identity.resources).toEqual(['https://graph.microsoft.com']);
    expect(entra.requests).toEqual([]);
  });

  test('an unknown managed identity is a credential failure', async () => {
    const credential: BotCredential = { kind: 'managedIdentityFederation', managedIdentityClientId: 'nobody' };
    const [result] = await requestTokens({ credential });
    expect(JSON.stringify(result)).toContain(`No Graph token for tenant ${tenantId}`);
    expect(entra.requests).toEqual([]);
  });
});
