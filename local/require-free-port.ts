import { listenForAMoment } from './listen-for-a-moment.ts';

/** Errors: Error naming `--port` when somebody listens there.  Effects: listens for a moment. */
export async function requireFreePort(port: number): Promise<void> {
  try {
    await listenForAMoment(port);
  } catch (error) {
    throw new Error(`Port ${port} is taken, perhaps by another npm start; choose one with --port.`, { cause: error });
  }
}
