import { expect } from 'vitest';
import { createInProcessFetch } from '../../local/in-process-fetch.ts';
import type { CallbackTokenOverrides } from '../../local/simulated-graph/callback-tokens.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { createCallbackTokenVerifier } from '../../src/adapters/callback-token.ts';
import type { PlainObject } from '../../src/core/values/plain-object.ts';
import { parseSettings } from '../../src/settings/settings.ts';
import { callNotification } from '../support/call-notification.ts';
import { SECOND_MS, startVirtualWorld, WORLD_START_MS } from '../support/virtual-world.ts';
import { CALL_ID, type Reported } from './reported.ts';

const ESTABLISHED = callNotification(CALL_ID, 'established');
const METADATA_URL = 'https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration';

/** The claims and header that the file puts over the usual ones; its `now` is the world's. */
function tokenOf({ token }: PlainObject): CallbackTokenOverrides {
  const overrides: Readonly<Record<string, unknown>> = Object(token)['POST graph /control/callback-tokens'];
  const now = WORLD_START_MS / 1_000;
  const instants: Readonly<Record<string, number>> = { now, 'now+300': now + 300 };
  return Object.fromEntries(Object.entries(overrides).map(([name, value]) => [name, instants[String(value)] ?? value]));
}

/** The issuers of an app with this setting, read from the environment as the app does. */
function issuersOf(setting: string): readonly string[] {
  const [name = '', value = ''] = setting.split('=');
  const parsed = parseSettings({
    BOT_APP_ID: SAMPLE_BOT_APP_ID,
    BOT_TENANT_ID: SAMPLE_TENANT_ID,
    BOT_CREDENTIAL: 'clientSecret',
    BOT_CLIENT_SECRET: 'not-a-secret',
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    [name]: value,
  });
  if (parsed.kind !== 'ok') throw new Error(`the settings are refused: ${JSON.stringify(parsed.problems)}`);
  return parsed.settings.callbackToken.issuers;
}

export const tokenReports: Readonly<Record<string, Reported>> = {
  'token-issuer-slash': async (input) => {
    const [byDefault, setting] = Array.isArray(input.settings) ? input.settings : [];
    expect(byDefault).toBe('default');
    const world = await startVirtualWorld();
    expect((await world.notify(ESTABLISHED, world.graph.signCallbackToken(tokenOf(input)))).status).toBe(401);

    const withSetting = await startVirtualWorld({
      dependencies: ({ clock, graph }) => ({
        tokens: createCallbackTokenVerifier({
          metadataUrl: METADATA_URL,
          issuers: issuersOf(String(setting)),
          audience: SAMPLE_BOT_APP_ID,
          allowedTenantIds: [SAMPLE_TENANT_ID],
          clock,
          fetch: createInProcessFetch((request) => graph.handle(request), clock),
        }),
      }),
    });
    const token = withSetting.graph.signCallbackToken(tokenOf(input));
    expect((await withSetting.notify(ESTABLISHED, token)).status).toBe(202);
  },

  'token-real-header': async (input) => {
    const world = await startVirtualWorld();
    await world.startCall({ callId: CALL_ID, establishAfterSeconds: 3_600 });
    const token = world.graph.signCallbackToken(tokenOf(input));
    expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ cty: 'JWT' });
    expect((await world.notify(input.body, token)).status).toBe(202);
    await world.clock.runFor(0);
    expect(await world.status(CALL_ID)).toMatchObject({ runtimeStatus: 'Running' });
  },

  'token-key-new-within-a-minute': async ({ steps }) => {
    expect(steps).toHaveLength(3);
    const world = await startVirtualWorld();
    await world.notify(callNotification('11111111-2222-4333-8444-555555555555', 'establishing'));
    world.graph.rotateKeys();
    const answer = await world.notify(ESTABLISHED);
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '10' } });
    expect(world.events.at(-1)).toMatchObject({ event: 'notification.rejected', status: 503, reason: 'unknownKey' });
    await world.clock.runFor(10 * SECOND_MS);
    expect((await world.notify(ESTABLISHED)).status).toBe(202);
  },
};
