import type { DurableClient } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { createDurableCalls, DurableCallsError } from '../../src/adapters/durable-calls.ts';
import type { ReadInstancePage } from '../../src/adapters/instance-pages.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import { createManualClock } from './manual-clock.ts';

const callId = parseCallId('4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24') as CallId;
const clock = createManualClock(Date.UTC(2026, 0, 5));

/** The adapter over a client that does only what the test says. */
const hubOver = (client: Partial<DurableClient>) => createDurableCalls(() => client as DurableClient, clock);

/** The same over pages that come as the test says, without waiting between two tries. */
const pagesOver = (readPage: ReadInstancePage) =>
  createDurableCalls(() => ({}) as DurableClient, clock, { readPage, pause: async () => undefined });

function status(instanceId: string, runtimeStatus: string) {
  const times = { createdTime: '2026-01-05T00:00:00Z', lastUpdatedTime: '2026-01-05T00:10:00Z' };
  return { name: 'keepCallAlive', instanceId, runtimeStatus, ...times, input: {}, customStatus: null, output: null };
}

/** As durable-functions words it; the details hold a stack trace. */
const refusal = (code: number) =>
  new Error(`The operation failed with an unexpected status code: ${code}. Details: {"StackTrace":"secret"}`);

describe('the live instances', () => {
  test('are asked for by their statuses, and those that are no call of ours are left out', async () => {
    let asked = new URLSearchParams();
    const others = ['other', 'call-', 'call-4A1F7C00-6B1E-4D52-9C0A-3E5F80A71D24', `call-${callId}-2`];
    const hub = pagesOver(async (query) => {
      asked = new URLSearchParams(query);
      return { status: 200, body: JSON.stringify([...others, `call-${callId}`].map((id) => status(id, 'Running'))) };
    });
    const { instances } = await hub.livePage('4a', undefined);
    expect(instances.map((instance) => instance.callId)).toEqual([callId]);
    expect(asked.get('runtimeStatus')).toBe('Pending,Running,ContinuedAsNew,Suspended');
    expect(asked.get('instanceIdPrefix')).toBe('call-4a');
  });
});

describe('the input', () => {
  test('is that of the instance', async () => {
    const hub = hubOver({
      getStatus: async () => ({ ...status(`call-${callId}`, 'Running'), input: { a: 1 } }) as never,
    });
    expect(await hub.input(callId)).toEqual({ a: 1 });
  });

  test('of an unknown instance is none', async () => {
    const hub = hubOver({
      getStatus: async () => {
        throw new Error(`DurableClient error: HTTP 404`);
      },
    });
    expect(await hub.input(callId)).toBeUndefined();
  });
});

describe('the end of a young call', () => {
  /** An instance that is Pending so often when asked. */
  const pending = (times: number) => {
    const asked: string[] = [];
    const client: Partial<DurableClient> = {
      getStatus: async () => {
        asked.push('status');
        return status(
          `call-${callId}`,
          asked.filter((what) => what === 'status').length > times ? 'Running' : 'Pending',
        ) as never;
      },
      raiseEvent: async () => void asked.push('raise'),
    };
    const hub = createDurableCalls(() => client as DurableClient, clock, {
      pause: async (ms) => void asked.push(`${ms} ms`),
    });
    return { asked, hub };
  };

  test('is told when its instance runs, for what is told before may be discarded', async () => {
    const { asked, hub } = pending(2);
    await hub.raiseCallEnded(callId, { reason: 'terminated' }, true);
    expect(asked).toEqual(['status', '1000 ms', 'status', '1000 ms', 'status', 'raise']);
  });

  test('is told after 8 s all the same, and at once when nobody can tell the status', async () => {
    const { asked, hub } = pending(Number.POSITIVE_INFINITY);
    await hub.raiseCallEnded(callId, { reason: 'terminated' }, true);
    expect(asked).toHaveLength(17);
    expect(asked.at(-1)).toBe('raise');
    const raised: string[] = [];
    const blind = hubOver({
      getStatus: () => Promise.reject(refusal(500)),
      raiseEvent: async (instanceId) => void raised.push(instanceId),
    });
    await blind.raiseCallEnded(callId, { reason: 'terminated' }, true);
    expect(raised).toEqual([`call-${callId}`]);
  });

  test('costs no status request when the call is older', async () => {
    const { asked, hub } = pending(2);
    await hub.raiseCallEnded(callId, { reason: 'terminated' }, false);
    expect(asked).toEqual(['raise']);
  });
});

