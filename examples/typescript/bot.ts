// How a bot calls createCallKeepalive. Run it with the address of the app, its function key, a call and its tenant; each
// line typed is a state that the call gets, established or terminated; "stop" shuts the bot down.
import { createInterface } from 'node:readline';
import { createCallKeepalive } from './call-keepalive.ts';

interface Call {
  readonly state: string | undefined;
  readonly resultInfo?: { readonly code: number; readonly subcode: number };
}

const [app = '', functionKey = '', callId = '', tenantId = ''] = process.argv.slice(2);

const stopping = new AbortController();

const keepalive = createCallKeepalive({ app, functionKey, report: console.log, signal: stopping.signal });
async function onNotification(call: Call): Promise<void> {
  if (call.state === 'established') await keepalive.established(callId, tenantId);
  if (call.state === 'terminated') await keepalive.terminated(callId, call.resultInfo);
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'stop') {
    stopping.abort();
    continue;
  }
  const ended = line === 'terminated' ? { resultInfo: { code: 200, subcode: 5002 } } : {};
  void onNotification({ state: line, ...ended });
}
