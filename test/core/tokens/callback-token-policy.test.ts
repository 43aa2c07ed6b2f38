import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CallbackTokenPolicy,
  checkTokenClaims,
  checkTokenHeader,
  parseBearerToken,
} from '../../../src/core/tokens/callback-token-policy.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');
const nowSeconds = nowMs / 1000;
const tenantId = '1fdd12d0-4620-44ed-baec-459b611f84b2';
const longTenantClaim = 'http://schemas.microsoft.com/identity/claims/tenantid';
const policy: CallbackTokenPolicy = {
  issuers: ['https://graph.microsoft.com', 'https://api.botframework.com'],
  audience: 'bot-app-id',
  allowedTenantIds: [tenantId.toUpperCase()],
};
const claims = {
  iss: 'https://api.botframework.com',
  aud: 'bot-app-id',
  exp: nowSeconds + 3600,
  nbf: nowSeconds - 60,
  tid: tenantId,
};
const check = (changes: object, changedPolicy: Partial<CallbackTokenPolicy> = {}) =>
  checkTokenClaims({ ...claims, ...changes }, { ...policy, ...changedPolicy }, nowMs);

test('a bearer token is taken from the header, whatever the case of the scheme', () => {
  expect(parseBearerToken('Bearer a.b.c')).toEqual({ kind: 'token', token: 'a.b.c' });
  expect(parseBearerToken('bearer  a-_1.b.c ')).toEqual({ kind: 'token', token: 'a-_1.b.c' });
});

test.each([
  [undefined, 'tokenMissing'],
  ['  ', 'tokenMissing'],
  ['Bearer a.b.c, Bearer d.e.f', 'severalTokens'],
  ['a.b.c', 'notBearer'],
  ['Basic a.b.c', 'notBearer'],
  ['Bearer', 'notBearer'],
  ['Bearer a.b.c d.e.f', 'notBearer'],
  ['Bearer a.b', 'malformedToken'],
  ['Bearer a.b.', 'malformedToken'],
  ['Bearer a.b.c.d.e', 'malformedToken'],
  ['Bearer a.b.c=', 'malformedToken'],
  [`Bearer a.${'b'.repeat(16 * 1024)}.c`, 'tokenTooLong'],
])('the header %j is refused as %s', (header, reason) => {
  expect(parseBearerToken(header)).toEqual({ kind: 'rejected', reason });
});

test('any header gives either a refusal or a token that is a part of it', () => {
  const anyHeader = fc.oneof(
    fc.string(),
    fc.string().map((text) => `Bearer ${text}`),
  );
  fc.assert(
    fc.property(anyHeader, (header) => {
      const parsed = parseBearerToken(header);
      if (parsed.kind === 'token') expect(header).toContain(parsed.token);
      else expect(parsed.reason).not.toBe('');
    }),
  );
});

test('a token may be as long as the header that the host takes', () => {
  const header = (length: number) => `Bearer a.b.${'c'.repeat(length - 'Bearer a.b.'.length)}`;
  expect(parseBearerToken(header(16_384)).kind).toBe('token');
  expect(parseBearerToken(header(16_385))).toEqual({ kind: 'rejected', reason: 'tokenTooLong' });
});