describe('terminating', () => {
  test.each(['unknown', 'ended'] as const)('an instance that is %s is fine', async (state) => {
    const hub = hubOver({
      terminate: async () => {
        throw state === 'unknown' ? new Error(`No instance with ID 'x' found.`) : refusal(500);
      },
      getStatus: async () => status(`call-${callId}`, 'Completed') as never,
    });
    await hub.terminate(callId, 'test');
  });

  test('an instance that is still there after a refusal is an error', async () => {
    const hub = hubOver({
      terminate: async () => {
        throw refusal(500);
      },
      getStatus: async () => status(`call-${callId}`, 'Running') as never,
    });
    await expect(hub.terminate(callId, 'test')).rejects.toThrow(
      `terminate the orchestration for call ${callId}: HTTP 500`,
    );
  });
});

describe('purging', () => {
  test('asks for what is finished, by name, in the window given', async () => {
    let asked: unknown;
    const hub = hubOver({
      purgeInstanceHistoryBy: async (filter) => {
        asked = filter;
        return { instancesDeleted: 3 };
      },
    });
    expect(await hub.purgeFinished({ fromMs: 0, toMs: 1_000 })).toBe(3);
    expect(asked).toEqual({
      createdTimeFrom: new Date(0),
      createdTimeTo: new Date(1_000),
      runtimeStatus: ['Completed', 'Failed', 'Terminated'],
    });
  });
});

test.each([
  ['livePage', () => pagesOver(async () => ({ status: 503, body: '"secret"' })).livePage('', undefined)],
  ['input', () => hubOver({ getStatus: () => Promise.reject(refusal(503)) }).input(callId)],
  [
    'purgeFinished',
    () => hubOver({ purgeInstanceHistoryBy: () => Promise.reject(refusal(503)) }).purgeFinished({ fromMs: 0, toMs: 1 }),
  ],
])('%s tells the status of a refusal, and nothing of its text', async (_, ask) => {
  const error = await ask().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DurableCallsError);
  expect(String(error)).toContain('HTTP 503');
  expect(String(error)).not.toContain('secret');
});

test('a page that never comes is asked for three times, and each time given up after ten seconds', async () => {
  let asked = 0;
  const hub = pagesOver(() => {
    asked++;
    setImmediate(() => clock.advance(10_000));
    return new Promise(() => undefined);
  });
  const outcome = await hub.livePage('', undefined).catch((thrown: unknown) => String(thrown));
  expect(outcome).toContain('no answer within 10000 ms');
  expect(asked).toBe(3);
});

describe('a start that is refused', () => {
  const alreadyExists = new Error(
    'The operation failed with an unexpected status code: 500. Details: {"ExceptionMessage":"An Orchestration instance with the status Running already exists."}',
  );
  const refusedWith = (refused: Error, found: string | undefined) =>
    hubOver({
      startNew: () => Promise.reject(refused),
      getStatus: async () => {
        if (found === undefined) throw new Error('DurableClient error: replied with HTTP 404 response.');
        return status(`call-${callId}`, found) as never;
      },
    });

  test.each([
    ['by extension 3.x, for the id is live', refusal(409), 'Running'],
    ['by extension 2.x, for the id is live', alreadyExists, 'Pending'],
    ['for a live id that has ended since', refusal(409), 'Completed'],
    ['in words only, while the instance is live', refusal(500), 'Running'],
  ])('%s, is as good as a start', async (_why, refused, found) => {
    expect(await refusedWith(refused, found).start(callId, {} as never)).toBe('running');
  });

  test.each(['Completed', undefined])('for another reason is an error, with instance %s', async (found) => {
    const started = refusedWith(refusal(500), found).start(callId, {} as never);
    await expect(started).rejects.toThrow(DurableCallsError);
    await expect(started).rejects.not.toThrow('secret');
  });
});
