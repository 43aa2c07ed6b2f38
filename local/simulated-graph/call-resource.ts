import type { PlainObject } from '../../src/core/values/plain-object.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallLife } from './call-life.ts';

/**
 * The call as Graph's `POST` and `GET` answer it: what the bot asked for, with what the server generates over it.
 * Source: https://learn.microsoft.com/graph/api/resources/call, application-post-calls (response).
 */
export function toCallResource(facts: CallFacts, life: CallLife, callbackUri: string): PlainObject {
  return {
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#communications/calls/$entity',
    ...facts.requested,
    '@odata.type': '#microsoft.graph.call',
    id: facts.shownId,
    callbackUri,
    state: life.state,
    direction: facts.direction,
    callChainId: facts.callChainId,
    myParticipantId: facts.myParticipantId,
    tenantId: facts.tenantId,
    ringingTimeoutInSeconds: null,
    resultInfo: null,
    terminationReason: null,
  };
}
