import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { type App, startHub, startMs } from './support/hub.ts';

// What a Functions host 4.1037 with extension 3.19.0 was seen to answer, and where 2.13.7 differs.
const waiting: OrchestrationHandler = function* ({ df }) {
  return yield df.waitForExternalEvent('end');
};
const callsWork: OrchestrationHandler = function* ({ df }) {
  const first: unknown = yield df.callActivity('work', 'first');
  const second: unknown = yield df.callActivity('work', 'second');
  return [first, second];
};
const short: OrchestrationHandler = function* ({ df }) {
  return df.getInput();
};

let isBroken = false;
const ran: string[] = [];
const app: App = {
  orchestrators: { waiting, callsWork, short },
  activities: {
    work: (what: string) => {
      ran.push(what);
      if (isBroken && what === 'second') throw new Error('broken');
      return what;
    },
  },
};
const old = { extensionVersion: '2.13' } as const;

describe('suspending a suspended instance, and resuming another one', () => {
  test('is an InvalidOperationException', async () => {
    const hub = await startHub(app);
    await hub.start('waiting');
    const resumed = await hub.request('POST', 'instances/x/resume');
    expect([resumed.status, JSON.parse(resumed.text)]).toMatchObject([
      500,
      {
        ExceptionMessage: 'Cannot resume the orchestration instance x because instance is in the Running state.',
        ExceptionType: 'System.InvalidOperationException',
      },
    ]);
    await hub.request('POST', 'instances/x/suspend');
    await hub.settle();
    expect((await hub.request('POST', 'instances/x/suspend')).status).toBe(500);
    expect((await hub.request('POST', 'instances/x/resume')).status).toBe(202);
    await hub.settle();
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running' });
  });

  test('is 202 in 2.13', async () => {
    const hub = await startHub(app, old);
    await hub.start('waiting');
    expect((await hub.request('POST', 'instances/x/resume')).status).toBe(202);
  });
});

describe('starting an unknown orchestrator', () => {
  test('is 202, and the instance fails', async () => {
    const hub = await startHub(app);
    expect((await hub.start('nobody')).status).toBe(202);
    expect(await hub.status()).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringContaining("The function 'nobody' doesn't exist"),
    });
  });

  test('is 400 in 2.13', async () => {
    const hub = await startHub(app, old);
    const answer = await hub.start('nobody');
    expect([answer.status, JSON.parse(answer.text).Message]).toEqual([
      400,
      "The function 'nobody' doesn't exist, is disabled, or is not an orchestrator function. Additional info: The following are the known orchestrator functions: 'waiting', 'callsWork', 'short'.",
    ]);
    expect((await hub.status()).httpStatus).toBe(404);
  });
});

test.each([
  [{}, 500],
  [old, 400],
])('starting with what is not JSON, options %j, is %i, and nothing is started', async (options, status) => {
  const hub = await startHub(app, options);
  expect((await hub.request('POST', 'orchestrators/waiting/x', '{')).status).toBe(status);
  expect((await hub.status()).httpStatus).toBe(404);
});

describe('the list', () => {
  async function startThree() {
    const hub = await startHub(app);
    for (const id of ['a', 'b', 'c']) await hub.start('short', id, id);
    const list = async (query: string, headers = {}) => {
      const answer = await hub.request('GET', `instances/?${query}`, undefined, headers);
      const token = answer.headers['x-ms-continuation-token'] ?? '';
      return { status: answer.status, rows: answer.status === 200 ? JSON.parse(answer.text) : [], token };
    };
    return { hub, list };
  }

  test.each([
    ['', 'a'],
    ['&top=1', 'a'],
    ['&instanceIdPrefix=a', null],
    ['&runtimeStatus=Completed', null],
    [`&createdTimeFrom=${new Date(startMs).toISOString()}`, null],
  ])('leaves inputs out for showInput=false only when something is filtered: %s', async (filter, input) => {
    const { list } = await startThree();
    expect((await list(`showInput=false${filter}`)).rows[0]).toMatchObject({ instanceId: 'a', input });
  });

  test('has no rows but a token for the first page with top=0', async () => {
    const { list } = await startThree();
    const { rows, token } = await list('top=0');
    expect(rows).toEqual([]);
    const next = await list('', { 'x-ms-continuation-token': token });
    expect(next.rows.map(({ instanceId }: { instanceId: string }) => instanceId)).toEqual(['a', 'b', 'c']);
  });

  test('is 500 with top=-1', async () => {
    const { list } = await startThree();
    expect((await list('top=-1')).status).toBe(500);
  });
});

