import { expect, test } from 'vitest';
import { refuseForeign } from '../../local/refuse-foreign.ts';

test.each([
  ['127.0.0.1:7071', undefined, undefined],
  ['localhost', undefined, undefined],
  ['LocalHost:7071', 'http://localhost:7071', undefined],
  ['[::1]:7071', 'http://[::1]:7071', undefined],
  ['127.3.2.1', undefined, undefined],
  [undefined, undefined, undefined],
  ['evil.example', undefined, 421],
  ['localhost.evil.example:7071', undefined, 421],
  ['127.0.0.1.evil.example', undefined, 421],
  ['127.0.0.1@evil.example', undefined, 421],
  ['192.168.1.2:7071', undefined, 421],
  ['', undefined, 421],
  ['127.0.0.1:7071', 'https://evil.example', 403],
  ['127.0.0.1:7071', 'http://127.0.0.1:3000', 403],
  ['127.0.0.1:7071', 'null', 403],
])('a request to %s of a page of %s: %s', (host, origin, status) => {
  expect(
    refuseForeign({ ...(host === undefined ? {} : { host }), ...(origin === undefined ? {} : { origin }) })?.status,
  ).toBe(status);
});
