import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCallbackTokenVerifier } from '../../src/adapters/callback-token.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const startMs = Date.parse('2026-03-01T12:00:00Z');
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const tenantId = '1fdd12d0-4620-44ed-baec-459b611f84b2';
const accepted = { kind: 'accepted', tenantId, appId: 'bot', issuer: 'https://api.botframework.com' };

function createSigner(keyId: string, modulusLength = 2048) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  return { keyId, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig' } };
}
type Signer = ReturnType<typeof createSigner>;

const today = createSigner('today');
const tomorrow = createSigner('tomorrow');
const short = createSigner('short', 1024);

/** The issuer as it behaves during one test. */
let published: unknown[];
let status: number;
let requests: string[];
let keysAddress: string | undefined;
let onRequest: (() => Promise<void>) | undefined;
let issuer: LoopbackServer;
let clock: ManualClock;

beforeEach(async () => {
  published = [today.jwk];
  status = 200;
  requests = [];
  keysAddress = undefined;
  onRequest = undefined;
  clock = createManualClock(startMs);
  issuer = await startLoopbackServer(async (request, response) => {
    requests.push(request.url ?? '');
    await onRequest?.();
    if (request.url === '/elsewhere') return response.writeHead(302, { location: '/metadata' }).end();
    const metadata = { jwks_uri: keysAddress ?? `${issuer.url}/keys` };
    response.writeHead(status).end(JSON.stringify(request.url === '/metadata' ? metadata : { keys: published }));
  });
});
afterEach(() => issuer.close());

const create = (metadataUrl = `${issuer.url}/metadata`) =>
  createCallbackTokenVerifier({
    metadataUrl,
    issuers: ['https://graph.microsoft.com', 'https://api.botframework.com'],
    audience: 'bot',
    allowedTenantIds: [tenantId],
    clock,
    fetch,
  });

function sign(signer: Signer, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) {
  const nowSeconds = clock.nowMs() / 1000;
  return new SignJWT({
    iss: 'https://api.botframework.com',
    aud: 'bot',
    tid: tenantId,
    nbf: nowSeconds,
    exp: nowSeconds + 3600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: signer.keyId, ...header })
    .sign(signer.privateKey);
}
const bearer = async (signer: Signer, claims?: Record<string, unknown>, header?: Record<string, unknown>) =>
  `Bearer ${await sign(signer, claims, header)}`;

/** Lets what is under way on loopback finish, without a fixed wait. */
async function settled(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a token', () => {
  test('of the issuer is accepted', async () => {
    expect(await create().verify(await bearer(today))).toEqual(accepted);
  });

  test('signed by somebody else under a known key id is refused', async () => {
    const impostor = { ...tomorrow, keyId: 'today' };
    expect(await create().verify(await bearer(impostor))).toEqual({ kind: 'rejected', reason: 'badSignature' });
  });

  test('whose claims were changed after signing is refused', async () => {
    const [header, , signature] = (await sign(today)).split('.');
    const [, otherClaims] = (await sign(tomorrow, { tid: 'other' })).split('.');
    const forged = `Bearer ${header}.${otherClaims}.${signature}`;
    expect(await create().verify(forged)).toEqual({ kind: 'rejected', reason: 'badSignature' });
  });

  test('without a signature is refused', async () => {
    const unsecured = new UnsecuredJWT({ aud: 'bot' }).encode();
    expect(await create().verify(`Bearer ${unsecured}`)).toMatchObject({ kind: 'rejected' });
    const [, claims, signature] = (await sign(today)).split('.');
    const header = Buffer.from('{"alg":"none","kid":"today"}').toString('base64url');
    expect(await create().verify(`Bearer ${header}.${claims}.${signature}`)).toEqual({
      kind: 'rejected',
      reason: 'algorithmNotAllowed',
    });
  });

  test('with HS256 keyed by the public key is refused', async () => {
    const secret = new TextEncoder().encode(JSON.stringify(today.jwk));
    const token = await new SignJWT({ aud: 'bot' }).setProtectedHeader({ alg: 'HS256', kid: 'today' }).sign(secret);
    expect(await create().verify(`Bearer ${token}`)).toEqual({ kind: 'rejected', reason: 'algorithmNotAllowed' });
  });

  test.each([
    [{ exp: startMs / 1000 - 301 }, 'expired'],
    [{ aud: 'other' }, 'wrongAudience'],
    [{ iss: 'https://example.com' }, 'wrongIssuer'],
    [{ tid: 'other' }, 'tenantNotAllowed'],
  ])('with %j is refused as %s', async (claims, reason) => {
    expect(await create().verify(await bearer(today, claims))).toEqual({ kind: 'rejected', reason });
  });

  test('that brings its own key address is refused before anything is fetched', async () => {
    const verdict = await create().verify(await bearer(today, {}, { jku: `${issuer.url}/keys` }));
    expect(verdict).toEqual({ kind: 'rejected', reason: 'headerNotAllowed' });
    expect(requests).toEqual([]);
  });

  test.each([
    [undefined, 'tokenMissing'],
    ['Bearer !.!.!', 'malformedToken'],
    ['Bearer e30.e30.e30', 'algorithmNotAllowed'],
    ['Bearer AAAA.e30.e30', 'malformedToken'],
    ['Bearer W10.e30.e30', 'malformedToken'],
  ])('as bad as %j is refused as %s without a fetch', async (header, reason) => {
    expect(await create().verify(header)).toEqual({ kind: 'rejected', reason });
    expect(requests).toEqual([]);
  });

  test('whose signed content is no JSON object is refused', async () => {
    const { CompactSign } = await import('jose');
    const token = await new CompactSign(new TextEncoder().encode('"text"'))
      .setProtectedHeader({ alg: 'RS256', kid: 'today' })
      .sign(today.privateKey);
    expect((await create().verify(`Bearer ${token}`)).kind).toBe('rejected');
  });
});

