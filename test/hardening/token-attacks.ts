import type { Attack, AttackTools } from './support/attack.ts';

/** A token with a good signature and good claims, but for what is put over them. */
const tokenAttack = (
  attack: string,
  claims: (tools: AttackTools) => Readonly<Record<string, unknown>>,
  reason: string,
): Attack => ({
  attack,
  request: async (tools) => ({ headers: bearer(await tools.signToken(claims(tools))) }),
  status: 401,
  reason,
});

const headerAttack = (
  attack: string,
  header: (tools: AttackTools) => Readonly<Record<string, unknown>>,
  reason: string,
) => tokenAttack(attack, (tools) => ({ $header: header(tools) }), reason);

const bearer = (token: string) => ['Authorization', `Bearer ${token}`];

/** Who says who they are. What claims do is in test/support/token-attacks. */
export const TOKEN_ATTACKS: readonly Attack[] = [
  tokenAttack('with a good token of more than 16 KiB', () => ({ filler: 'x'.repeat(13_000) }), 'tokenTooLong'),
  {
    attack: 'with two Authorization headers, both good',
    request: async ({ signToken }) => {
      const token = await signToken();
      return { headers: [...bearer(token), ...bearer(token)] };
    },
    status: 401,
    reason: 'severalTokens',
  },
  { attack: 'without a token', request: () => ({ headers: [] }), status: 401, reason: 'tokenMissing' },
  {
    attack: 'with a token of another scheme',
    request: () => ({ headers: ['Authorization', 'Basic eDp5'] }),
    status: 401,
    reason: 'notBearer',
  },
  {
    attack: 'with a token that is none',
    request: () => ({ headers: bearer('e30..') }),
    status: 401,
    reason: 'malformedToken',
  },
  {
    attack: 'with a token whose header is no JSON',
    request: () => ({ headers: bearer('a.b.c') }),
    status: 401,
    reason: 'malformedToken',
  },
  headerAttack(
    'with a token that names its keys (jku)',
    ({ trapOrigin }) => ({ jku: `${trapOrigin}/keys` }),
    'headerNotAllowed',
  ),
  headerAttack(
    'with a token that names its certificate (x5u)',
    ({ trapOrigin }) => ({ x5u: `${trapOrigin}/x5u` }),
    'headerNotAllowed',
  ),
  headerAttack('with a token that brings its certificate (x5c)', () => ({ x5c: ['MIIB'] }), 'headerNotAllowed'),
  headerAttack(
    'with a token that brings its key (jwk)',
    () => ({ jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }),
    'headerNotAllowed',
  ),
  headerAttack('with a token that asks for more (crit)', () => ({ crit: ['b64'], b64: true }), 'headerNotAllowed'),
  headerAttack('with a token that nobody signed (none)', () => ({ alg: 'none' }), 'malformedToken'),
  headerAttack('with a token signed with the public key (HS256)', () => ({ alg: 'HS256' }), 'algorithmNotAllowed'),
  headerAttack('with a token of another RSA scheme (PS256)', () => ({ alg: 'PS256' }), 'algorithmNotAllowed'),
  headerAttack('with a token that names no key', () => ({ kid: null }), 'keyIdMissing'),
  // Keys were fetched a moment ago: whether this one was published since, nobody knows yet.
  {
    ...headerAttack('with a token whose key id is a path', () => ({ kid: '../../../dev/null' }), 'unknownKey'),
    status: 503,
  },
  tokenAttack(
    'with a token of two tenants',
    () => ({ 'http://schemas.microsoft.com/identity/claims/tenantid': 'other' }),
    'tenantMissing',
  ),
  tokenAttack('with a token for several bots', ({ callId }) => ({ aud: [callId] }), 'wrongAudience'),
  tokenAttack('with a token whose expiry is a text', () => ({ exp: '9999999999' }), 'expired'),
  {
    attack: 'with a token changed after it was signed',
    request: async ({ signToken }) => {
      const [header, , signature] = (await signToken()).split('.');
      const [, payload] = (await signToken({ sub: 'other' })).split('.');
      return { headers: bearer([header, payload, signature].join('.')) };
    },
    status: 401,
    reason: 'badSignature',
  },
  {
    attack: 'with no token and a body that is no JSON, too large, and of another type',
    request: () => ({ headers: ['Content-Type', 'text/plain'], body: 'x'.repeat(5 * 1024 * 1024) }),
    status: 401,
    reason: 'tokenMissing',
  },
];
