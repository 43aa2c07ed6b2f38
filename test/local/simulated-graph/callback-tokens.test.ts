import { createHmac } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, exportSPKI, importJWK, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { BOT_APP_ID, createGraphOnVirtualClock, START_MS, TENANT_ID } from './graph-on-virtual-clock.ts';

const EXPECTED = { issuer: 'https://api.botframework.com', audience: BOT_APP_ID, algorithms: ['RS256'] };

function setUp() {
  const { graph, clock, request } = createGraphOnVirtualClock();
  const publishedKeys = async () => JSON.parse((await request('GET', '/v1/keys')).text);
  const verify = async (token: string) =>
    jwtVerify(token, createLocalJWKSet(await publishedKeys()), { ...EXPECTED, currentDate: new Date(clock.nowMs()) });
  return { graph, request, publishedKeys, verify };
}

test('a token verifies against the published keys and says who, for whom, and for one hour', async () => {
  const { graph, verify } = setUp();
  const { payload } = await verify(graph.signCallbackToken());
  const now = START_MS / 1_000;
  expect(payload).toEqual({
    aud: BOT_APP_ID,
    iss: 'https://api.botframework.com',
    tid: TENANT_ID,
    iat: now,
    nbf: now,
    exp: now + 3_600,
  });
});

test('claims and header fields can be put over the defaults, and null removes one', () => {
  const { graph } = setUp();
  const token = graph.signCallbackToken({
    aud: 'other',
    tid: null,
    extra: [1],
    $header: { kid: 'unknown', typ: null },
  });
  expect(decodeJwt(token)).toMatchObject({ aud: 'other', extra: [1] });
  expect(decodeJwt(token)).not.toHaveProperty('tid');
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid: 'unknown' });
});

test('an overridden claim keeps a good signature', async () => {
  const { graph, verify } = setUp();
  expect((await verify(graph.signCallbackToken({ tid: 'another-tenant' }))).payload.tid).toBe('another-tenant');
  await expect(verify(graph.signCallbackToken({ exp: START_MS / 1_000 - 1 }))).rejects.toThrow('"exp"');
});

test('alg none makes an unsigned token', () => {
  const { graph } = setUp();
  expect(graph.signCallbackToken({ $header: { alg: 'none' } })).toMatch(/^[^.]+\.[^.]+\.$/);
});

test('alg HS256 signs with the public key as the shared secret', async () => {
  const { graph, publishedKeys } = setUp();
  const [header, payload, signature] = graph.signCallbackToken({ $header: { alg: 'HS256' } }).split('.');
  const publicKey = await importJWK((await publishedKeys()).keys[0], 'RS256');
  if (publicKey instanceof Uint8Array) throw new Error('not a public key');
  const pem = `${(await exportSPKI(publicKey)).trim()}\n`;
  expect(signature).toBe(createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url'));
});

test('after a rotation tokens carry a new key, and old tokens verify until the old key is dropped', async () => {
  const { graph, verify } = setUp();
  const old = graph.signCallbackToken();
  const { kid } = graph.rotateKeys();
  expect(decodeProtectedHeader(graph.signCallbackToken()).kid).toBe(kid);
  expect(decodeProtectedHeader(old).kid).not.toBe(kid);
  await verify(old);
  graph.rotateKeys({ dropOld: true });
  await expect(verify(old)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  await verify(graph.signCallbackToken());
});

test('a token is signed with the key of now, whatever it says of it', () => {
  const { graph } = setUp();
  const token = () => graph.signCallbackToken({ $header: { kid: 'unknown' } });
  const before = token();
  expect(token()).toBe(before);
  graph.rotateKeys();
  expect(token()).not.toBe(before);
});

test('the metadata names the keys on its own host, and a fault takes both down', async () => {
  const { graph, request } = setUp();
  const metadata = JSON.parse((await request('GET', '/v1/.well-known/OpenIdConfiguration')).text);
  expect(metadata).toMatchObject({ jwks_uri: 'https://graph.microsoft.com/v1/keys', issuer: EXPECTED.issuer });
  graph.addFault({ operation: 'metadata', times: 'always', status: 503 });
  expect((await request('GET', '/v1/.well-known/OpenIdConfiguration')).status).toBe(503);
  expect((await request('GET', '/v1/keys')).status).toBe(503);
  graph.clearFaults();
  expect((await request('GET', '/v1/keys')).status).toBe(200);
});
