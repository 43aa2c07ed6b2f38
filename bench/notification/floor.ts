import { TableClient } from '@azure/data-tables';
import { app, type HttpHandler } from '@azure/functions';
import * as df from 'durable-functions';
import { type CryptoKey, compactVerify, importJWK } from 'jose';
import type { Outside } from '../outside/outside.ts';

/** What a notification asks for at the very least, in the order in which the app does it. */
export type Floor = 'established' | 'repeated' | 'ignored' | 'refused';

/**
 * One function per kind of notification that does nothing but what cannot be avoided, with the packages that the app uses:
 * one RS256 verification, JSON.parse, the same requests to the table and to the engine. No check, no decision, no log.
 */
export async function registerFloor(outside: Outside): Promise<void> {
  const key = await fetchKey(`${outside.origin}/keys`);
  const table = TableClient.fromConnectionString(outside.environment.AzureWebJobsStorage ?? '', 'Calls', {
    allowInsecureConnection: true,
  });
  const durableClient = df.input.durableClient();
  const register = (floor: Floor, handler: HttpHandler) =>
    app.http(floor, { methods: ['POST'], authLevel: 'anonymous', extraInputs: [durableClient], handler });
  const verify = (token: string | null) => compactVerify((token ?? '').slice('Bearer '.length), key);

  register('established', async (request, context) => {
    await verify(request.headers.get('authorization'));
    const callId = callIdOf(JSON.parse(await request.text()));
    const row = { partitionKey: callId.slice(0, 2), rowKey: callId };
    const { etag = '*' } = await table.createEntity({ ...row, phase: 'starting', firstSeenAt: new Date() });
    await df.getClient(context).startNew('keepCallAlive', { instanceId: `call-${callId}`, input: { callId } });
    await table.updateEntity({ ...row, phase: 'active', firstSeenAt: new Date() }, 'Replace', { etag });
    return { status: 202 };
  });
  register('repeated', async (request) => {
    await verify(request.headers.get('authorization'));
    const callId = callIdOf(JSON.parse(await request.text()));
    await table.getEntity(callId.slice(0, 2), callId);
    return { status: 202 };
  });
  register('ignored', async (request) => {
    await verify(request.headers.get('authorization'));
    JSON.parse(await request.text());
    return { status: 202 };
  });
  register('refused', async (request) => {
    const isGood = await verify(request.headers.get('authorization')).then(
      () => true,
      () => false,
    );
    return { status: isGood ? 202 : 401 };
  });
}

async function fetchKey(url: string): Promise<CryptoKey> {
  const { keys } = Object(await (await fetch(url)).json());
  const key = await importJWK(keys[0], 'RS256');
  if (key instanceof Uint8Array) throw new Error('the issuer has no public key');
  return key;
}

function callIdOf(body: { readonly value: readonly { readonly resource: string }[] }): string {
  return body.value[0]?.resource.split('/').at(-1) ?? '';
}
