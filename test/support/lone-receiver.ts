import { HttpRequest, type HttpResponseInit, InvocationContext } from '@azure/functions';
import type { BotRelay } from '../../src/adapters/bot-relay.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import type { CallbackTokenVerifier } from '../../src/adapters/callback-token.ts';
import type { AppEvent } from '../../src/core/events/app-event.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { receiveNotifications } from '../../src/functions/receive-notifications.ts';
import { createManualClock } from '../adapters/manual-clock.ts';

const RECEIVER_APP_ID = 'd9e3f405-3c4d-4e5f-a061-7c8d9e0f1a2b';
const RECEIVER_TENANT_ID = 'b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f';

export interface LoneReceiver {
  post(body: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<HttpResponseInit>;
  /** What it did, in order. */
  readonly effects: readonly { readonly kind: 'start' | 'end'; readonly callId: string }[];
  readonly events: readonly AppEvent[];
}

/** The receiver of notifications with an engine that only notes what it is told. */
export function createLoneReceiver(options: {
  readonly store: CallStore;
  readonly tokens?: CallbackTokenVerifier;
  readonly relay?: BotRelay;
}): LoneReceiver {
  const effects: { kind: 'start' | 'end'; callId: string }[] = [];
  const events: AppEvent[] = [];
  const anyToken: CallbackTokenVerifier = {
    verify: async () => ({ kind: 'accepted', tenantId: RECEIVER_TENANT_ID, appId: RECEIVER_APP_ID, issuer: 'any' }),
  };
  const clock = createManualClock(1_790_000_000_000);
  const log = (event: AppEvent) => void events.push(event);
  const handle = receiveNotifications({
    tokens: options.tokens ?? anyToken,
    owner: { botAppId: RECEIVER_APP_ID, graphOrigins: ['https://graph.microsoft.com'] },
    clock,
    logOf: () => log,
    effectsOf: () => ({
      store: options.store,
      durable: {
        async start(callId) {
          effects.push({ kind: 'start', callId });
          return 'started';
        },
        raiseCallEnded: async (callId) => void effects.push({ kind: 'end', callId }),
        status: async () => undefined,
      },
      clock,
      log,
      limits: toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 }),
      homeTenantId: RECEIVER_TENANT_ID,
    }),
    relay: options.relay,
  });
  const context = new InvocationContext({ functionName: 'receiveNotifications' });
  return {
    effects,
    events,
    post: (bytes, headers = {}) =>
      handle(
        new HttpRequest({
          method: 'POST',
          url: 'https://keepalive.example/api/notifications',
          headers: { 'content-type': 'application/json', authorization: 'Bearer token', ...headers },
          body: { bytes },
        }),
        context,
      ),
  };
}
