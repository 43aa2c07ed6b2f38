import type { OrchestrationHandler } from 'durable-functions';
import { describe, expect, test } from 'vitest';
import { type App, startHub, startMs } from '../support/hub.ts';

const waiting: OrchestrationHandler = function* (context) {
  return yield context.df.waitForExternalEvent('end');
};
const short: OrchestrationHandler = function* (context) {
  return context.df.getInput();
};
const failing: OrchestrationHandler = function* () {
  throw new Error('no');
};
const app: App = { orchestrators: { waiting, short, failing } };
const json = { 'content-type': 'application/json' };

describe('starting', () => {
  test('answers 202 with the links in the real order, without the rewind link', async () => {
    const hub = await startHub(app);
    const answer = await hub.request('POST', 'orchestrators/waiting/x');
    expect(answer.status).toBe(202);
    const links = JSON.parse(answer.text);
    const base = 'http://localhost:7071/runtime/webhooks/durabletask/instances/x';
    const query = 'taskHub=TestHub&connection=Storage&code=key';
    expect(Object.entries(links)).toEqual([
      ['id', 'x'],
      ['statusQueryGetUri', `${base}?${query}`],
      ['sendEventPostUri', `${base}/raiseEvent/{eventName}?${query}`],
      ['terminatePostUri', `${base}/terminate?reason={text}&${query}`],
      ['purgeHistoryDeleteUri', `${base}?${query}`],
      ['restartPostUri', `${base}/restart?${query}`],
      ['suspendPostUri', `${base}/suspend?reason={text}&${query}`],
      ['resumePostUri', `${base}/resume?reason={text}&${query}`],
    ]);
    expect(answer.headers).toMatchObject({ location: links.statusQueryGetUri, 'retry-after': '10' });
  });

  test('makes an id of 32 hex digits when none is given', async () => {
    const hub = await startHub(app);
    const answer = await hub.request('POST', 'orchestrators/waiting');
    expect(JSON.parse(answer.text).id).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each(['Pending', 'Running', 'Suspended'])('a live id (%s) answers 409 and changes nothing', async (state) => {
    const hub = await startHub(app);
    await hub.request('POST', 'orchestrators/waiting/x', '1');
    if (state !== 'Pending') await hub.settle();
    if (state === 'Suspended') await hub.request('POST', 'instances/x/suspend').then(hub.settle);
    const answer = await hub.request('POST', 'orchestrators/waiting/x', '2');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      409,
      { Message: `An Orchestration instance with the status ${state} already exists.` },
    ]);
    expect(await hub.status()).toMatchObject({ runtimeStatus: state, input: 1 });
  });

  test('a live id answers 500 with the exception in extension 2.13', async () => {
    const hub = await startHub(app, { extensionVersion: '2.13' });
    await hub.start('waiting');
    const answer = await hub.request('POST', 'orchestrators/waiting/x');
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      500,
      {
        ExceptionMessage: 'An Orchestration instance with the status Running already exists.',
        ExceptionType: 'DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException',
      },
    ]);
  });

  test('an ended id is replaced by a new run', async () => {
    const hub = await startHub(app);
    await hub.start('short', 1);
    await hub.start('waiting', 2);
    expect(await hub.status()).toMatchObject({ name: 'waiting', runtimeStatus: 'Running', input: 2, output: null });
    await hub.raise('end', 'second');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed', output: 'second' });
  });

  test('two starters at once both see 202, and exactly one run happens', async () => {
    const hub = await startHub(app);
    const answers = await Promise.all([1, 2].map((n) => hub.request('POST', 'orchestrators/waiting/x', n)));
    await hub.settle();
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(hub.calls).toHaveLength(1);
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Running', input: 1 });
    await hub.raise('end');
    expect(await hub.status()).toMatchObject({ runtimeStatus: 'Completed' });
    expect(hub.calls).toHaveLength(2);
  });
});