describe('the keys', () => {
  test('are fetched once for many callers, then kept', async () => {
    const verifier = create();
    const header = await bearer(today);
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => verifier.verify(header)));
    expect(verdicts).toEqual(Array.from({ length: 20 }, () => accepted));
    clock.advance(59 * minuteMs);
    await verifier.verify(header);
    expect(requests).toEqual(['/metadata', '/keys']);
  });

  test('are kept when the issuer goes', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    await issuer.close();
    expect(await verifier.verify(await bearer(today))).toEqual(accepted);
  });

  test('are fetched again for an unknown key id every ten seconds; until then it is asked for again, not refused', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    published = [today.jwk, tomorrow.jwk];
    const askAgain = { kind: 'unavailable', reason: 'unknownKey' };
    expect(await verifier.verify(await bearer(tomorrow))).toEqual({ ...askAgain, retryAfterSeconds: 10 });
    clock.advance(9_500);
    expect(await verifier.verify(await bearer(tomorrow))).toEqual({ ...askAgain, retryAfterSeconds: 1 });
    expect(requests).toHaveLength(2);
    clock.advance(500);
    expect(await verifier.verify(await bearer(tomorrow))).toEqual(accepted);
    expect(requests).toHaveLength(4);
  });

  test('that lack a key id though they were fetched for it are a refusal', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    clock.advance(10_000);
    expect(await verifier.verify(await bearer(tomorrow))).toEqual({ kind: 'rejected', reason: 'unknownKey' });
  });

  test('with strangers who ask for junk key ids all the time, still bring a new key within ten seconds', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    const junk = async (index: number) => verifier.verify(await bearer({ ...today, keyId: `junk-${index}` }));
    for (let second = 0; second < 35; second++) {
      clock.advance(1_000);
      await junk(second);
    }
    expect(requests).toHaveLength(2 + 3 * 2);
    published = [today.jwk, tomorrow.jwk];
    let waited = 0;
    while ((await verifier.verify(await bearer(tomorrow))).kind !== 'accepted') {
      clock.advance(1_000);
      await junk(100 + ++waited);
    }
    expect(waited).toBeLessThanOrEqual(10);
  });

  test.each([
    [{ aud: 'other' }, 'wrongAudience'],
    [{ iss: 'https://example.com' }, 'wrongIssuer'],
    [{ exp: startMs / 1000 - 301 }, 'expired'],
    [{ tid: 'other' }, 'tenantNotAllowed'],
  ])(
    'are not fetched for an unknown key id when the token is wrong anyway: %j is refused as %s',
    async (claims, reason) => {
      const verifier = create();
      await verifier.verify(await bearer(today));
      clock.advance(10_000);
      expect(await verifier.verify(await bearer(tomorrow, claims))).toEqual({ kind: 'rejected', reason });
      expect(requests).toHaveLength(2);
    },
  );

  test('are asked for again after a clock was set back', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    published = [today.jwk, tomorrow.jwk];
    clock.advance(-60_000);
    expect(await verifier.verify(await bearer(tomorrow))).toEqual(accepted);
  });

  test('are refreshed behind the answer when an hour old', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    clock.advance(hourMs + 1);
    published = [tomorrow.jwk];
    expect(await verifier.verify(await bearer(today))).toEqual(accepted);
    await settled(() => requests.length === 4);
    let verdict = await verifier.verify(await bearer(tomorrow));
    while (verdict.kind !== 'accepted') verdict = await verifier.verify(await bearer(tomorrow));
    clock.advance(10_000);
    expect(await verifier.verify(await bearer(today))).toEqual({ kind: 'rejected', reason: 'unknownKey' });
  });

  test('survive an outage of the issuer for a day, and no longer', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    await issuer.close();
    clock.advance(24 * hourMs);
    expect(await verifier.verify(await bearer(today))).toEqual(accepted);
    clock.advance(1);
    const verdict = await verifier.verify(await bearer(today));
    expect(verdict).toMatchObject({ kind: 'unavailable', reason: 'unreachable' });
  });

  test('that cannot be fetched make the verdict unavailable, never a refusal; the next try comes after ten seconds', async () => {
    status = 503;
    const verifier = create();
    const header = await bearer(today);
    expect(await verifier.verify(header)).toEqual({ kind: 'unavailable', reason: 'http503', retryAfterSeconds: 10 });
    status = 200;
    clock.advance(9000);
    expect(await verifier.verify(header)).toEqual({ kind: 'unavailable', reason: 'http503', retryAfterSeconds: 1 });
    clock.advance(1000);
    expect(await verifier.verify(header)).toEqual(accepted);
    expect(requests).toEqual(['/metadata', '/metadata', '/keys']);
  });

  test('that lack the key id and cannot be refreshed leave it open whether the key is unknown', async () => {
    const verifier = create();
    await verifier.verify(await bearer(today));
    clock.advance(minuteMs + 1);
    status = 500;
    expect(await verifier.verify(await bearer(tomorrow))).toMatchObject({ kind: 'unavailable', reason: 'http500' });
    expect(await verifier.verify(await bearer(today))).toEqual(accepted);
  });

  test('that do not come within five seconds are given up', async () => {
    onRequest = () => new Promise(() => {});
    const pending = create().verify(await bearer(today));
    await settled(() => requests.length === 1);
    clock.advance(5000);
    expect(await pending).toMatchObject({ kind: 'unavailable', reason: 'timeout' });
  });

  test('of another use, another type, too short or broken are passed over', async () => {
    published = [
      null,
      'text',
      { ...today.jwk, kid: 'encrypting', use: 'enc' },
      { ...today.jwk, kid: 'other-algorithm', alg: 'RS512' },
      { ...today.jwk, kid: 'broken', n: '!' },
      { kty: 'oct', kid: 'symmetric', k: 'AAAA' },
      short.jwk,
      today.jwk,
    ];
    const verifier = create();
    expect(await verifier.verify(await bearer(today))).toEqual(accepted);
    for (const keyId of ['encrypting', 'other-algorithm', 'broken', 'symmetric', 'short']) {
      clock.advance(10_000);
      const verdict = await verifier.verify(await bearer({ ...today, keyId }));
      expect(verdict).toEqual({ kind: 'rejected', reason: 'unknownKey' });
    }
  });

  test.each([
    ['no usable key', () => (published = [short.jwk]), 'noUsableKeys'],
    ['more than 512 KiB', () => (published = ['x'.repeat(512 * 1024)]), 'bodyTooLong'],
    ['an address without https', () => (keysAddress = 'http://keys.example.com/'), 'addressNotHttps'],
    ['no address', () => (keysAddress = ''), 'addressNotHttps'],
  ])('with %s are not believed', async (_what, arrange, reason) => {
    arrange();
    expect(await create().verify(await bearer(today))).toMatchObject({ kind: 'unavailable', reason });
  });

  test('are not fetched from metadata without https', async () => {
    const verdict = await create('http://metadata.example.com/').verify(await bearer(today));
    expect(verdict).toMatchObject({ kind: 'unavailable', reason: 'addressNotHttps' });
  });

  test('are not fetched by way of a redirect', async () => {
    const verdict = await create(`${issuer.url}/elsewhere`).verify(await bearer(today));
    expect(verdict.kind).toBe('unavailable');
    expect(requests).toEqual(['/elsewhere']);
  });
});
