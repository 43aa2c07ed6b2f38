/** The body that tells of a call's state, as Graph sends it. */
export function callNotification(callId: string, state: string): object {
  return {
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [
      {
        '@odata.type': '#microsoft.graph.commsNotification',
        changeType: state === 'terminated' ? 'deleted' : 'updated',
        resource: `/app/calls/${callId}`,
        resourceUrl: `/communications/calls/${callId}`,
        resourceData: { '@odata.type': '#microsoft.graph.call', state },
      },
    ],
  };
}

/** What Graph tells of the participants of a big meeting, some 600 bytes each. */
export function rosterOf(callId: string, participants: number): object {
  const resource = `/app/calls/${callId}/participants`;
  const stream = (sourceId: number) => ({
    '@odata.type': '#microsoft.graph.mediaStream',
    mediaType: 'audio',
    sourceId: String(sourceId),
    direction: 'sendReceive',
    serverMuted: false,
  });
  const resourceData = Array.from({ length: participants }, (_, index) => ({
    '@odata.type': '#microsoft.graph.participant',
    id: `5b1f8d00-72c3-4e61-8d1b-${String(index).padStart(12, '0')}`,
    info: {
      '@odata.type': '#microsoft.graph.participantInfo',
      identity: { user: { id: `4a1f7c00-6b1e-4d52-9c0a-${index}`, displayName: `Participant, No. ${index}` } },
      endpointType: 'default',
      languageId: 'en-US',
    },
    mediaStreams: [stream(1), stream(2)],
    isMuted: false,
    isInLobby: false,
    publishedStates: [],
    meetingRole: 'presenter',
  }));
  return { value: [{ changeType: 'updated', resource, resourceUrl: resource, resourceData }] };
}