describe('rewinding', () => {
  test('is 404 for an unknown instance and 412 for one that has not failed', async () => {
    const hub = await startHub(app);
    expect((await hub.request('POST', 'instances/x/rewind?reason=r')).status).toBe(404);
    await hub.start('waiting');
    expect((await hub.request('POST', 'instances/x/rewind?reason=r')).status).toBe(412);
  });

  test('lets a failed instance go on from what failed', async () => {
    const hub = await startHub(app);
    isBroken = true;
    ran.length = 0;
    await hub.start('callsWork');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Failed' });
    isBroken = false;
    expect((await hub.request('POST', 'instances/x/rewind?reason=r')).status).toBe(202);
    await hub.settle();
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: ['first', 'second'] });
    expect(ran).toEqual(['first', 'second', 'second']);
  });
});

describe('restarting', () => {
  test('is 400 for an unknown instance, and 409 for the id of a live one', async () => {
    const hub = await startHub(app);
    expect((await hub.request('POST', 'instances/x/restart')).status).toBe(400);
    await hub.start('waiting');
    expect((await hub.request('POST', 'instances/x/restart?restartWithNewInstanceId=false')).status).toBe(409);
  });

  test('runs the function again with its input, under the same id or a new one', async () => {
    const hub = await startHub(app);
    await hub.start('short', { n: 1 });
    for (const query of ['', '?restartWithNewInstanceId=false']) {
      const answer = await hub.request('POST', `instances/x/restart${query}`);
      await hub.settle();
      const { id } = JSON.parse(answer.text);
      expect([answer.status, id === 'x']).toEqual([202, query !== '']);
      expect(await hub.status('', id)).toMatchObject({ name: 'short', runtimeStatus: 'Completed', output: { n: 1 } });
    }
  });
});

test('there are no entities: an empty list, and 404 for each', async () => {
  const hub = await startHub(app);
  expect(await hub.request('GET', 'entities')).toMatchObject({ status: 200, text: '[]' });
  expect(await hub.request('GET', 'entities/counter')).toMatchObject({ status: 200, text: '[]' });
  expect((await hub.request('GET', 'entities/counter/1')).status).toBe(404);
});

describe('the history', () => {
  const Timestamp = '2026-01-01T00:00:00.000Z';

  async function historyOf(query: string, options = {}) {
    const hub = await startHub(app, options);
    await hub.start('waiting', { n: 1 });
    await hub.raise('end', { why: 'asked' });
    return (await hub.status(`showHistory=true${query}`)).historyEvents;
  }

  test('has the inputs, and the fields of events that only the real engine fills', async () => {
    expect(await historyOf('')).toEqual([
      {
        EventType: 'ExecutionStarted',
        Timestamp,
        Input: '{"n":1}',
        FunctionName: 'waiting',
        Correlation: null,
        ScheduledStartTime: null,
        Generation: 0,
        ParentTraceContext: null,
      },
      { EventType: 'EventRaised', Timestamp, Name: 'end', Input: '{"why":"asked"}' },
      { EventType: 'ExecutionCompleted', Timestamp, OrchestrationStatus: 'Completed' },
    ]);
  });

  test.each([
    ['&showInput=false', {}],
    ['', old],
  ])('has none with %s, options %j', async (query, options) => {
    expect(JSON.stringify(await historyOf(query, options))).not.toContain('"Input"');
  });
});
