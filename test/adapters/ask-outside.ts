// Run as a process of its own, for Node reads the proxies of the environment at its start: one request to each system.
import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { buildClientBinding } from '../../local/durable-extension/client-binding.ts';
import { createBotCredential } from '../../src/adapters/bot-credential.ts';
import { createBotRelay } from '../../src/adapters/bot-relay.ts';
import { systemClock as clock } from '../../src/adapters/clock.ts';
import { createTableCallStore } from '../../src/adapters/table-call-store.ts';

const [origin = ''] = process.argv.slice(2);
const abortSignal = AbortSignal.timeout(20_000);

const clientData = JSON.parse(buildClientBinding({ origin, systemKey: 'key', hubName: 'Hub' }));
const input = df.input.durableClient();
const context = { options: { extraInputs: [input] }, extraInputs: { get: () => clientData } };
const table = `DefaultEndpointsProtocol=https;AccountName=account;AccountKey=${Buffer.alloc(64).toString('base64')};EndpointSuffix=core.windows.net`;
const credential = { kind: 'managedIdentityFederation', managedIdentityClientId: 'identity-id' } as const;

await Promise.allSettled([
  df.getClient(context as unknown as InvocationContext).raiseEvent('call-a', 'callEnded', {}),
  // Graph, its signing keys and the webhook for ended calls are asked with this fetch.
  fetch('https://graph.microsoft.com/v1.0', { signal: abortSignal }),
  createBotCredential({ appId: 'bot', cloud: 'global', credential })('tenant').getToken('scope', { abortSignal }),
  createTableCallStore({
    storage: { kind: 'connectionString', connectionString: table },
    clock,
    onUnreadable: () => undefined,
  }).ping(),
  createBotRelay({
    url: 'https://bot.example/api/calls',
    timeoutMs: 20_000,
    policyTimeoutMs: 20_000,
    clock,
  }).send({ body: new Uint8Array(), headers: [], query: [], isPolicyRecording: false }),
]);
