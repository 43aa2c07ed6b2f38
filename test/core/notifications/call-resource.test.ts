import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCallResource } from '../../../src/core/notifications/call-resource.ts';
import { anyCharacter } from '../../support/any-text.ts';

const id = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const hexId = id.replaceAll('-', '').toUpperCase();
const owner = {
  botAppId: 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b',
  graphOrigins: ['https://graph.microsoft.com', 'http://127.0.0.1:7072'],
};

test.each([
  `/app/calls/${id}`,
  `app/calls/${id}`,
  `/communications/calls/${id}`,
  `/applications/${owner.botAppId}/calls/${id}`,
  `/applications/${owner.botAppId.toUpperCase()}/calls/${id}`,
  `/v1.0/communications/calls/${id}`,
  `/beta/app/calls/${id}/`,
  `/App/Calls/${id}`,
  `https://graph.microsoft.com/v1.0/communications/calls/${id}`,
  `HTTPS://GRAPH.MICROSOFT.COM/app/calls/${id}`,
  `http://127.0.0.1:7072/beta/applications/${owner.botAppId}/calls/${id}`,
])('%s is the call', (path) => {
  expect(parseCallResource(path, owner)).toEqual({ kind: 'call', callId: id, graphCallId: id });
});

test('keeps the id as it was received, for Graph is called with it', () => {
  const resource = parseCallResource(`/app/calls/${hexId}`, owner);
  expect(resource).toEqual({ kind: 'call', callId: id, graphCallId: hexId });
});

test.each([
  `/app/calls/${id}/participants`,
  `/communications/calls/${id}/operations/5f607182-93a4-4fb0-b1c2-4d5e6f708192`,
  `https://graph.microsoft.com/v1.0/communications/calls/${id}/contentSharingSessions`,
  `/app/calls/${id}/somethingNew`,
  `/app/calls/${id}/../${hexId}`,
  `/app/calls/${id}//`,
])('%s is something of the call', (path) => {
  expect(parseCallResource(path, owner)).toEqual({ kind: 'subResource', callId: id, graphCallId: id });
});

test.each([
  ['foreignHost', `https://graph.microsoft.com.evil.example/v1.0/communications/calls/${id}`],
  ['foreignHost', `https://graph.microsoft.com@evil.example/communications/calls/${id}`],
  ['foreignHost', `https://evil.example:443/communications/calls/${id}`],
  ['foreignHost', `http://graph.microsoft.com/communications/calls/${id}`],
  ['foreignHost', `https://graph.microsoft.us/v1.0/communications/calls/${id}`],
  ['notACallPath', `//evil.example/communications/calls/${id}`],
  ['notACallPath', `https:/\\evil.example/communications/calls/${id}`],
  ['notACallPath', `ftp://graph.microsoft.com/communications/calls/${id}`],
  ['foreignApp', `/applications/00000000-0000-0000-0000-000000000000/calls/${id}`],
  ['foreignApp', `/applications/__proto__/calls/${id}`],
  ['notACallPath', `/users/1/calls/${id}`],
  ['notACallPath', `/communications/onlineMeetings/${id}`],
  ['notACallPath', `/app/calls/${id}?$expand=participants`],
  ['notACallPath', `/app/calls/${id}#x`],
  ['notACallPath', `/v2.0/app/calls/${id}`],
  ['notACallPath', `/app/../communications/calls/${id}`],
  ['notACallPath', ''],
  ['noCallId', '/app/calls/'],
  ['noCallId', '/app/calls/..'],
  ['noCallId', '/app/calls/%2e%2e%2fusers'],
  ['noCallId', `/app/calls/${id}\r\nx: y`],
  ['noCallId', `/app/calls/${id}\u0000`],
  ['noCallId', '/app/calls/__proto__'],
  ['noCallId', `/app/calls/${'a'.repeat(1500)}`],
  ['pathTooLong', `/app/calls/${'a'.repeat(5000)}`],
])('rejects as %s: %j', (reason, path) => {
  expect(parseCallResource(path, owner)).toEqual({ kind: 'rejected', reason });
});

describe('whatever the path', () => {
  const segment = fc.oneof(
    fc.constantFrom('', '.', '..', 'app', 'communications', 'applications', 'calls', 'v1.0', 'beta', id, hexId),
    fc.constantFrom('https:', 'graph.microsoft.com', owner.botAppId, '%2f', '\\', '?', '#', '\r\n', '\u0000'),
    fc.string({ maxLength: 8 }),
  );
  const anyPath = fc.array(segment, { maxLength: 10 }).map((segments) => segments.join('/'));

  test('only a call id that stands in it is ever found', () => {
    fc.assert(
      fc.property(fc.oneof(anyPath, fc.string({ unit: anyCharacter })), (path) => {
        const resource = parseCallResource(path, owner);
        if (resource.kind === 'rejected') return;
        expect(path.split('/')).toContain(resource.graphCallId);
        expect(resource.graphCallId).toMatch(/^[0-9A-Fa-f-]{32,36}$/);
      }),
      { numRuns: 1000 },
    );
  });

  // The origin's end and the path's first word can change places: `https://graph.microsoft.comapp/calls/…`.
  test('a host that only begins like ours is rejected', () => {
    const more = fc.oneof(
      fc.constantFrom('app', 'v1.0', 'beta', '.', ':8443', '@evil.example', '\\.evil.example'),
      fc.stringMatching(/^[a-z0-9.:@-]{1,12}$/),
    );
    fc.assert(
      fc.property(more, fc.constantFrom('', '/v1.0', '/beta'), (suffix, version) => {
        const paths = [`/app/calls/${id}`, `app/calls/${id}`, `/communications/calls/${id}`, `/calls/${id}`];
        for (const path of paths) {
          const resource = parseCallResource(`https://graph.microsoft.com${suffix}${version}${path}`, owner);
          expect(resource.kind).toBe('rejected');
        }
      }),
      {
        examples: [
          ['app', ''],
          ['v1.0', ''],
          ['beta', ''],
        ],
      },
    );
  });
});
