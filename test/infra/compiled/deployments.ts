import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { PredictedResource } from './bicep-session.ts';
import { type Choice, pairwise } from './pairwise.ts';

/** One way to deploy, and what the template makes of it. */
export interface Deployment {
  readonly choice: Choice;
  readonly resources: readonly PredictedResource[];
}

/** What is wrong with what the template makes of a choice; none when the rule holds. */
export type CompiledRule = (deployment: Deployment) => readonly string[];

/** Stands in every parameter that may hold a secret, to be seen where it comes out. */
export const CANARY = 'canary-that-is-secret';

const choices = {
  backend: ['storage', 'durableTaskScheduler'],
  hubAccount: ['shared', 'own'],
  privateNetwork: [false, true],
  zoneRedundant: [false, true],
  rollingUpdate: [false, true],
  botCredential: ['managedIdentityFederation', 'clientCertificate', 'clientSecret', 'managedIdentity'],
  graphCloud: ['global', 'usgov', 'usgovdod'],
  deployBot: [false, true],
} as const;

/** Every two choices meet in one of these. */
export const combinations: readonly Choice[] = pairwise(choices);

/** Writes the .bicepparam of a choice into a folder of its own, and says where. */
export function writeParameters(template: string, choice: Choice): string {
  const folder = mkdtempSync(join(tmpdir(), 'bicep-'));
  const given = { ...fixedParameters, ...(choice.graphCloud === 'global' ? {} : governmentParameters), ...choice };
  const lines = Object.entries(given).map(([name, value]) => `param ${name} = ${literal(value)}`);
  const path = join(folder, 'main.bicepparam');
  writeFileSync(path, [`using '${relative(folder, template).replaceAll('\\', '/')}'`, ...lines, ''].join('\n'));
  return path;
}

const fixedParameters = {
  environmentName: 'example',
  location: 'westeurope',
  botAppId: '11111111-2222-3333-4444-555555555555',
  alertEmail: 'operator@example.com',
  partitionCount: 8,
  botNotificationUrl: `https://bot.example.com/calls?key=${CANARY}`,
  callEndedWebhookUrl: `https://bot.example.com/ended?key=${CANARY}`,
  logDailyCapGb: 5,
  alertWebhookUrl: 'https://alerts.example.com/hook',
  callEndedWebhookSecret: CANARY,
};

const governmentParameters = {
  callbackOpenIdMetadataUrl: 'https://keys.example.us/.well-known/openidconfiguration',
  callbackTokenIssuers: 'https://issuer.example.us',
};

function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
