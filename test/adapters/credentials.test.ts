import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { CredentialError } from '../../src/adapters/credential-error.ts';
import { type BotAccessToken, createGraphTokenSource } from '../../src/adapters/credentials.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const startMs = Date.parse('2026-03-01T12:00:00Z');
const hourMs = 3_600_000;
const minuteMs = 60_000;

let clock: ManualClock;
let requested: { readonly tenantId: string; readonly scope: string; readonly abortSignal: AbortSignal }[];
let respond: (tenantId: string, count: number) => Promise<BotAccessToken | null>;

beforeEach(() => {
  clock = createManualClock(startMs);
  requested = [];
  respond = async (tenantId, count) => ({ token: `${tenantId}#${count}`, expiresOnTimestamp: clock.nowMs() + hourMs });
});

const signal = new AbortController().signal;
const create = () =>
  createGraphTokenSource({
    createCredential: (tenantId) => ({
      getToken: (scope, { abortSignal }) => {
        requested.push({ tenantId, scope, abortSignal });
        return respond(tenantId, requested.length);
      },
    }),
    scope: 'https://graph.example/.default',
    clock,
  });

describe('a token', () => {
  test('is requested for the tenant and scope, then kept until five minutes before it expires', async () => {
    const source = create();
    expect(await source.getToken('a', { signal })).toBe('a#1');
    clock.advance(55 * minuteMs - 1);
    expect(await source.getToken('a', { signal })).toBe('a#1');
    clock.advance(1);
    expect(await source.getToken('a', { signal })).toBe('a#2');
    expect(requested[0]).toMatchObject({ tenantId: 'a', scope: 'https://graph.example/.default' });
  });

  test('of one tenant is never given to another', async () => {
    const source = create();
    expect(await source.getToken('a', { signal })).toBe('a#1');
    expect(await source.getToken('b', { signal })).toBe('b#2');
    expect(await source.getToken('a', { signal })).toBe('a#1');
  });

  test('is requested once for callers at the same time', async () => {
    const source = create();
    const all = await Promise.all(Array.from({ length: 10 }, () => source.getToken('a', { signal })));
    expect(new Set(all)).toEqual(new Set(['a#1']));
    expect(requested).toHaveLength(1);
  });

  test('with less than five minutes to live is still given out', async () => {
    respond = async () => ({ token: 'short', expiresOnTimestamp: clock.nowMs() + minuteMs });
    expect(await create().getToken('a', { signal })).toBe('short');
  });

  test('is kept for 200 tenants; the one unused for longest is forgotten first', async () => {
    const source = create();
    for (let i = 0; i < 200; i++) await source.getToken(`t${i}`, { signal });
    await source.getToken('t0', { signal });
    await source.getToken('one-more', { signal });
    expect(requested).toHaveLength(201);
    await source.getToken('t0', { signal });
    expect(requested).toHaveLength(201);
    await source.getToken('t1', { signal });
    expect(requested).toHaveLength(202);
  });
});

describe('a refused token', () => {
  test('is replaced by a newly requested one', async () => {
    const source = create();
    const refusedToken = await source.getToken('a', { signal });
    expect(await source.getToken('a', { signal, refusedToken })).toBe('a#2');
    expect(await source.getToken('a', { signal })).toBe('a#2');
  });

  test('is replaced by the one that somebody else has requested since', async () => {
    const source = create();
    const refusedToken = await source.getToken('a', { signal });
    await source.getToken('a', { signal, refusedToken });
    expect(await source.getToken('a', { signal, refusedToken })).toBe('a#2');
    expect(requested).toHaveLength(2);
  });

  test('costs one request, however many calls were refused it', async () => {
    const source = create();
    const refusedToken = await source.getToken('a', { signal });
    await Promise.all(Array.from({ length: 10 }, () => source.getToken('a', { signal, refusedToken })));
    expect(requested).toHaveLength(2);
  });
});

