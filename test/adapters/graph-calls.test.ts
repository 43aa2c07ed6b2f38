import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CredentialError } from '../../src/adapters/credential-error.ts';
import type { GraphTokenSource } from '../../src/adapters/credentials.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import { classifyGraphAnswer } from '../../src/core/graph-answers/classify-graph-answer.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const startMs = Date.parse('2026-03-01T12:00:00Z');
const graphCallId = '421f3f00-4ad5-4c0f-8e5d-0a2e5f1d6c11';

interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

let seen: SeenRequest[];
let answers: ((response: ServerResponse) => void)[];
let refused: (string | undefined)[];
let graph: LoopbackServer;
let clock: ManualClock;
let tokens: GraphTokenSource;

beforeEach(async () => {
  seen = [];
  answers = [];
  refused = [];
  clock = createManualClock(startMs);
  tokens = {
    getToken: async (tenantId, { refusedToken }) => {
      refused.push(refusedToken);
      return refusedToken === undefined ? `token of ${tenantId}` : `new ${refusedToken}`;
    },
  };
  graph = await startLoopbackServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    const answer = answers.shift();
    if (answer === undefined) throw new Error('an unexpected request');
    answer(response);
  });
});
afterEach(() => graph.close());

const create = () => {
  let requests = 0;
  return createGraphCalls({
    graphBaseUrl: `${graph.url}/v1.0`,
    tokens: { getToken: (tenantId, options) => tokens.getToken(tenantId, options) },
    homeTenantId: 'Home',
    isTenantAllowed: (tenantId) => ['guest', 'partner'].includes(tenantId),
    clock,
    fetch,
    newRequestId: () => `request-${++requests}`,
  });
};

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const error = (status: number, code: string, message = '') => json(status, { error: { code, message } });
const silence = () => {};

async function seenRequests(count: number): Promise<void> {
  while (seen.length < count) await new Promise((resolve) => setImmediate(resolve));
}

describe('a keepAlive', () => {
  test('is one POST without a body, with token and client-request-id', async () => {
    answers = [
      (response) => response.writeHead(200, { 'request-id': 'r-1', date: 'Sun, 01 Mar 2026 12:00:00 GMT' }).end(),
    ];
    const answer = await create().keepAlive({ graphCallId });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: `/v1.0/communications/calls/${graphCallId}/keepAlive`,
      headers: { authorization: 'Bearer token of home', 'client-request-id': 'request-1', 'content-length': '0' },
    });
    expect(answer).toEqual({
      kind: 'answered',
      status: 200,
      requestId: 'r-1',
      date: 'Sun, 01 Mar 2026 12:00:00 GMT',
      clientRequestId: 'request-1',
      tenantId: 'home',
      sentAtMs: startMs,
      durationMs: 0,
    });
  });

  test('keeps an odd call id inside its place in the path', async () => {
    answers = [json(200, {})];
    await create().keepAlive({ graphCallId: 'a/../b?c#d' });
    expect(seen[0]?.url).toBe('/v1.0/communications/calls/a%2F..%2Fb%3Fc%23d/keepAlive');
  });

  test('says when it was sent and how long the answer took', async () => {
    tokens = {
      getToken: async () => {
        clock.advance(1000);
        return 'token';
      },
    };
    answers = [
      (response) => {
        clock.advance(250);
        json(200, {})(response);
      },
    ];
    expect(await create().keepAlive({ graphCallId })).toMatchObject({ sentAtMs: startMs + 1000, durationMs: 250 });
  });

  test('is not redirected: the token goes nowhere else', async () => {
    answers = [(response) => response.writeHead(307, { location: `${graph.url}/elsewhere` }).end()];
    expect(await create().keepAlive({ graphCallId })).toMatchObject({ kind: 'answered', status: 307 });
    expect(seen).toHaveLength(1);
  });

  test('of an ended call brings the code that says so', async () => {
    answers = [error(404, '8522', 'Call not found.')];
    const answer = await create().keepAlive({ graphCallId });
    expect(answer).toMatchObject({ status: 404, errorCode: '8522', errorMessage: 'Call not found.' });
    expect(classifyGraphAnswer(answer).kind).toBe('gone');
  });

  test('that is throttled brings the delay', async () => {
    answers = [json(429, {}, { 'retry-after': '17' })];
    expect(await create().keepAlive({ graphCallId })).toMatchObject({ status: 429, retryAfterMs: 17_000 });
  });

  test('keeps the status when the error body is longer than 64 KiB, or breaks off', async () => {
    answers = [
      error(404, '8522', 'x'.repeat(64 * 1024)),
      (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{', () => response.destroy());
      },
    ];
    const calls = create();
    const tooLong = await calls.keepAlive({ graphCallId });
    expect(tooLong).toMatchObject({ kind: 'answered', status: 404 });
    expect(tooLong).not.toHaveProperty('errorCode');
    expect(await calls.keepAlive({ graphCallId })).toMatchObject({ kind: 'answered', status: 200 });
  });
});

