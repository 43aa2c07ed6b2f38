import * as z from 'zod/mini';
import { isSafeTarget } from '../core/relay/is-safe-target.ts';

// What a setting's text may look like. Messages continue the sentence "<setting> …" and never hold the value.

/** Lower case out, for tenants and apps are compared as texts. */
export const guid = z.pipe(
  z.string().check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be a GUID with dashes')),
  z.transform((text: string) => text.toLowerCase()),
);

/** https, or http to this very machine; no user name, password or fragment in it. */
export const safeUrl = z
  .string()
  .check(
    z.refine(
      (text) => isSafeTarget(text) && !text.includes('#'),
      'must be an https URL (http only to this machine: localhost, 127.0.0.1, [::1]) without user name, password or fragment',
    ),
  );

/** A Graph endpoint that ends in its API version; a last slash is taken off. */
export const graphUrl = z
  .pipe(
    safeUrl,
    z.transform((text: string) => text.replace(/\/$/, '')),
  )
  .check(
    z.refine((text) => /\/(v1\.0|beta)$/.test(new URL(text).pathname), 'must end in the API version, /v1.0 or /beta'),
    z.refine((text) => !text.includes('?'), 'must not have a query'),
  );

export const issuers = z
  .pipe(z.string(), z.transform(splitAtCommas))
  .check(
    z.refine(
      (texts) => texts.every(isSafeTarget),
      'must be a list of https URLs (http only to this machine), separated by commas',
    ),
  );

/** Lower case out; `*` must stand alone. */
export const tenantIds = z.pipe(
  z
    .pipe(z.string(), z.transform(splitAtCommas))
    .check(
      z.refine(
        (texts) => isAnyTenant(texts) || texts.every((text) => guid.safeParse(text).success),
        'must be GUIDs with dashes, separated by commas, or * alone for any tenant',
      ),
    ),
  z.transform((texts: readonly string[]) => (isAnyTenant(texts) ? '*' : texts.map((text) => text.toLowerCase()))),
);

export function wholeNumber(minimum: number, maximum: number): z.ZodMiniType<number, string> {
  const digits = z
    .string()
    .check(
      z.refine(
        (text) => /^\d{1,9}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum,
        `must be a whole number from ${minimum} to ${maximum}`,
      ),
    );
  return z.pipe(digits, z.transform(Number));
}

export function oneOf<const T extends string>(names: readonly [T, ...T[]]): z.ZodMiniType<T, string> {
  return z.pipe(z.string(), z.enum(names, { error: `must be one of ${names.join(', ')}` }));
}

/** Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (24 to 64 bytes). */
export const webhookSecret = z.string().check(
  z.refine((text) => {
    const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
    if (base64 === undefined || base64.length % 4 !== 0) return false;
    const { length } = atob(base64);
    return length >= 24 && length <= 64;
  }, 'must be whsec_ followed by 24 to 64 bytes in base64'),
);

/** PEM with certificate and private key; many places keep only one line, with \n for the line ends. */
export const certificatePem = z
  .pipe(
    z.string(),
    z.transform((text: string) => text.replaceAll('\\n', '\n')),
  )
  .check(
    z.refine(
      (text) => /-----BEGIN CERTIFICATE-----/.test(text) && /-----BEGIN (\w+ )?PRIVATE KEY-----/.test(text),
      'must hold a certificate and its private key in PEM',
    ),
  );

export const anyText = z.string();

/** Azure leaves a Key Vault reference that it cannot resolve as it is: no secret begins like that. */
export const resolvedSecret = z
  .string()
  .check(
    z.refine(
      (text) => !/^@Microsoft\.KeyVault\(/i.test(text),
      'is a Key Vault reference that Azure could not resolve: check the name, and that the identity may read it',
    ),
  );

/** Whether a URL points to this very machine, the only place where plain http is safe. */
export function isLoopbackUrl(url: string): boolean {
  return isSafeTarget(`http://${new URL(url).host}`);
}

function splitAtCommas(text: string): readonly string[] {
  return text.split(',').map((part) => part.trim());
}

function isAnyTenant(texts: readonly string[]): boolean {
  return texts.length === 1 && texts[0] === '*';
}
