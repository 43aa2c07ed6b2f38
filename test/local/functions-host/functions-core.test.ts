import { createRequire } from 'node:module';
import { app } from '@azure/functions';
import { expect, test } from 'vitest';
import { createInvoke } from '../../../local/functions-host/create-invoke.ts';
import { terminateFunctionApp } from '../../../local/functions-host/function-registry.ts';
import { installFunctionsCore, loadFunctionApp } from '../../../local/functions-host/functions-core.ts';

function registerGreeting(text: string): void {
  app.http('greet', { methods: ['GET'], handler: () => ({ body: text }) });
}

test('two apps with the same function names live side by side in one process', async () => {
  const first = await loadFunctionApp(() => registerGreeting('first'));
  const second = await loadFunctionApp(() => registerGreeting('second'));
  const greet = async (registry: typeof first) => {
    const answer = await createInvoke({ registry })('greet', { http: { method: 'GET', url: 'http://h/api/greet' } });
    return new TextDecoder().decode(Reflect.get(Object(answer), 'body').bytes);
  };
  expect([await greet(first), await greet(second)]).toEqual(['first', 'second']);
});

test('apps that are loaded at the same time wait for each other', async () => {
  const [slow, fast] = await Promise.all([
    loadFunctionApp(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      app.http('slow', { handler: () => ({}) });
    }),
    loadFunctionApp(() => app.http('fast', { handler: () => ({}) })),
  ]);
  expect([[...slow.functions.keys()], [...fast.functions.keys()]]).toEqual([['slow'], ['fast']]);
});

test('a second function with the same name is refused with the words of the worker', async () => {
  const load = loadFunctionApp(() => {
    registerGreeting('a');
    registerGreeting('b');
  });
  await expect(load).rejects.toThrow('A function with id "greet" has already been registered.');
});

test('a function that is registered after the app was loaded is refused with the words of the worker', async () => {
  await loadFunctionApp(() => registerGreeting('a'));
  expect(() => app.http('late', { handler: () => ({}) })).toThrow(
    'A function can only be registered during app startup.',
  );
});

test('a hook that is registered after the app was loaded is refused, for nobody could tell which app it is for', async () => {
  await loadFunctionApp(() => registerGreeting('a'));
  expect(() => app.hook.preInvocation(() => undefined)).toThrow('A hook can only be registered during app startup.');
});

test('an app that registers nothing is refused with what to do', async () => {
  await expect(loadFunctionApp(() => undefined)).rejects.toThrow('The app registered no function.');
});

test('a failed load leaves the next load untouched', async () => {
  await expect(
    loadFunctionApp(() => {
      registerGreeting('broken');
      throw new Error('the app is broken');
    }),
  ).rejects.toThrow('the app is broken');
  const registry = await loadFunctionApp(() => app.http('fine', { handler: () => ({}) }));
  expect([...registry.functions.keys()]).toEqual(['fine']);
});

test('require and import get the same core module', async () => {
  installFunctionsCore();
  const name = '@azure/functions-core';
  const required = createRequire(import.meta.url)(name);
  const imported = await import(`data:text/javascript,export * from '${name}'`);
  expect(typeof required.registerFunction).toBe('function');
  expect(imported.registerFunction).toBe(required.registerFunction);
  expect(required.getProgrammingModel().name).toBe('@azure/functions');
});

test('appStart and appTerminate hooks run once and share their data', async () => {
  const seen: unknown[] = [];
  const registry = await loadFunctionApp(
    () => {
      registerGreeting('a');
      app.hook.appStart((context) => {
        context.hookData.started = 'yes';
      });
      app.hook.appTerminate((context) => {
        seen.push(context.hookData.started);
      });
    },
    { functionAppDirectory: '/app' },
  );
  expect(seen).toEqual([]);
  await terminateFunctionApp(registry);
  expect(seen).toEqual(['yes']);
});