describe('a failure', () => {
  const failing = async () => {
    throw new Error('invalid_client: AADSTS7000215: Invalid client secret s3cr3t provided. Trace ID: 1');
  };

  test("names the tenant and Entra's code, and nothing else of what Entra said", async () => {
    respond = failing;
    const error = await create()
      .getToken('a', { signal })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredentialError);
    expect(error).toMatchObject({ code: 'credentialFailed', tenantId: 'a', detail: 'AADSTS7000215' });
    expect(String(error)).toContain('tenant a');
    expect(String(error)).not.toContain('s3cr3t');
    expect(error).not.toHaveProperty('cause');
  });

  test('is not repeated within five seconds, and forgotten afterwards', async () => {
    respond = failing;
    const source = create();
    await expect(source.getToken('a', { signal })).rejects.toThrow(CredentialError);
    clock.advance(4999);
    await expect(source.getToken('a', { signal })).rejects.toThrow(CredentialError);
    expect(requested).toHaveLength(1);
    respond = async () => ({ token: 'fine', expiresOnTimestamp: clock.nowMs() + hourMs });
    clock.advance(1);
    expect(await source.getToken('a', { signal })).toBe('fine');
  });

  test('of one tenant does not touch another', async () => {
    respond = async (tenantId) => (tenantId === 'a' ? failing() : { token: 'b', expiresOnTimestamp: startMs + hourMs });
    const source = create();
    await expect(source.getToken('a', { signal })).rejects.toThrow(CredentialError);
    expect(await source.getToken('b', { signal })).toBe('b');
  });

  test('is what a request becomes that hangs for twenty seconds, or gives nothing', async () => {
    respond = () => new Promise(() => {});
    const source = create();
    const pending = source.getToken('a', { signal });
    clock.advance(20_000);
    await expect(pending).rejects.toMatchObject({ code: 'credentialFailed', detail: 'TimeoutError' });
    expect(requested[0]?.abortSignal.aborted).toBe(true);
    respond = async () => null;
    clock.advance(5000);
    await expect(source.getToken('a', { signal })).rejects.toThrow(CredentialError);
  });
});

describe('trouble at Entra', () => {
  const isDown = () => Promise.reject(Object.assign(new Error('down'), { code: 'ENOTFOUND' }));

  test('costs nothing while the last token is good', async () => {
    const source = create();
    await source.getToken('a', { signal });
    respond = isDown;
    clock.advance(56 * minuteMs);
    expect(await source.getToken('a', { signal })).toBe('a#1');
    expect(await source.getToken('a', { signal })).toBe('a#1');
    expect(requested).toHaveLength(2);
    clock.advance(4 * minuteMs);
    await expect(source.getToken('a', { signal })).rejects.toThrow(CredentialError);
  });

  test('does not bring back a token that Graph has refused', async () => {
    const source = create();
    await source.getToken('a', { signal });
    respond = isDown;
    await expect(source.getToken('a', { signal, refusedToken: 'a#1' })).rejects.toThrow(CredentialError);
  });

  test('is forgotten when the clock was set back meanwhile', async () => {
    const source = create();
    respond = isDown;
    await expect(source.getToken('a', { signal })).rejects.toThrow(CredentialError);
    clock.advance(-hourMs);
    respond = async () => ({ token: 'new', expiresOnTimestamp: clock.nowMs() + hourMs });
    expect(await source.getToken('a', { signal })).toBe('new');
  });
});

describe('a caller who gives up', () => {
  test('is let go at once, and the others get their token', async () => {
    let deliver: ((token: BotAccessToken) => void) | undefined;
    respond = () =>
      new Promise((resolve) => {
        deliver = resolve;
      });
    const source = create();
    const impatient = new AbortController();
    const given = source.getToken('a', { signal: impatient.signal });
    const patient = source.getToken('a', { signal });
    const reason = new Error('given up');
    impatient.abort(reason);
    await expect(given).rejects.toBe(reason);
    deliver?.({ token: 'late', expiresOnTimestamp: startMs + hourMs });
    expect(await patient).toBe('late');
    expect(requested).toHaveLength(1);
    expect(requested[0]?.abortSignal.aborted).toBe(false);
  });

  test('before asking gets nothing requested', async () => {
    await expect(create().getToken('a', { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(requested).toEqual([]);
  });

  test('leaves no unhandled rejection behind when the request fails later', async () => {
    let fail: ((error: Error) => void) | undefined;
    respond = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    const unhandled: unknown[] = [];
    const listener = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', listener);
    const impatient = new AbortController();
    const given = create().getToken('a', { signal: impatient.signal });
    impatient.abort(new Error('given up'));
    await expect(given).rejects.toThrow('given up');
    fail?.(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});

test('an error of any kind is reduced to a short code', () => {
  const anyCause = fc.oneof(
    fc.anything(),
    fc
      .record({ message: fc.string(), name: fc.string(), code: fc.oneof(fc.string(), fc.integer()) })
      .map((fields) => Object.assign(new Error(), fields)),
  );
  fc.assert(
    fc.property(anyCause, (cause) => {
      expect(new CredentialError('a', cause).detail).toMatch(/^\w{1,60}$/);
    }),
  );
  expect(new CredentialError('a', Object.assign(new Error('x'), { code: 'ENOTFOUND' })).detail).toBe('ENOTFOUND');
});
