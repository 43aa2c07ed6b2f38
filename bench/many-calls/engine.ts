import { createServer } from 'node:http';
import { fleetInstance, fleetSlice } from './fleet.ts';

/**
 * Run as a process of its own by many-calls.ts: `GET instances` of the engine's HTTP API, for a running instance of every
 * call. Source: https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api#get-all-instances-status
 */
const calls = Number(process.env.CALLS);

const server = createServer((incoming, outgoing) => {
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://localhost');
  if (incoming.method !== 'GET' || !/\/instances\/?$/.test(pathname)) return void outgoing.writeHead(404).end();
  const numbers = [...fleetSlice((searchParams.get('instanceIdPrefix') ?? '').replace('call-', ''), calls)];
  const from = Number(incoming.headers['x-ms-continuation-token'] ?? 0);
  const to = from + Number(searchParams.get('top'));
  const body = JSON.stringify(numbers.slice(from, to).map((number) => fleetInstance(number, Date.now())));
  const more = to < numbers.length ? { 'x-ms-continuation-token': `${to}` } : {};
  outgoing.writeHead(200, { 'content-type': 'application/json', ...more }).end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
});
