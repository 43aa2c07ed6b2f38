import fc from 'fast-check';

const SURROGATES = { first: 0xd8_00, count: 0x8_00 };

/**
 * Any code point that is no half of a pair: `fc.string({ unit: anyCharacter })`.
 *
 * What fast-check's own unit `binary` draws, without its map of all of Unicode: that takes a second and 100 MB of each
 * test process. It can be undone, as that can, so that fast-check mixes in its dangerous strings (`__proto__` ...).
 */
export const anyCharacter: fc.Arbitrary<string> = fc.nat({ max: 0x10_ff_ff - SURROGATES.count }).map(
  (index) => String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count),
  (value) => {
    if (typeof value !== 'string' || [...value].length !== 1 || !value.isWellFormed()) throw new Error('no character');
    const codePoint = value.codePointAt(0) ?? 0;
    return codePoint < SURROGATES.first ? codePoint : codePoint - SURROGATES.count;
  },
);

/** Any character of a part of an address: those that stand for themselves (RFC 3986, pchar), and all others escaped. */
const partWith = (...others: readonly string[]) =>
  fc.string({
    unit: fc.oneof(
      anyCharacter.map(encodeURIComponent, (text) => decodeURIComponent(String(text))),
      fc.constantFrom(..."-._~!$&'()*+,;=:@", ...others),
    ),
  });

/** Any web address, for fast-check's own has that map too. */
export const anyUrl: fc.Arbitrary<string> = fc
  .record({
    scheme: fc.constantFrom('http', 'https'),
    host: fc.webAuthority(),
    segments: fc.array(partWith()),
    query: fc.option(partWith('/', '?')),
  })
  .map(({ scheme, host, segments, query }) => {
    const path = segments.map((segment) => `/${segment}`).join('');
    return `${scheme}://${host}${path}${query === null ? '' : `?${query}`}`;
  });