test('a token header names its key', () => {
  expect(checkTokenHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT', x5t: 'k1' })).toEqual({ kind: 'keyId', keyId: 'k1' });
});

test.each<[Record<string, unknown>, string]>([
  [{ alg: 'none', kid: 'k1' }, 'algorithmNotAllowed'],
  [{ alg: 'HS256', kid: 'k1' }, 'algorithmNotAllowed'],
  [{ alg: 'RS512', kid: 'k1' }, 'algorithmNotAllowed'],
  [{ alg: 'rs256', kid: 'k1' }, 'algorithmNotAllowed'],
  [{ kid: 'k1' }, 'algorithmNotAllowed'],
  [{ alg: 'RS256' }, 'keyIdMissing'],
  [{ alg: 'RS256', kid: '' }, 'keyIdMissing'],
  [{ alg: 'RS256', kid: 7 }, 'keyIdMissing'],
  [{ alg: 'RS256', kid: 'k1', jku: null }, 'headerNotAllowed'],
  [{ alg: 'RS256', kid: 'k1', jwk: {} }, 'headerNotAllowed'],
  [{ alg: 'RS256', kid: 'k1', x5u: 'https://example.com' }, 'headerNotAllowed'],
  [{ alg: 'RS256', kid: 'k1', x5c: [] }, 'headerNotAllowed'],
  [{ alg: 'RS256', kid: 'k1', crit: ['exp'] }, 'headerNotAllowed'],
])('the token header %j is refused as %s', (header, reason) => {
  expect(checkTokenHeader(header)).toEqual({ kind: 'rejected', reason });
});

test('the right claims are accepted with their tenant in lower case', () => {
  expect(check({ tid: tenantId.toUpperCase() })).toEqual({
    kind: 'accepted',
    tenantId,
    appId: 'bot-app-id',
    issuer: 'https://api.botframework.com',
  });
});

test('the tenant may stand under its long name', () => {
  expect(check({ tid: undefined, [longTenantClaim]: tenantId })).toMatchObject({ kind: 'rejected' });
  const { tid, ...others } = claims;
  expect(checkTokenClaims({ ...others, [longTenantClaim]: tid }, policy, nowMs)).toMatchObject({ tenantId });
});

test('two tenant claims must agree', () => {
  expect(check({ [longTenantClaim]: tenantId.toUpperCase() }).kind).toBe('accepted');
  expect(check({ [longTenantClaim]: 'other' })).toEqual({ kind: 'rejected', reason: 'tenantMissing' });
});

test.each([
  [{ iss: 'https://api.botframework.com/' }, 'wrongIssuer'],
  [{ iss: ['https://api.botframework.com'] }, 'wrongIssuer'],
  [{ aud: 'BOT-APP-ID' }, 'wrongAudience'],
  [{ aud: ['bot-app-id', 'other'] }, 'wrongAudience'],
  [{ exp: undefined }, 'expired'],
  [{ exp: `${nowSeconds + 3600}` }, 'expired'],
  [{ exp: nowSeconds - 300 }, 'expired'],
  [{ exp: Number.NaN }, 'expired'],
  [{ nbf: nowSeconds + 301 }, 'notYetValid'],
  [{ nbf: 'now' }, 'notYetValid'],
  [{ nbf: '0' }, 'notYetValid'],
  [{ tid: '' }, 'tenantMissing'],
  [{ tid: 'a/../b' }, 'tenantMissing'],
  [{ tid: 7 }, 'tenantMissing'],
  [{ tid: '2fdd12d0-4620-44ed-baec-459b611f84b2' }, 'tenantNotAllowed'],
])('claims with %j are refused as %s', (changes, reason) => {
  expect(check(changes)).toEqual({ kind: 'rejected', reason });
});

test('five minutes of clock skew are tolerated at both ends', () => {
  expect(check({ exp: nowSeconds - 299 }).kind).toBe('accepted');
  expect(check({ nbf: nowSeconds + 300 }).kind).toBe('accepted');
});

test('a token need not say from when on it is valid', () => {
  const { nbf, ...others } = claims;
  expect(nbf).toBeLessThanOrEqual(nowSeconds);
  expect(checkTokenClaims(others, policy, nowMs).kind).toBe('accepted');
});

test('of several allowed tenants any one will do', () => {
  expect(check({}, { allowedTenantIds: ['other', tenantId.toUpperCase()] })).toMatchObject({
    kind: 'accepted',
    tenantId,
  });
});

test('a star allows any tenant but not a token without one', () => {
  expect(check({ tid: 'other' }, { allowedTenantIds: '*' })).toMatchObject({ kind: 'accepted', tenantId: 'other' });
  const { tid, ...withoutTenant } = claims;
  expect(tid).toBe(tenantId);
  expect(checkTokenClaims(withoutTenant, { ...policy, allowedTenantIds: '*' }, nowMs)).toEqual({
    kind: 'rejected',
    reason: 'tenantMissing',
  });
});

test('a star inside a list is a name like any other, which no token has', () => {
  expect(check({}, { allowedTenantIds: ['*'] })).toEqual({ kind: 'rejected', reason: 'tenantNotAllowed' });
});

test('claims that only a prototype has count for nothing', () => {
  expect(checkTokenClaims(Object.create(claims), policy, nowMs).kind).toBe('rejected');
});

test('nothing is accepted outside the token life, whatever the times', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: false }), fc.double({ noNaN: false }), (exp, nbf) => {
      const accepted = check({ exp, nbf }).kind === 'accepted';
      expect(accepted).toBe(exp + 300 > nowSeconds && nbf - 300 <= nowSeconds);
    }),
  );
});
