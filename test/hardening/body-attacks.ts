import { callNotification, rosterOf } from '../support/call-notification.ts';
import type { Attack } from './support/attack.ts';

const MAXIMUM_BYTES = 4 * 1024 * 1024;
const JSON_TYPE = ['Content-Type', 'application/json'];
const NO_VALUE = 'The body has no array "value" of notifications.';
const TOO_MANY_VALUES = 'The body holds more than 200000 values.';
const TOO_MANY_ENTRIES = 'The body holds more than 5000 notifications; send it in parts.';
const NOT_JSON = 'The body is not JSON in UTF-8.';

const established = (callId: string) => JSON.stringify(callNotification(callId, 'established'));

/** The established notification with this JSON as the first members of its call data. */
const withMembers = (callId: string, members: string) =>
  established(callId).replace('"resourceData":{', `"resourceData":{${members},`);

/** The established notification made exactly so long. */
function ofLength(callId: string, bytes: number): string {
  const text = established(callId).replace('{', '{"filler":"",');
  return text.replace('"filler":"', `"filler":"${'x'.repeat(bytes - text.length)}`);
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

export const BODY_ATTACKS: readonly Attack[] = [
  {
    attack: 'of exactly 4 MiB',
    request: ({ callId }) => ({ body: ofLength(callId, MAXIMUM_BYTES) }),
    status: 202,
    starts: true,
  },
  {
    attack: 'of one byte more than 4 MiB',
    request: ({ callId }) => ({ body: ofLength(callId, MAXIMUM_BYTES + 1) }),
    status: 413,
    reason: 'The body is larger than 4194304 bytes.',
  },
  {
    attack: 'sent in chunks, which the host does not hand over',
    request: ({ callId }) => ({ body: established(callId), chunked: true }),
    status: 400,
    reason:
      'The body came with transfer-encoding: chunked, which the Functions host does not hand over. Send it with Content-Length.',
  },
  {
    attack: 'of zero bytes',
    request: () => ({ body: '' }),
    status: 400,
    reason: 'The body is empty; it must be JSON.',
  },
  {
    attack: 'whose Content-Length ends it early',
    request: ({ callId }) => ({ body: established(callId), headers: [...JSON_TYPE, 'Content-Length', '40'] }),
    status: 400,
    reason: NOT_JSON,
  },
  {
    attack: 'that breaks off',
    request: ({ callId }) => ({ body: established(callId).slice(0, -1) }),
    status: 400,
    reason: NOT_JSON,
  },
  {
    attack: 'with bytes that are no UTF-8',
    request: ({ callId }) => ({
      body: Buffer.concat([
        Buffer.from(`{"a":"`),
        Buffer.from([0xc3, 0x28]),
        Buffer.from(`",${established(callId).slice(1)}`),
      ]),
    }),
    status: 400,
    reason: NOT_JSON,
  },
  {
    attack: 'that is UTF-16',
    request: ({ callId }) => ({ body: Buffer.from(`\ufeff${established(callId)}`, 'utf16le') }),
    status: 400,
    reason: NOT_JSON,
  },
  {
    attack: 'after a byte order mark',
    request: ({ callId }) => ({ body: `\ufeff${established(callId)}` }),
    status: 202,
    starts: true,
  },
  ...[200, 100_000].map((levels) => ({
    attack: `with data ${levels} levels deep`,
    request: ({ callId }: { readonly callId: string }) => ({ body: withMembers(callId, `"deep":${nested(levels)}`) }),
    status: 202,
    starts: true,
  })),
  {
    attack: 'that is nothing but 200,001 levels',
    request: () => ({ body: nested(200_001) }),
    status: 413,
    reason: TOO_MANY_VALUES,
  },
  {
    attack: 'that is nothing but 200,000 levels',
    request: () => ({ body: nested(200_000) }),
    status: 400,
    reason: NO_VALUE,
  },
  {
    attack: 'of 4 MiB with 2,000,000 entries',
    request: () => ({ body: JSON.stringify({ value: Array(2_000_000).fill(0) }) }),
    status: 413,
    reason: TOO_MANY_VALUES,
  },
  {
    attack: 'with 5,001 entries',
    request: () => ({ body: JSON.stringify({ value: Array(5_001).fill({}) }) }),
    status: 413,
    reason: TOO_MANY_ENTRIES,
  },
  {
    attack: 'with one entry of 5,001 calls',
    request: ({ callId }) => ({
      body: JSON.stringify({ value: [{ resource: `/app/calls/${callId}`, resourceData: Array(5_001).fill({}) }] }),
    }),
    status: 413,
    reason: TOO_MANY_ENTRIES,
  },
  {
    attack: 'with one entry of 5,000 calls',
    request: ({ callId }) => ({
      body: JSON.stringify({
        value: [{ resource: `/app/calls/${callId}`, resourceData: Array(5_000).fill({ state: 'established' }) }],
      }),
    }),
    status: 202,
    starts: true,
  },
  {
    attack: 'with a roster of 5,000 participants',
    request: ({ callId }) => ({ body: JSON.stringify(rosterOf(callId, 5_000)) }),
    status: 202,
  },
  {
    attack: 'whose notifications hide in __proto__',
    request: ({ callId }) => ({ body: `{"__proto__":${established(callId)}}` }),
    status: 400,
    reason: NO_VALUE,
  },
  {
    attack: 'whose path hides in __proto__',
    request: ({ callId }) => ({
      body: established(callId).replace('"value":[', '"value":[{"__proto__":').replace(/\]\}$/, '}]}'),
    }),
    status: 202,
    reason: 'noResource',
  },
  {
    attack: 'whose state hides in __proto__ and constructor',
    request: ({ callId }) => ({
      body: established(callId).replace(
        '"state":"established"',
        '"__proto__":{"state":"established"},"constructor":{"prototype":{"state":"established"}}',
      ),
    }),
    status: 202,
  },
  {
    attack: 'with __proto__, constructor and prototype beside what is meant',
    request: ({ callId }) => ({
      body: withMembers(
        callId,
        '"__proto__":{"state":"terminated"},"constructor":{"prototype":{"state":"terminated"}},"source":{"identity":{"__proto__":{"id":"x"}}}',
      ),
    }),
    status: 202,
    starts: true,
  },
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'xapplication/json',
    '',
  ].map((contentType) => ({
    attack: `called ${contentType || 'nothing'}`,
    request: ({ callId }: { readonly callId: string }) => ({
      body: established(callId),
      headers: contentType === '' ? [] : ['Content-Type', contentType],
    }),
    status: 415,
    reason: 'The content type must be application/json.',
  })),
  ...['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/vnd.skype+json'].map((contentType) => ({
    attack: `called ${contentType}`,
    request: ({ callId }: { readonly callId: string }) => ({
      body: established(callId),
      headers: ['Content-Type', contentType],
    }),
    status: 202,
    starts: true,
  })),
];