describe('a 401', () => {
  test('is repeated once with a token newer than the refused one', async () => {
    answers = [error(401, 'InvalidAuthenticationToken'), json(200, {})];
    expect(await create().keepAlive({ graphCallId })).toMatchObject({ status: 200, clientRequestId: 'request-2' });
    expect(refused).toEqual([undefined, 'token of home']);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token of home',
      'Bearer new token of home',
    ]);
  });

  test('is the answer when it comes again', async () => {
    answers = [error(401, 'InvalidAuthenticationToken'), error(401, 'InvalidAuthenticationToken')];
    const answer = await create().keepAlive({ graphCallId });
    expect(answer).toMatchObject({ status: 401, errorCode: 'InvalidAuthenticationToken' });
    expect(seen).toHaveLength(2);
  });

  test('is a credential failure when no new token can be had', async () => {
    answers = [error(401, 'InvalidAuthenticationToken')];
    tokens = {
      getToken: async (tenantId, { refusedToken }) => {
        if (refusedToken === undefined) return 'token';
        throw new CredentialError(tenantId, new Error('AADSTS7000215: Invalid client secret'));
      },
    };
    expect(await create().keepAlive({ graphCallId })).toMatchObject({ reason: 'credential', detail: 'AADSTS7000215' });
  });
});

describe('a hang-up', () => {
  test('is one DELETE of the call, and a 401 or another tenant is met as with a keepAlive', async () => {
    const gone = (response: ServerResponse) => response.writeHead(204).end();
    answers = [error(401, 'InvalidAuthenticationToken'), error(403, '7505'), gone];
    const answer = await create().hangUp({ graphCallId, tenantId: 'guest' });
    expect(answer).toMatchObject({ kind: 'answered', status: 204, tenantId: 'home' });
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array.from({ length: 3 }, () => `DELETE /v1.0/communications/calls/${graphCallId}`),
    );
  });
});

describe('the question for the participants', () => {
  const url = `/v1.0/communications/calls/${graphCallId}/participants`;

  test('is one GET, whose answer brings its body, and a 401 is met as with a keepAlive', async () => {
    answers = [error(401, 'InvalidAuthenticationToken'), json(200, { value: [] })];
    const answer = await create().listParticipants({ graphCallId, tenantId: 'guest' });
    expect(answer).toMatchObject({ kind: 'answered', status: 200, tenantId: 'guest', body: '{"value":[]}' });
    expect(seen.map((request) => `${request.method} ${request.url}`)).toEqual([`GET ${url}`, `GET ${url}`]);
  });

  test.each([
    ['is refused', error(503, 'ServiceUnavailable', 'SECRET'), 503],
    ['is longer than 64 KiB', json(200, { value: ['x'.repeat(70_000)] }), 200],
  ])('brings no body when it %s', async (_, answered, status) => {
    answers = [answered];
    const answer = await create().listParticipants({ graphCallId });
    expect(answer).toMatchObject({ kind: 'answered', status });
    expect(answer).not.toHaveProperty('body');
  });
});

