import { createServer } from 'node:https';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** What the token endpoint was asked for. */
export interface TokenRequest {
  readonly path: string;
  readonly form: URLSearchParams;
}

export interface SimulatedEntra {
  readonly authorityHost: string;
  readonly requests: TokenRequest[];
  close(): Promise<void>;
}

/** Entra's token endpoint on loopback; the secret `wrong` is refused, and echoed as no real Entra would. */
export async function startSimulatedEntra(key: string, cert: string): Promise<SimulatedEntra> {
  const requests: TokenRequest[] = [];
  const server = createServer({ key, cert }, async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'https://entra');
    const tenant = `${authorityHost}${pathname.split('/').slice(0, 2).join('/')}`;
    response.setHeader('content-type', 'application/json');
    if (pathname.endsWith('/.well-known/openid-configuration')) {
      const endpoints = {
        authorization_endpoint: `${tenant}/authorize`,
        token_endpoint: `${tenant}/oauth2/v2.0/token`,
      };
      return response.end(JSON.stringify({ issuer: `${tenant}/v2.0`, jwks_uri: `${tenant}/keys`, ...endpoints }));
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    requests.push({ path: pathname, form });
    if (form.get('client_secret') !== 'wrong') {
      const token = `graph-token-${requests.length}`;
      return response.end(JSON.stringify({ token_type: 'Bearer', expires_in: 3599, access_token: token }));
    }
    const error_description = 'AADSTS7000215: Invalid client secret provided: wrong';
    response.writeHead(401).end(JSON.stringify({ error: 'invalid_client', error_description }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const authorityHost = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    authorityHost,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface SimulatedManagedIdentity extends LoopbackServer {
  readonly resources: string[];
}

/**
 * App Service's managed identity endpoint, for the identity `identity-id` and the header secret `identity-header`.
 * Source: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function startSimulatedManagedIdentity(): Promise<SimulatedManagedIdentity> {
  const resources: string[] = [];
  const server = await startLoopbackServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://identity').searchParams;
    const known =
      query.get('client_id') === 'identity-id' && request.headers['x-identity-header'] === 'identity-header';
    if (!known) return response.writeHead(400).end('{"statusCode":400,"message":"No managed identity found"}');
    const resource = query.get('resource') ?? '';
    resources.push(resource);
    response.setHeader('content-type', 'application/json');
    const access_token = `identity-token-${resources.length}`;
    response.end(JSON.stringify({ access_token, resource, expires_on: '4102444800', token_type: 'Bearer' }));
  });
  return { ...server, resources };
}
