import fc from 'fast-check';
import { expect } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { createLoneReceiver } from '../support/lone-receiver.ts';
import { MEANT_ENTRY } from './any-notification.ts';
import { expectNoSecretIn, FUZZ_SECRET, fuzz, quickly } from './fuzz-run.ts';

const BODY = new TextEncoder().encode(JSON.stringify({ value: [MEANT_ENTRY] }));
/** What a header may hold. Source: https://fetch.spec.whatwg.org/#header-value */
const anyText = fc
  .string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 300 })
  .map((text) => text.replace(/[\r\n]/g, ' ').trim());
const withSecret = anyText.map((text) => `${text} ${FUZZ_SECRET}`.trim());
const noId = withSecret.map((text) => `@${text}`);

const anyHeaders = fc.record(
  {
    'content-type': fc.oneof(
      fc.constantFrom('application/json', 'application/json; charset=utf-8', 'application/vnd.x+json', 'text/plain'),
      anyText,
    ),
    'content-length': fc.oneof(fc.nat().map(String), fc.constantFrom('NaN', '-1', '1e99', '0x10', ''), anyText),
    'transfer-encoding': fc.oneof(fc.constantFrom('chunked', 'gzip, chunked'), anyText),
    // An id is told: what is none is not.
    'scenario-id': fc.oneof(fc.uuid(), noId),
    'x-microsoft-skype-message-id': fc.oneof(fc.uuid(), noId),
    via: anyText,
    cookie: withSecret,
    authorization: withSecret,
    traceparent: withSecret,
    'x-functions-key': withSecret,
  },
  { requiredKeys: [], noNullPrototype: true },
);

fuzz('headers decide how a request is taken, and are not told', anyHeaders, async (headers) => {
  const { answer, effects, events } = await quickly(async () => {
    const receiver = createLoneReceiver({ store: createMemoryCallStore() });
    return { answer: await receiver.post(BODY, headers), ...receiver };
  });
  expect([202, 413, 415]).toContain(answer.status);
  expect(effects).toHaveLength(answer.status === 202 ? 1 : 0);
  expectNoSecretIn([answer, events]);
});
