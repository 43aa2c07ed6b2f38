import { expect, test } from 'vitest';
import { isSafeTarget } from '../../../src/core/relay/is-safe-target.ts';

test.each(['https://graph.microsoft.com/v1.0', 'http://127.0.0.1:7072/v1.0', 'http://localhost', 'http://[::1]:1/'])(
  '%s is safe',
  (url) => {
    expect(isSafeTarget(url)).toBe(true);
  },
);

test.each([
  'http://graph.microsoft.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://127.0.0.1@example.com',
  'https://user:secret@example.com',
  'ftp://127.0.0.1',
  'file:///etc/passwd',
  'no url',
  '',
])('%s is not safe', (url) => {
  expect(isSafeTarget(url)).toBe(false);
});
