import type { TableStorage } from '../adapters/table-storage.ts';
import type { EngineStore } from '../core/operator-views/engine-store.ts';
import type { AloneRule } from '../core/roster/see-roster.ts';
import { readAlone } from './alone.ts';
import { type BotSettings, readBot } from './bot.ts';
import { safeUrl, webhookSecret, wholeNumber } from './formats.ts';
import {
  type CallbackTokenSettings,
  type GraphSettings,
  type KeepaliveSettings,
  readCallbackToken,
  readGraph,
  readKeepalive,
} from './graph.ts';
import { createSettingReader, type SettingProblem, type SettingReader } from './reader.ts';
import { readEngineStore, readTableStorage } from './storage.ts';

/** Everything the app is told from outside. */
export interface Settings {
  readonly bot: BotSettings;
  readonly graph: GraphSettings;
  readonly callbackToken: CallbackTokenSettings;
  readonly keepalive: KeepaliveSettings;
  readonly callRetentionMs: number;
  /** Absent: no call is hung up. */
  readonly alone?: AloneRule;
  /** Absent: notifications are not relayed. */
  readonly relay?: RelaySettings;
  /** Absent: nobody is told when a call has ended. */
  readonly callEndedWebhook?: CallEndedWebhookSettings;
  readonly storage: TableStorage;
  readonly engineStore: EngineStore;
}

export interface RelaySettings {
  readonly botNotificationUrl: string;
  readonly timeoutMs: number;
  /** For notifications of policy-based recording. */
  readonly policyTimeoutMs: number;
}

export interface CallEndedWebhookSettings {
  readonly url: string;
  /** With its `whsec_` prefix. */
  readonly secret: string;
}

export type ParsedSettings =
  | { readonly kind: 'ok'; readonly settings: Settings }
  | { readonly kind: 'invalid'; readonly problems: readonly SettingProblem[] };

const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Turns environment variables into settings, or tells everything that is wrong with them at once.
 *
 * Shape: environment → `ok` | `invalid` with at least one problem. Blank values count as absent.  Errors: none.
 * Effects: none. The names are those of `SETTING_NAMES`; others are ignored.
 */
export function parseSettings(env: Readonly<Record<string, string | undefined>>): ParsedSettings {
  const reader = createSettingReader(env);
  const graph = readGraph(reader);
  const bot = readBot(reader, graph);
  const callbackToken = readCallbackToken(reader, graph);
  const keepalive = readKeepalive(reader, graph);
  const callRetentionDays = reader.optional('CALL_RETENTION_DAYS', wholeNumber(1, 365)) ?? 7;
  const alone = readAlone(reader);
  const relay = readRelay(reader);
  const callEndedWebhook = readCallEndedWebhook(reader);
  const storage = readTableStorage(reader);
  const isComplete = graph !== undefined && bot !== undefined && callbackToken !== undefined && storage !== undefined;
  if (!isComplete || reader.problems.length > 0) return { kind: 'invalid', problems: reader.problems };
  return {
    kind: 'ok',
    settings: {
      bot,
      graph,
      callbackToken,
      keepalive,
      callRetentionMs: callRetentionDays * DAY_MS,
      ...(alone === undefined ? {} : { alone }),
      ...(relay === undefined ? {} : { relay }),
      ...(callEndedWebhook === undefined ? {} : { callEndedWebhook }),
      storage,
      engineStore: readEngineStore(reader),
    },
  };
}

function readRelay(reader: SettingReader): RelaySettings | undefined {
  const botNotificationUrl = reader.optional('BOT_NOTIFICATION_URL', safeUrl);
  const timeoutSeconds = reader.optional('RELAY_TIMEOUT_SECONDS', wholeNumber(1, 60)) ?? 10;
  const policyTimeoutSeconds = reader.optional('RELAY_POLICY_TIMEOUT_SECONDS', wholeNumber(1, 60)) ?? 3;
  if (botNotificationUrl === undefined) return undefined;
  return { botNotificationUrl, timeoutMs: timeoutSeconds * 1_000, policyTimeoutMs: policyTimeoutSeconds * 1_000 };
}

function readCallEndedWebhook(reader: SettingReader): CallEndedWebhookSettings | undefined {
  const url = reader.optional('CALL_ENDED_WEBHOOK_URL', safeUrl);
  if (url === undefined) {
    reader.optional('CALL_ENDED_WEBHOOK_SECRET', webhookSecret);
    return undefined;
  }
  const secret = reader.required('CALL_ENDED_WEBHOOK_SECRET', webhookSecret, 'CALL_ENDED_WEBHOOK_URL is set');
  return secret === undefined ? undefined : { url, secret };
}
