import { once } from 'node:events';
import { createServer } from 'node:net';

/** Shows that a port of 127.0.0.1 can be had. Errors: those of `listen`, such as EADDRINUSE.  Effects: listens, and closes. */
export async function listenForAMoment(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