describe('the status', () => {
  test('is Pending before the first turn, then Running: 202 with Location and Retry-After', async () => {
    const hub = await startHub(app);
    await hub.request('POST', 'orchestrators/waiting/x');
    expect(await hub.status()).toMatchObject({ httpStatus: 202, runtimeStatus: 'Pending' });
    await hub.settle();
    const answer = await hub.request('GET', 'instances/x?code=key');
    expect(answer.status).toBe(202);
    expect(answer.headers).toMatchObject({
      location: 'http://localhost:7071/runtime/webhooks/durabletask/instances/x?code=key',
      'retry-after': '5',
    });
  });

  test('has the real keys in order and times in whole seconds', async () => {
    const hub = await startHub(app);
    await hub.clock.runFor(1_700);
    await hub.start('short', { a: 1 });
    const { httpStatus, ...status } = await hub.status();
    expect(httpStatus).toBe(200);
    expect(Object.entries(status)).toEqual([
      ['name', 'short'],
      ['instanceId', 'x'],
      ['runtimeStatus', 'Completed'],
      ['input', { a: 1 }],
      ['customStatus', null],
      ['output', { a: 1 }],
      ['createdTime', '2026-01-01T00:00:01Z'],
      ['lastUpdatedTime', '2026-01-01T00:00:01Z'],
    ]);
  });

  test('leaves the input out when asked, is 404 and empty for an unknown id', async () => {
    const hub = await startHub(app);
    await hub.start('waiting', { a: 1 });
    expect(await hub.status('showInput=false')).toMatchObject({ input: null });
    expect(await hub.request('GET', 'instances/other')).toMatchObject({ status: 404, text: '' });
  });

  test('of a failed instance is 200, or 500 when the caller asks for that', async () => {
    const hub = await startHub(app);
    await hub.start('failing');
    expect(await hub.status()).toMatchObject({ httpStatus: 200, runtimeStatus: 'Failed' });
    expect((await hub.status('returnInternalServerErrorOnFailure=true')).httpStatus).toBe(500);
  });

  test('shows the history with names, merged tasks and no orchestrator turns; results only when asked', async () => {
    const hub = await startHub({
      orchestrators: {
        busy: function* (context) {
          yield context.df.callActivity('work', 1);
          yield context.df.waitForExternalEvent('go');
          yield context.df.createTimer(context.df.currentUtcDateTime);
          return 'end';
        },
      },
      activities: { work: () => ({ done: true }) },
    });
    await hub.start('busy');
    await hub.raise('go', { secret: true });
    const Timestamp = expect.stringMatching(/^2026-01-01T/);
    const { historyEvents } = await hub.status('showHistory=true&showInput=false');
    expect(historyEvents).toEqual([
      expect.objectContaining({ EventType: 'ExecutionStarted', Timestamp, FunctionName: 'busy' }),
      { EventType: 'TaskCompleted', Timestamp, ScheduledTime: Timestamp, FunctionName: 'work' },
      { EventType: 'EventRaised', Timestamp, Name: 'go' },
      { EventType: 'TimerCreated', Timestamp, FireAt: Timestamp },
      { EventType: 'TimerFired', Timestamp, FireAt: Timestamp },
      { EventType: 'ExecutionCompleted', Timestamp, OrchestrationStatus: 'Completed' },
    ]);
    const { historyEvents: full } = await hub.status('showHistory=true&showHistoryOutput=true');
    expect(full).toMatchObject({ 1: { Result: { done: true } }, 5: { Result: 'end' } });
    expect((await hub.status()).historyEvents).toBeUndefined();
  });
});

describe('the list', () => {
  async function startSeveral() {
    const hub = await startHub(app);
    for (const [index, name] of ['short', 'waiting', 'failing', 'waiting', 'short'].entries()) {
      await hub.start(name, index, `${index < 3 ? 'a' : 'b'}${index}`);
      await hub.clock.runFor(60_000);
    }
    const ids = async (query: string, headers = {}) => {
      const answer = await hub.request('GET', `instances/?${query}`, undefined, headers);
      expect(answer.status).toBe(200);
      const items: { instanceId: string }[] = JSON.parse(answer.text);
      return { ids: items.map(({ instanceId }) => instanceId), token: answer.headers['x-ms-continuation-token'] };
    };
    return { hub, ids };
  }

  test('filters by status, prefix and created time', async () => {
    const { ids } = await startSeveral();
    const minute = (n: number) => new Date(startMs + n * 60_000).toISOString();
    expect((await ids('')).ids).toEqual(['a0', 'a1', 'a2', 'b3', 'b4']);
    expect((await ids('runtimeStatus=Completed,Failed')).ids).toEqual(['a0', 'a2', 'b4']);
    expect((await ids('instanceIdPrefix=b')).ids).toEqual(['b3', 'b4']);
    expect((await ids(`createdTimeFrom=${minute(1)}&createdTimeTo=${minute(3)}`)).ids).toEqual(['a1', 'a2', 'b3']);
  });

  test('ignores an invalid time or status', async () => {
    const { ids } = await startSeveral();
    expect((await ids('createdTimeFrom=yesterday&runtimeStatus=running')).ids).toHaveLength(5);
  });

  test('comes in pages, with a token for the next one', async () => {
    const { ids } = await startSeveral();
    const seen: string[][] = [];
    let token: string | undefined;
    do {
      const page = await ids('top=2', token === undefined ? {} : { 'x-ms-continuation-token': token });
      seen.push(page.ids);
      token = page.token;
    } while (token !== undefined);
    expect(seen).toEqual([['a0', 'a1'], ['a2', 'b3'], ['b4']]);
  });
});

