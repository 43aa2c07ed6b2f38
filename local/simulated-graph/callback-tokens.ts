import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import type { Clock } from '../../src/adapters/clock.ts';
import { ControlError } from './control-error.ts';

/** Claims to put over the defaults; `null` removes one. `$header` does the same for the token's header. */
export interface CallbackTokenOverrides {
  readonly [claim: string]: unknown;
  readonly $header?: Readonly<Record<string, unknown>>;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Source: Microsoft Teams, "Call notifications" (sample token: issuer, `tid`, one hour of life). */
const ISSUER = 'https://api.botframework.com';
const LIFETIME_SECONDS = 3_600;

const RSA_SIGNATURES = {
  RS256: { hash: 'sha256', padding: constants.RSA_PKCS1_PADDING },
  RS384: { hash: 'sha384', padding: constants.RSA_PKCS1_PADDING },
  RS512: { hash: 'sha512', padding: constants.RSA_PKCS1_PADDING },
  PS256: { hash: 'sha256', padding: constants.RSA_PKCS1_PSS_PADDING },
} as const;

/**
 * The keys of the simulated platform and the tokens it signs. Signing is synchronous, so that a simulation on a
 * virtual clock stays deterministic. A key is made when first needed, unless `signingKeys` still holds one.
 *
 * Units: token times in whole seconds of the clock.  Errors: ControlError 400 for an algorithm it cannot sign.
 */
export function createCallbackTokens(options: {
  readonly clock: Clock;
  readonly botAppId: string;
  readonly tenantId: string;
  readonly signingKeys?: readonly KeyObject[];
}) {
  const supplied = [...(options.signingKeys ?? [])];
  const published: SigningKey[] = [];

  const currentKey = (): SigningKey => published[0] ?? publishKey();
  const publishKey = (): SigningKey => {
    const key = toSigningKey(supplied.shift() ?? generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey);
    published.unshift(key);
    return key;
  };

  /** Within a second, tokens with the same claims are the same. */
  let last = { input: '', kid: '', signature: '' };

  const signToken = (overrides: CallbackTokenOverrides = {}): string => {
    const { $header, ...claims } = overrides;
    const key = currentKey();
    const nowSeconds = Math.floor(options.clock.nowMs() / 1_000);
    const header = withOverrides({ alg: 'RS256', typ: 'JWT', kid: key.kid }, $header ?? {});
    const defaults = {
      aud: options.botAppId,
      iss: ISSUER,
      tid: options.tenantId,
      iat: nowSeconds,
      nbf: nowSeconds,
      exp: nowSeconds + LIFETIME_SECONDS,
    };
    const input = `${toBase64UrlJson(header)}.${toBase64UrlJson(withOverrides(defaults, claims))}`;
    if (input !== last.input || key.kid !== last.kid) {
      last = { input, kid: key.kid, signature: signatureOf(input, header.alg, key) };
    }
    return `${input}.${last.signature}`;
  };

  return {
    sign: signToken,
    /** Signs with a new key from now on; the old ones stay published unless `dropOld`. */
    rotateKeys({ dropOld = false }: { readonly dropOld?: boolean } = {}): { readonly kid: string } {
      currentKey();
      const key = publishKey();
      if (dropOld) published.length = 1;
      return { kid: key.kid };
    },
    /** The JSON Web Key Set, the current key first. */
    keySet(): { readonly keys: readonly object[] } {
      currentKey();
      return { keys: published.map(toPublicJwk) };
    },
  };
}

export type CallbackTokens = ReturnType<typeof createCallbackTokens>;

function toSigningKey(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey);
  const kid = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
  return { kid, privateKey, publicKey };
}

function toPublicJwk(key: SigningKey): object {
  return { ...key.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: key.kid };
}

function signatureOf(input: string, algorithm: unknown, key: SigningKey): string {
  if (algorithm === 'none') return '';
  if (algorithm === 'HS256') {
    // The classic confusion attack: the public key, which everybody has, taken for a shared secret.
    const secret = key.publicKey.export({ type: 'spki', format: 'pem' });
    return createHmac('sha256', secret).update(input).digest('base64url');
  }
  const scheme = Object.entries(RSA_SIGNATURES).find(([name]) => name === algorithm)?.[1];
  if (scheme === undefined) {
    throw new ControlError(400, `$header.alg: use none, HS256, ${Object.keys(RSA_SIGNATURES).join(', ')}.`);
  }
  return sign(scheme.hash, Buffer.from(input), { key: key.privateKey, padding: scheme.padding }).toString('base64url');
}

function withOverrides(
  defaults: Readonly<Record<string, unknown>>,
  overrides: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries({ ...defaults, ...overrides }).filter(([, value]) => value !== null));
}

function toBase64UrlJson(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
