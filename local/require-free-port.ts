import { once } from 'node:events';
import { createServer } from 'node:net';

/** Errors: Error naming `--port` when somebody listens there.  Effects: listens for a moment. */
export async function requireFreePort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`Port ${port} is taken, perhaps by another npm start; choose one with --port.`, { cause: error });
  }
  server.close();
  await once(server, 'close');
}