describe('raising an event', () => {
  test('is 202 for a live instance, whoever waits; 404 unknown; 410 ended', async () => {
    const hub = await startHub(app);
    expect((await hub.raise('end')).status).toBe(404);
    await hub.start('waiting');
    expect((await hub.raise('nobody waits for this')).status).toBe(202);
    expect((await hub.raise('end')).status).toBe(202);
    expect((await hub.raise('end')).status).toBe(410);
  });

  test('is 400 without a JSON content type, with bad JSON, or without a body', async () => {
    const hub = await startHub(app);
    await hub.start('waiting');
    const path = 'instances/x/raiseEvent/end';
    const plain = await hub.request('POST', path, '1', { 'content-type': 'text/plain' });
    expect([plain.status, plain.text]).toEqual([
      400,
      '{"Message":"Only application/json request content is supported"}',
    ]);
    expect((await hub.request('POST', path, '{', json)).status).toBe(400);
    expect((await hub.request('POST', path, undefined, json)).status).toBe(400);
    expect((await hub.request('POST', path, '1', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
      202,
    );
  });
});

describe('purging', () => {
  test('one instance is 200 when ended, then 404; 412 when not ended', async () => {
    const hub = await startHub(app);
    await hub.start('waiting');
    const refused = await hub.request('DELETE', 'instances/x');
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      412,
      'Only orchestrations in a terminal state can be purged, but the orchestration with instance ID x has status Running',
    ]);
    await hub.raise('end');
    expect(await hub.request('DELETE', 'instances/x')).toMatchObject({ status: 200, text: '{"instancesDeleted":1}' });
    expect(await hub.request('DELETE', 'instances/x')).toMatchObject({ status: 404, text: '' });
  });

  test('a running instance works in extension 2.13; what is still on its way to it is discarded', async () => {
    const hub = await startHub(
      {
        orchestrators: {
          sleeping: function* (context) {
            yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1_000));
          },
        },
      },
      { extensionVersion: '2.13' },
    );
    await hub.start('sleeping');
    expect((await hub.request('DELETE', 'instances/x')).status).toBe(200);
    await hub.clock.runFor(5_000);
    expect((await hub.status()).httpStatus).toBe(404);
    expect(await hub.store.load()).toEqual([]);
  });

  test('by filter takes ended instances of the time window; 400 without its start, 404 when there is none', async () => {
    const hub = await startHub(app);
    await hub.start('short', 1, 'old');
    await hub.clock.runFor(3_600_000);
    await hub.start('short', 1, 'new');
    await hub.start('waiting', 1, 'live');
    const purge = (query: string) => hub.request('DELETE', `instances/?${query}`);
    const from = new Date(startMs).toISOString();
    expect((await purge('createdTimeFrom=never')).status).toBe(400);
    expect((await purge(`createdTimeFrom=${from}&runtimeStatus=Failed`)).status).toBe(404);
    const to = new Date(startMs + 60_000).toISOString();
    expect((await purge(`createdTimeFrom=${from}&createdTimeTo=${to}`)).text).toBe('{"instancesDeleted":1}');
    expect((await hub.status('', 'old')).httpStatus).toBe(404);
    expect((await purge(`createdTimeFrom=${from}`)).text).toBe('{"instancesDeleted":1}');
    expect((await hub.status('', 'live')).httpStatus).toBe(202);
  });
});

test.each([
  ['POST', 'entities/counter/1', 501],
  ['GET', 'orchestrators/waiting', 404],
  ['PUT', 'instances/x', 404],
  ['GET', 'instances/x/terminate', 404],
  ['POST', 'instances/x/dance', 404],
  ['GET', 'nothing', 404],
])('%s %s answers %i', async (method, path, status) => {
  const hub = await startHub(app);
  await hub.start('waiting');
  expect((await hub.request(method, path)).status).toBe(status);
});

test('the same API is served under the base for the worker, and controller names ignore case', async () => {
  const hub = await startHub(app);
  const answer = await hub.request('POST', 'http://127.0.0.1:17071/durabletask/Orchestrators/short/x', '5');
  expect(answer.status).toBe(202);
  // The worker needs no key, and nobody else shall find one here.
  expect(answer.text + JSON.stringify(answer.headers)).not.toContain('code=');
  await hub.settle();
  const status = await hub.request('GET', 'http://127.0.0.1:17071/durabletask/instances/x');
  expect(JSON.parse(status.text)).toMatchObject({ output: 5 });
});

test('the client binding has every link that durable-functions reads', async () => {
  const hub = await startHub(app);
  const binding = JSON.parse(hub.extension.clientBinding({ origin: 'http://localhost:7071', systemKey: 's k' }));
  expect(binding).toMatchObject({
    taskHubName: 'TestHub',
    connectionName: 'Storage',
    baseUrl: 'http://localhost:7071/runtime/webhooks/durabletask',
    requiredQueryStringParameters: 'code=s%20k',
    rpcBaseUrl: 'http://localhost:7071/durabletask/',
    creationUrls: {
      createNewInstancePostUri:
        'http://localhost:7071/runtime/webhooks/durabletask/orchestrators/{functionName}[/{instanceId}]?code=s%20k',
    },
    managementUrls: { id: 'INSTANCEID' },
  });
  expect(Object.keys(binding.managementUrls)).toEqual([
    'id',
    'statusQueryGetUri',
    'sendEventPostUri',
    'terminatePostUri',
    'rewindPostUri',
    'purgeHistoryDeleteUri',
    'restartPostUri',
    'suspendPostUri',
    'resumePostUri',
  ]);
});
