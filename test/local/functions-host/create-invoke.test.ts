import { app, input, output } from '@azure/functions';
import * as df from 'durable-functions';
import { expect, test } from 'vitest';
import { createInvoke } from '../../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../../local/functions-host/functions-core.ts';
import type { InvocationLog } from '../../../local/functions-host/invocation.ts';

const httpGet = { http: { method: 'GET', url: 'http://host/api/x', nullableQuery: { who: { value: 'Ada' } } } };

test('an activity gets its input decoded and gives back its value', async () => {
  const registry = await loadFunctionApp(() => {
    df.app.activity('double', { handler: (value: { n: number }) => ({ n: value.n * 2 }) });
    df.app.activity('shout', { handler: (value: string) => `${value}!` });
    df.app.activity('nothing', { handler: () => undefined });
  });
  const invoke = createInvoke({ registry });
  expect(await invoke('double', { string: '{"n":21}' })).toEqual({ n: 42 });
  expect(await invoke('shout', { string: '"hey"' })).toBe('hey!');
  expect(await invoke('nothing', { string: '1' })).toBeUndefined();
});

test('a function with a durable client input gets the client binding of this moment', async () => {
  const registry = await loadFunctionApp(() => {
    const client = df.input.durableClient();
    app.http('start', {
      extraInputs: [client],
      handler: (_request, context) => ({ jsonBody: context.extraInputs.get(client) }),
    });
  });
  let hub = 'one';
  const invoke = createInvoke({ registry, clientBinding: () => JSON.stringify({ taskHubName: hub }) });
  hub = 'two';
  const answer = await invoke('start', httpGet);
  expect(new TextDecoder().decode(Reflect.get(Object(answer), 'body').bytes)).toBe('{"taskHubName":"two"}');
});

test('hooks may replace inputs, handler, result and error', async () => {
  const registry = await loadFunctionApp(() => {
    df.app.activity('add', { handler: (value: number) => value + 1 });
    df.app.activity('fail', { handler: () => Promise.reject(new Error('broken')) });
    app.hook.preInvocation((context) => {
      context.hookData.name = context.invocationContext.functionName;
      context.inputs = [41];
    });
    app.hook.postInvocation((context) => {
      if (context.hookData.name === 'fail') {
        context.error = null;
        context.result = 'saved';
      }
    });
  });
  const invoke = createInvoke({ registry });
  expect(await invoke('add', { string: '1' })).toBe(42);
  expect(await invoke('fail', { string: '1' })).toBe('saved');
});

test('a hook may put another handler in the place of the function, and may log after it', async () => {
  const lines: InvocationLog[] = [];
  const registry = await loadFunctionApp(() => {
    df.app.activity('real', { handler: () => 'real' });
    app.hook.preInvocation((context) => {
      context.functionHandler = () => 'replaced';
    });
    app.hook.postInvocation((context) => context.invocationContext.info('after'));
  });
  expect(await createInvoke({ registry, log: (line) => lines.push(line) })('real', { string: '1' })).toBe('replaced');
  expect(lines.map(({ message }) => message)).toEqual(['after']);
});

test('a preInvocation hook that throws blocks the function', async () => {
  let ran = false;
  const registry = await loadFunctionApp(() => {
    df.app.activity('guarded', { handler: () => (ran = true) });
    app.hook.preInvocation(() => {
      throw new Error('not today');
    });
  });
  await expect(createInvoke({ registry })('guarded', { string: '1' })).rejects.toThrow('not today');
  expect(ran).toBe(false);
});

test('what a function throws comes out unchanged and is logged with the name of the function', async () => {
  const failure = { code: 'E1' };
  const lines: InvocationLog[] = [];
  const registry = await loadFunctionApp(() => {
    df.app.activity('fail', { handler: () => Promise.reject(failure) });
  });
  const invoke = createInvoke({ registry, log: (line) => lines.push(line) });
  await expect(invoke('fail', { string: '1' })).rejects.toBe(failure);
  expect(lines).toMatchObject([{ functionName: 'fail', level: 'error', category: 'system' }]);
});

test('the lines of a function reach the log, after the log hooks', async () => {
  const lines: InvocationLog[] = [];
  const registry = await loadFunctionApp(() => {
    app.http('talk', {
      handler: (request, context) => {
        context.warn('hello %s', request.query.get('who'));
        return {};
      },
    });
    app.hook.log((context) => {
      context.message = `${context.invocationContext?.functionName}: ${context.message}`;
    });
    app.hook.log(() => {
      throw new Error('a log hook that fails changes nothing');
    });
  });
  await createInvoke({ registry, log: (line) => lines.push(line) })('talk', httpGet);
  expect(lines).toMatchObject([
    { functionName: 'talk', level: 'warning', category: 'user', message: 'talk: hello Ada' },
  ]);
});

test('a timer function sees its schedule in camel case', async () => {
  let seen: unknown;
  const registry = await loadFunctionApp(() => {
    app.timer('tick', {
      schedule: '0 * * * * *',
      handler: (timer) => {
        seen = timer;
      },
    });
  });
  await createInvoke({ registry })('tick', { json: '{"Schedule":{"AdjustForDST":true},"IsPastDue":false}' });
  expect(seen).toEqual({ schedule: { adjustForDST: true }, isPastDue: false });
});

test('an unknown function is refused by name', async () => {
  const registry = await loadFunctionApp(() => df.app.activity('known', { handler: () => 1 }));
  await expect(createInvoke({ registry })('unknown', {})).rejects.toThrow("Function code for 'unknown' is not loaded");
});

test('bindings that the local host does not play are refused before the app runs', async () => {
  const queue = await loadFunctionApp(() =>
    app.storageQueue('fromQueue', { queueName: 'q', connection: 'c', handler: () => undefined }),
  );
  const table = await loadFunctionApp(() =>
    app.http('withTable', { extraInputs: [input.table({ tableName: 't', connection: 'c' })], handler: () => ({}) }),
  );
  const toQueue = await loadFunctionApp(() =>
    app.http('toQueue', {
      extraOutputs: [output.storageQueue({ queueName: 'q', connection: 'c' })],
      handler: () => ({}),
    }),
  );
  expect(() => createInvoke({ registry: queue })).toThrow('"fromQueue" uses the binding');
  expect(() => createInvoke({ registry: table })).toThrow('type "table"');
  expect(() => createInvoke({ registry: toQueue })).toThrow('type "queue"');
});
