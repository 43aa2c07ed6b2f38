import type { PlainObject } from '../../src/core/values/plain-object.ts';
import type { CallFacts } from './call-facts.ts';
import { INVENTED_CHAT_INFO, INVENTED_USERS, inventedMeetingInfo } from './invented-meeting.ts';

/**
 * The call as an `incoming` notification describes it.
 * Source: https://learn.microsoft.com/graph/api/call-answer (peer to peer, group, policy recording).
 */
export function incomingCallData(facts: CallFacts, callbackUri: string): PlainObject {
  const shared = {
    '@odata.type': '#microsoft.graph.call',
    state: 'incoming',
    direction: 'incoming',
    source: participant(facts, facts.kind === 'meeting' ? INVENTED_USERS.priya : INVENTED_USERS.alex),
    targets: [botAsTarget(facts)],
    tenantId: facts.tenantId,
    myParticipantId: facts.myParticipantId,
    callChainId: facts.callChainId,
    id: facts.shownId,
    ...facts.requested,
  };
  const context = {
    '@odata.type': '#microsoft.graph.incomingContext',
    sourceParticipantId: facts.sourceParticipantId,
  };
  switch (facts.kind) {
    case 'p2p':
      return { ...shared, callbackUri, requestedModalities: ['audio'], incomingContext: context };
    case 'meeting':
      return {
        ...shared,
        callbackUri,
        requestedModalities: ['audio', 'video'],
        chatInfo: INVENTED_CHAT_INFO,
        meetingInfo: inventedMeetingInfo(facts.tenantId),
        incomingContext: context,
      };
    case 'policyRecording':
      return {
        ...shared,
        meetingInfo: { '@odata.type': '#microsoft.graph.tokenMeetingInfo', token: 'INVENTED-JOIN-TOKEN' },
        incomingContext: { ...context, observedParticipantId: facts.sourceParticipantId },
        applicationMetadata: { botData: policyRecordingData(facts.tenantId) },
      };
    default:
      return facts.kind satisfies never;
  }
}

function participant(facts: CallFacts, user: { readonly id: string; readonly displayName: string }): PlainObject {
  return {
    '@odata.type': '#microsoft.graph.participantInfo',
    identity: {
      '@odata.type': '#microsoft.graph.identitySet',
      user: { '@odata.type': '#microsoft.graph.identity', ...user, tenantId: facts.tenantId, identityProvider: 'AAD' },
    },
    endpointType: 'default',
    region: 'amer',
    languageId: 'en-US',
    id: facts.sourceParticipantId,
  };
}

function botAsTarget(facts: CallFacts): PlainObject {
  const bot = {
    '@odata.type': '#microsoft.graph.identity',
    id: facts.botAppId,
    displayName: 'Contoso Call Bot',
    tenantId: facts.tenantId,
  };
  return {
    '@odata.type': '#microsoft.graph.invitationParticipantInfo',
    identity: {
      '@odata.type': '#microsoft.graph.identitySet',
      ...(facts.kind === 'p2p' ? { application: bot } : { applicationInstance: bot }),
    },
    endpointType: 'default',
    id: facts.myParticipantId,
    region: null,
    languageId: null,
  };
}

function policyRecordingData(tenantId: string): PlainObject {
  return {
    mediaHostedRegion: 'USEA',
    user: { participationMethod: 'callee', clientLocation: 'US' },
    otherSideUser: {
      id: INVENTED_USERS.priya.id,
      participantId: '3d4e5f60-7182-4d9e-9fa0-2b3c4d5e6f70',
      tenantId,
      participationMethod: 'caller',
      clientLocation: 'EUNO',
    },
    inviteReasons: ['PolicyBasedRecording'],
    policyIdentifier: 'Example Policy',
    pairedRecorders: [],
    otherRecorders: [],
  };
}
