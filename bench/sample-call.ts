import { type CallId, parseCallId } from '../src/core/call-record/call-id.ts';

/** The call id with this number: the same in every run. */
export function sampleCallId(number: number): CallId {
  const callId = parseCallId(`4a1f7c00-6b1e-4d52-9c0a-${number.toString(16).padStart(12, '0')}`);
  if (callId === undefined) throw new Error(`${number} makes no call id`);
  return callId;
}

/** A notification about it, as Graph sends it. */
export function stateNotification(callId: string, state: string): string {
  return JSON.stringify({
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [
      {
        '@odata.type': '#microsoft.graph.commsNotification',
        changeType: state === 'terminated' ? 'deleted' : 'updated',
        resource: `/app/calls/${callId}`,
        resourceUrl: `/communications/calls/${callId}`,
        resourceData: { '@odata.type': '#microsoft.graph.call', state, direction: 'incoming' },
      },
    ],
  });
}
