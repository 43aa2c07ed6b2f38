import type { BotTokenCredential } from './credentials.ts';

/** The clouds of Graph where keepAlive is offered. */
export type BotCloud = 'global' | 'usgov' | 'usgovdod';

/** How the app proves to Entra that it is the bot; the kinds are the values of BOT_CREDENTIAL. */
export type BotCredential =
  /** The identity's token is the client assertion: a federated credential on the bot's app, no secret anywhere. */
  | { readonly kind: 'managedIdentityFederation'; readonly managedIdentityClientId: string }
  /** PEM with certificate and private key. */
  | { readonly kind: 'clientCertificate'; readonly certificate: { readonly path: string } | { readonly pem: string } }
  | { readonly kind: 'clientSecret'; readonly secret: string }
  /** The bot itself is a user-assigned managed identity; such a bot lives in one tenant only. */
  | { readonly kind: 'managedIdentity'; readonly managedIdentityClientId: string }
  /** A fixed token for a simulated Graph on loopback. */
  | { readonly kind: 'localDevelopment' };

export interface BotCredentialSettings {
  readonly appId: string;
  readonly cloud: BotCloud;
  readonly credential: BotCredential;
  /** Another https authority in place of the cloud's own, for a simulated Entra. */
  readonly authorityHost?: string;
}

interface CloudFacts {
  readonly authorityHost: string;
  readonly tokenExchangeScope: string;
}

/** GCC High and DoD share an authority. Source: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const usGovernment: CloudFacts = {
  authorityHost: 'https://login.microsoftonline.us',
  tokenExchangeScope: 'api://AzureADTokenExchangeUSGov/.default',
};

/** Source of the audiences: https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity */
const cloudFacts: Readonly<Record<BotCloud, CloudFacts>> = {
  global: {
    authorityHost: 'https://login.microsoftonline.com',
    tokenExchangeScope: 'api://AzureADTokenExchange/.default',
  },
  usgov: usGovernment,
  usgovdod: usGovernment,
};

/** What the simulated Graph is given; no secret. */
const localDevelopmentToken = 'local-development-token';

/**
 * Makes the bot's credential for one tenant, to be used for one token request.
 *
 * Each MSAL client keeps its tokens to itself and offers no way past them (`ClientCredentialClient.acquireToken` answers from
 * its cache unless given claims), so a new credential for each request is what makes a forced refresh real; the source of
 * Graph tokens (credentials.ts) is the only cache. The exception is managed identity, whose cache MSAL shares across the
 * process (`ManagedIdentityApplication.nodeStorage`) and `@azure/identity` cannot skip: in mode `managedIdentity` a refresh
 * within the token's life brings the same token again, as App Service's own endpoint would.
 *
 * Shape: settings → tenant id → credential. Errors: those of `@azure/identity`, on getToken.
 * Effects: loads `@azure/identity` (large, hence not at start-up) on the first token request.
 */
export function createBotCredential(settings: BotCredentialSettings): (tenantId: string) => BotTokenCredential {
  return (tenantId) => ({
    getToken: async (scope, options) => (await openCredential(settings, tenantId)).getToken(scope, options),
  });
}

async function openCredential(settings: BotCredentialSettings, tenantId: string): Promise<BotTokenCredential> {
  const { appId, credential, authorityHost } = settings;
  if (credential.kind === 'localDevelopment') {
    return { getToken: async () => ({ token: localDevelopmentToken, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
  }
  const identity = await import('@azure/identity');
  const cloud = cloudFacts[settings.cloud];
  // MSAL knows the real authorities by heart; it would ask the public cloud about any other.
  const options =
    authorityHost === undefined
      ? { authorityHost: cloud.authorityHost }
      : { authorityHost, disableInstanceDiscovery: true };
  switch (credential.kind) {
    case 'managedIdentityFederation': {
      const own = new identity.ManagedIdentityCredential({ clientId: credential.managedIdentityClientId });
      const assertion = async () => (await own.getToken(cloud.tokenExchangeScope)).token;
      return new identity.ClientAssertionCredential(tenantId, appId, assertion, options);
    }
    case 'clientCertificate': {
      const { certificate } = credential;
      if ('path' in certificate) {
        return new identity.ClientCertificateCredential(tenantId, appId, certificate.path, options);
      }
      // Tools that take settings on one line write a PEM's line ends as \\n; a PEM has no other backslash.
      const pem = { certificate: certificate.pem.replaceAll('\\n', '\n') };
      return new identity.ClientCertificateCredential(tenantId, appId, pem, options);
    }
    case 'clientSecret':
      return new identity.ClientSecretCredential(tenantId, appId, credential.secret, options);
    case 'managedIdentity':
      return new identity.ManagedIdentityCredential({ clientId: credential.managedIdentityClientId });
  }
}
