import { createServer } from 'node:http';

/** `POST /calls/<id>` and `DELETE /calls/<id>`: 202 once the work is done, 503 when it fails. */
export async function serveCalls(calls: {
  readonly established: (callId: string) => Promise<unknown>;
  readonly ended: (callId: string) => Promise<unknown>;
}): Promise<void> {
  const server = createServer({ keepAliveTimeout: 0 }, async (incoming, outgoing) => {
    const callId = /^\/calls\/([0-9a-f-]+)$/.exec(incoming.url ?? '')?.[1];
    incoming.resume();
    if (callId === undefined) return outgoing.writeHead(404).end();
    try {
      await (incoming.method === 'DELETE' ? calls.ended(callId) : calls.established(callId));
      outgoing.writeHead(202).end();
    } catch (error) {
      console.error(error);
      outgoing.writeHead(503).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(Number(process.env.PORT), '127.0.0.1', resolve));
}

export const beatMs = Number(process.env.BEAT_MS);

/** The work: one POST. A refusal is left to the next beat. */
export async function keepAlive(callId: string): Promise<number> {
  const answer = await fetch(`${process.env.TARGET}/v1.0/communications/calls/${callId}/keepAlive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer simulated' },
    body: JSON.stringify({ clientContext: callId }),
    signal: AbortSignal.timeout(10_000),
  });
  await answer.arrayBuffer();
  return answer.status;
}
