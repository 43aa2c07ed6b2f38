import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that was free a moment ago: for a process whose address others have to know before it starts. Errors: Error when there is none. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port on 127.0.0.1.');
  return address.port;
}
