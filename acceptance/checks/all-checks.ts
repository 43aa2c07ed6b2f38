import type { Check } from '../check.ts';
import { callLifeChecks } from './call-life.ts';
import { failingKeepAliveChecks } from './failing-keep-alives.ts';
import { notificationChecks } from './notifications.ts';
import { operatorChecks } from './operators.ts';
import { readOnlyChecks } from './read-only.ts';
import { relayChecks } from './relay.ts';
import { slowStorageChecks } from './slow-storage.ts';
import { timerChecks } from './timers.ts';
import { webhookChecks } from './webhook.ts';

/** In the order in which they are tried: what changes nothing first, what needs much patience last. */
export const ALL_CHECKS: readonly Check[] = [
  ...readOnlyChecks,
  ...notificationChecks,
  ...callLifeChecks,
  ...failingKeepAliveChecks,
  ...operatorChecks,
  ...relayChecks,
  ...webhookChecks,
  ...timerChecks,
  ...slowStorageChecks,
];
