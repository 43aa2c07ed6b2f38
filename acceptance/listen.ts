import { once } from 'node:events';
import type { Server } from 'node:http';

/** Errors: Error naming the port when it is taken.  Effects: the server listens on 127.0.0.1. */
export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`Port ${port} cannot be used: ${String(Object(error).code)}.`);
  }
}