describe('the tenant', () => {
  test("is the call's when allowed", async () => {
    answers = [json(200, {})];
    expect(await create().keepAlive({ graphCallId, tenantId: 'Guest' })).toMatchObject({ tenantId: 'guest' });
    expect(seen[0]?.headers.authorization).toBe('Bearer token of guest');
  });

  test('is the home tenant when that of the call is not allowed', async () => {
    answers = [json(200, {})];
    expect(await create().keepAlive({ graphCallId, tenantId: 'stranger' })).toMatchObject({ tenantId: 'home' });
  });

  test("is the home tenant on a second try when Graph says that the call's does not match", async () => {
    answers = [error(403, '7505'), json(200, {})];
    const answer = await create().keepAlive({ graphCallId, tenantId: 'guest' });
    expect(answer).toMatchObject({ status: 200, tenantId: 'home' });
    expect(seen).toHaveLength(2);
  });

  const named = (tenantId: string) => ({ graphCallId, tenantId: 'guest', namedTenantId: async () => tenantId });

  test('is the one that the call itself names when that of the token does not match, before the home tenant', async () => {
    answers = [error(403, '7505'), json(200, {})];
    expect(await create().keepAlive(named('Partner'))).toMatchObject({ status: 200, tenantId: 'partner' });
    answers = [error(403, '7505'), error(403, '7505'), json(200, {})];
    expect(await create().keepAlive(named('partner'))).toMatchObject({ status: 200, tenantId: 'home' });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(
      ['guest', 'partner', 'guest', 'partner', 'home'].map((tenant) => `Bearer token of ${tenant}`),
    );
  });

  test.each(['stranger', 'guest', 'home'])('named by the call is of no use when it is %s', async (tenantId) => {
    answers = [error(403, '7505'), json(200, {})];
    expect(await create().keepAlive(named(tenantId))).toMatchObject({ status: 200, tenantId: 'home' });
    expect(seen).toHaveLength(2);
  });

  test('named by the call is asked for when Graph says so, and never else', async () => {
    answers = [json(200, {})];
    const request = { ...named('partner'), namedTenantId: () => expect.unreachable() };
    expect(await create().keepAlive(request)).toMatchObject({ tenantId: 'guest' });
  });

  test('for which no token can be had is told as that, unless the home tenant helps', async () => {
    tokens = {
      getToken: async (tenantId) => {
        if (tenantId !== 'partner') return 'token';
        throw new CredentialError(tenantId, new Error('AADSTS700016: no app'));
      },
    };
    answers = [error(403, '7505'), json(200, {})];
    expect(await create().keepAlive(named('partner'))).toMatchObject({ status: 200, tenantId: 'home' });
    answers = [error(403, '7505'), error(403, '7505')];
    expect(await create().keepAlive(named('partner'))).toMatchObject({ reason: 'credential', tenantId: 'partner' });
  });

  test('mismatch is the answer when the home tenant does not match either', async () => {
    answers = [error(403, '7505'), error(403, '7505')];
    expect(await create().keepAlive({ graphCallId, tenantId: 'guest' })).toMatchObject({
      status: 403,
      tenantId: 'guest',
    });
    expect(seen).toHaveLength(2);
  });

  test.each([
    ['Home', '7505'],
    ['guest', '7504'],
  ])('%s is not tried again after %s', async (tenantId, code) => {
    answers = [error(403, code)];
    expect(await create().keepAlive({ graphCallId, tenantId })).toMatchObject({ status: 403, errorCode: code });
    expect(seen).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('to get a token names the reason and sends nothing', async () => {
    tokens = {
      getToken: (tenantId) => Promise.reject(new CredentialError(tenantId, new Error('AADSTS700016: no app'))),
    };
    expect(await create().keepAlive({ graphCallId })).toEqual({
      kind: 'failed',
      reason: 'credential',
      detail: 'AADSTS700016',
      clientRequestId: 'request-1',
      tenantId: 'home',
      sentAtMs: startMs,
      durationMs: 0,
    });
    expect(seen).toEqual([]);
  });

  test('of the connection names the system code', async () => {
    const calls = create();
    await graph.close();
    expect(await calls.keepAlive({ graphCallId })).toMatchObject({ reason: 'network', detail: 'ECONNREFUSED' });
  });

  test('of the connection after the request was sent is a network failure too', async () => {
    answers = [(response) => response.destroy()];
    expect(await create().keepAlive({ graphCallId })).toMatchObject({ kind: 'failed', reason: 'network' });
  });

  test('to answer within 10 seconds is a time-out of the request', async () => {
    answers = [silence];
    const pending = create().keepAlive({ graphCallId });
    await seenRequests(1);
    clock.advance(9999);
    clock.advance(1);
    expect(await pending).toMatchObject({ reason: 'timeout', detail: 'requestTimeout', durationMs: 10_000 });
  });

  test('to answer within 30 seconds in all is a time-out of the whole, tokens included', async () => {
    let abort: (() => void) | undefined;
    tokens = {
      getToken: (_tenantId, { signal }) =>
        new Promise((_resolve, reject) => {
          abort = () => reject(signal.reason);
          signal.addEventListener('abort', abort);
        }),
    };
    const pending = create().keepAlive({ graphCallId });
    clock.advance(30_000);
    expect(abort).toBeDefined();
    expect(await pending).toMatchObject({ reason: 'timeout', detail: 'totalTimeout', durationMs: 30_000 });
  });

  test('of time counts over both requests after a 401', async () => {
    answers = [
      (response) => {
        clock.advance(9000);
        error(401, 'InvalidAuthenticationToken')(response);
      },
      silence,
    ];
    tokens = {
      getToken: async (_tenantId, { refusedToken }) => {
        if (refusedToken !== undefined) clock.advance(15_000);
        return 'token';
      },
    };
    const pending = create().keepAlive({ graphCallId });
    await seenRequests(2);
    clock.advance(6000);
    expect(await pending).toMatchObject({ reason: 'timeout', detail: 'totalTimeout' });
  });

  test('never carries the token', async () => {
    tokens = { getToken: async () => 'very-secret' };
    answers = [error(500, 'Oops'), (response) => response.destroy()];
    const calls = create();
    const told = JSON.stringify([await calls.keepAlive({ graphCallId }), await calls.keepAlive({ graphCallId })]);
    expect(told).toContain('Oops');
    expect(told).not.toContain('very-secret');
  });
});

test('a dry run says what would be sent, and sends nothing', () => {
  expect(create().describeKeepAlive({ graphCallId, tenantId: 'guest' })).toEqual({
    method: 'POST',
    url: `${graph.url}/v1.0/communications/calls/${graphCallId}/keepAlive`,
    tenantId: 'guest',
    audience: graph.url,
  });
  expect(seen).toEqual([]);
});
