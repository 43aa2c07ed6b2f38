// Run as a process of its own: the extra certificate authority and the managed identity's address are read at its start.
import { type BotCredentialSettings, createBotCredential } from '../../src/adapters/bot-credential.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { createGraphTokenSource } from '../../src/adapters/credentials.ts';

const tenantId = '1fdd12d0-4620-44ed-baec-459b611f84b2';
const signal = AbortSignal.timeout(20_000);

async function requestTwice(settings: BotCredentialSettings): Promise<unknown> {
  const source = createGraphTokenSource({
    createCredential: createBotCredential(settings),
    scope: 'https://graph.microsoft.com/.default',
    clock: systemClock,
  });
  try {
    const first = await source.getToken(tenantId, { signal });
    const kept = await source.getToken(tenantId, { signal });
    return { first, kept, afterRefusal: await source.getToken(tenantId, { signal, refusedToken: first }) };
  } catch (error) {
    return { error: String(error) };
  }
}

const results: unknown[] = [];
for (const settings of JSON.parse(process.argv[2] ?? '[]')) results.push(await requestTwice(settings));
process.stdout.write(JSON.stringify(results));
