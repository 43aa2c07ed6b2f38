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
