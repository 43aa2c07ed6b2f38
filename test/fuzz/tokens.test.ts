import { createSign, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createCallbackTokenVerifier } from '../../src/adapters/callback-token.ts';
import { createManualClock } from '../adapters/manual-clock.ts';
import { expectNoSecretIn, FUZZ_SECRET, fuzz, quickly } from './fuzz-run.ts';

const NOW_MS = Date.UTC(2026, 2, 1);
const NOW = NOW_MS / 1_000;
const TENANT = '1fdd12d0-4620-44ed-baec-459b611f84b2';
const ISSUER = 'https://api.botframework.com';
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const published = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig' }] };

const verifier = createCallbackTokenVerifier({
  metadataUrl: 'https://issuer.example/metadata',
  issuers: [ISSUER],
  audience: 'bot',
  allowedTenantIds: [TENANT],
  clock: createManualClock(NOW_MS),
  fetch: async (url) =>
    Response.json(String(url).endsWith('/metadata') ? { jwks_uri: 'https://issuer.example/keys' } : published),
});

const GOOD: Readonly<Record<string, unknown>> = { iss: ISSUER, aud: 'bot', tid: TENANT, nbf: NOW, exp: NOW + 3_600 };
/** Claims put over the good ones, few of which leave them good. */
const anyClaims = fc.dictionary(
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...Object.keys(GOOD)) }, { weight: 1, arbitrary: fc.string() }),
  fc.oneof(
    fc.constantFrom<unknown>(...Object.values(GOOD), TENANT.toUpperCase(), [ISSUER], ['bot'], FUZZ_SECRET, NOW - 1),
    fc.integer(),
    fc.jsonValue({ maxDepth: 1 }),
  ),
  { maxKeys: 2, noNullPrototype: true },
);
const anyHeader = fc.oneof(
  { weight: 4, arbitrary: fc.constant<object>({ alg: 'RS256', kid: 'k' }) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom('alg', 'kid', 'crit', 'jwk', 'b64'), fc.jsonValue({ maxDepth: 1 })),
  },
);
const anyToken = fc.record({ claims: anyClaims, header: anyHeader, damage: fc.option(fc.nat(), { freq: 4 }) });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed as it is; damaged afterwards where that is asked for. */
function sign({ claims, header, damage }: { claims: object; header: object; damage: number | null }): string {
  const signed = `${encode(header)}.${encode({ ...GOOD, ...claims })}`;
  const token = `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  if (damage === null) return token;
  const at = damage % (token.length - 2);
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

/** Written without the code that is judged. */
function isGood(claims: Readonly<Record<string, unknown>>): boolean {
  const { iss, aud, tid, nbf, exp } = claims;
  const other = claims['http://schemas.microsoft.com/identity/claims/tenantid'];
  const isTimely = typeof nbf === 'number' && nbf <= NOW + 300 && typeof exp === 'number' && exp > NOW - 300;
  return iss === ISSUER && aud === 'bot' && isTimely && other === undefined && String(tid).toLowerCase() === TENANT;
}

fuzz('tokens are accepted when all of their claims are good, and are not told', anyToken, async (made) => {
  const result = await quickly(() => verifier.verify(`Bearer ${sign(made)}`));
  expectNoSecretIn(result);
  const isAsMade = made.damage === null && JSON.stringify(made.header) === '{"alg":"RS256","kid":"k"}';
  if (isAsMade) expect(result.kind === 'accepted').toBe(isGood({ ...GOOD, ...made.claims }));
  else expect(result.kind).not.toBe('accepted');
});
