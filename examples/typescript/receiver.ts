// Receives `call.ended`: verifies its signature, takes each message once, and joins the meeting again when the call ended
// in spite of the bot. Arguments: port and secret.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { type CallEnded, toRejoin } from './rejoin.ts';

const [port = '', secret = ''] = process.argv.slice(2);
const { CALLBACK_URI = 'http://127.0.0.1:7071/api/notifications' } = process.env;
const { GRAPH_BASE_URL = 'http://127.0.0.1:7072/v1.0', GRAPH_TOKEN = 'any' } = process.env;
const webhook = new Webhook(secret);
const seen = new Set<string>();

createServer(async (request, response) => {
  const body = await text(request);
  const id = String(request.headers['webhook-id']);
  let message: { readonly data: CallEnded };
  try {
    // Also refuses what is more than 5 minutes old.
    message = webhook.verify(body, request.headers as Record<string, string>) as typeof message;
  } catch {
    response.writeHead(401).end();
    return;
  }
  response.writeHead(204).end();
  if (seen.has(id)) return;
  seen.add(id);
  const { callId, endReason } = message.data;
  console.log(`call ${callId} ended: ${endReason}`);
  const call = toRejoin(message.data, CALLBACK_URI);
  if (call === undefined) return;
  const created = await fetch(`${GRAPH_BASE_URL}/communications/calls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${GRAPH_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(call),
    signal: AbortSignal.timeout(10_000),
  });
  console.log(`rejoin of call ${callId}: ${created.status}`);
}).listen(Number(port), '127.0.0.1', () => console.log('The receiver listens.'));
