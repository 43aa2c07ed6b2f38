import type { BotCredential } from '../adapters/bot-credential.ts';
import { anyText, certificatePem, guid, oneOf, resolvedSecret, tenantIds } from './formats.ts';
import type { GraphSettings } from './graph.ts';
import type { SettingReader } from './reader.ts';

/** Ids are in lower case. */
export interface BotSettings {
  readonly appId: string;
  readonly homeTenantId: string;
  readonly allowedTenantIds: readonly string[] | '*';
  readonly credential: BotCredential;
}

export function readBot(reader: SettingReader, graph: GraphSettings | undefined): BotSettings | undefined {
  const appId = reader.required('BOT_APP_ID', guid);
  const homeTenantId = reader.required('BOT_TENANT_ID', guid);
  const allowed = reader.optional('ALLOWED_TENANT_IDS', tenantIds);
  const credential = readCredential(reader, graph);
  if (appId === undefined || homeTenantId === undefined || credential === undefined) return undefined;
  return { appId, homeTenantId, allowedTenantIds: allowed ?? [homeTenantId], credential };
}

const credentialKind = oneOf([
  'managedIdentityFederation',
  'clientCertificate',
  'clientSecret',
  'managedIdentity',
  'localDevelopment',
]);

function readCredential(reader: SettingReader, graph: GraphSettings | undefined): BotCredential | undefined {
  const kind = reader.has('BOT_CREDENTIAL')
    ? reader.optional('BOT_CREDENTIAL', credentialKind)
    : 'managedIdentityFederation';
  switch (kind) {
    case undefined:
      return undefined;
    case 'managedIdentityFederation':
    case 'managedIdentity': {
      const because = `BOT_CREDENTIAL is ${kind}`;
      const managedIdentityClientId = reader.required('MANAGED_IDENTITY_CLIENT_ID', guid, because);
      return managedIdentityClientId === undefined ? undefined : { kind, managedIdentityClientId };
    }
    case 'clientSecret': {
      const secret = reader.required('BOT_CLIENT_SECRET', resolvedSecret, 'BOT_CREDENTIAL is clientSecret');
      return secret === undefined ? undefined : { kind, secret };
    }
    case 'clientCertificate':
      return readCertificate(reader);
    case 'localDevelopment':
      if (graph?.isLoopback === false) {
        const problem = 'can be localDevelopment only when GRAPH_BASE_URL points to a simulated Graph on this machine';
        reader.refuse('BOT_CREDENTIAL', problem);
      }
      return { kind };
  }
}

function readCertificate(reader: SettingReader): BotCredential | undefined {
  const kind = 'clientCertificate';
  if (reader.has('BOT_CERTIFICATE_PATH') && reader.has('BOT_CERTIFICATE_PEM')) {
    reader.refuse('BOT_CERTIFICATE_PATH', 'cannot stand beside BOT_CERTIFICATE_PEM: set one of the two');
    return undefined;
  }
  if (reader.has('BOT_CERTIFICATE_PEM')) {
    const pem = reader.optional('BOT_CERTIFICATE_PEM', certificatePem);
    return pem === undefined ? undefined : { kind, certificate: { pem } };
  }
  const because = 'BOT_CREDENTIAL is clientCertificate (or set BOT_CERTIFICATE_PEM)';
  const path = reader.required('BOT_CERTIFICATE_PATH', anyText, because);
  return path === undefined ? undefined : { kind, certificate: { path } };
}
