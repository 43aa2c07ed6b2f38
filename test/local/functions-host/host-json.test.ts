import { expect, test } from 'vitest';
import { parseHostJson, readHostJson } from '../../../local/functions-host/host-json.ts';

test('a host.json without extensions gets the defaults of the Functions host', () => {
  expect(parseHostJson('{"version":"2.0"}', 'host.json')).toEqual({ routePrefix: 'api', hubName: 'TestHubName' });
});

test('the prefix loses its slashes, and the durable settings are read', () => {
  const text = JSON.stringify({
    version: '2.0',
    logging: { anything: true },
    extensions: {
      http: { routePrefix: '/v1/' },
      durableTask: { hubName: 'CallKeepalive', defaultVersion: '1.0', maxConcurrentActivityFunctions: 10 },
    },
  });
  expect(parseHostJson(text, 'host.json')).toEqual({
    routePrefix: 'v1',
    hubName: 'CallKeepalive',
    defaultVersion: '1.0',
    maxConcurrentActivityFunctions: 10,
  });
});

test('this product has a host.json that the local host understands', async () => {
  expect(await readHostJson('.')).toMatchObject({ routePrefix: 'api', hubName: 'CallKeepalive' });
});

test.each([
  ['{', 'host.json is not JSON'],
  ['{"version":"1.0"}', 'version'],
  [
    '{"version":"2.0","extensions":{"durableTask":{"hubName":"a-b"}}}',
    'extensions.durableTask.hubName: must be 3 to 45',
  ],
  ['[]', 'the file'],
])('%s is refused, saying "%s"', (text, message) => {
  expect(() => parseHostJson(text, 'host.json')).toThrow(message);
});

test('a folder without host.json is refused with what to do', async () => {
  await expect(readHostJson('/nowhere')).rejects.toThrow('Start the host in the folder of the function app');
});
