/**
 * Callback tokens that must be refused: what each does to a good one, as claims (and `$header`) put over it; `null`
 * removes a claim. Times are in seconds around `nowSeconds`.
 */
export function tokenAttacks(
  nowSeconds: number,
): ReadonlyArray<{ readonly attack: string; readonly claims: Readonly<Record<string, unknown>> }> {
  return [
    { attack: 'expired', claims: { iat: nowSeconds - 7_200, nbf: nowSeconds - 7_200, exp: nowSeconds - 3_600 } },
    { attack: 'not valid yet', claims: { nbf: nowSeconds + 3_600, exp: nowSeconds + 7_200 } },
    { attack: 'without an expiry', claims: { exp: null } },
    { attack: 'for another bot', claims: { aud: '00000000-0000-4000-8000-000000000001' } },
    { attack: 'for no bot', claims: { aud: null } },
    { attack: 'of another issuer', claims: { iss: 'https://issuer.example' } },
    { attack: 'of a tenant that is not allowed', claims: { tid: '00000000-0000-4000-8000-000000000002' } },
    { attack: 'of no tenant', claims: { tid: null } },
    { attack: 'signed with a key nobody published', claims: { $header: { kid: 'unknown' } } },
    { attack: 'without a signature (alg none)', claims: { $header: { alg: 'none' } } },
    { attack: 'signed with the public key as a secret (HS256)', claims: { $header: { alg: 'HS256' } } },
    { attack: 'signed by another RSA scheme than RS256', claims: { $header: { alg: 'PS256' } } },
  ];
}
