import type { HttpMessageRequest } from '../http-message.ts';
import type { CallbackTokens } from './callback-tokens.ts';
import type { FaultAnswers } from './fault-answer.ts';
import { graphError, jsonAnswer, type RequestContext, type SimulatedAnswer } from './graph-answer.ts';

/**
 * The OpenID metadata of the platform and its keys, under the paths of https://api.aps.skype.com.
 *
 * Shape: request → answer; undefined for other paths. Paths compare case-insensitively, as those of the real host do.
 */
export function createMetadataApi(deps: { readonly tokens: CallbackTokens; readonly faultAnswers: FaultAnswers }) {
  return async (request: HttpMessageRequest, context: RequestContext): Promise<SimulatedAnswer | undefined> => {
    const document = DOCUMENTS[request.url.pathname.toLowerCase()];
    if (document === undefined) return undefined;
    const fault = await deps.faultAnswers.meet('metadata', undefined, context);
    if (fault !== undefined) return fault;
    if (request.method !== 'GET') {
      return graphError(context, { status: 405, code: 'BadRequest', message: 'Use GET.' });
    }
    return jsonAnswer(200, document(deps.tokens, request.url.origin));
  };
}

const DOCUMENTS: Readonly<Record<string, (tokens: CallbackTokens, origin: string) => unknown>> = {
  '/v1/.well-known/openidconfiguration': (_tokens, origin) => ({
    issuer: 'https://api.botframework.com',
    authorization_endpoint: 'https://invalid.botframework.com/',
    jwks_uri: `${origin}/v1/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
  }),
  '/v1/keys': (tokens) => tokens.keySet(),
};
