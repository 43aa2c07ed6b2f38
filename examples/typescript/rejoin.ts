/** The part of `call.ended`'s `data` that a rejoin needs; GET /api/openapi.json describes all of it. */
export interface CallEnded {
  readonly callId: string;
  readonly endReason: string;
  readonly resultInfo?: { readonly code?: number; readonly subcode?: number };
  readonly tenantId?: string;
  readonly chatInfo?: object;
  readonly meetingInfo?: object;
  readonly requestedModalities?: readonly string[];
}

/**
 * The body of the Create call that joins the meeting again; undefined when the call ended as somebody wanted, or was no
 * meeting. The new call has an id of its own. A bot with media of its own gives its `appHostedMediaConfig`.
 */
export function toRejoin(ended: CallEnded, callbackUri: string): object | undefined {
  const { endReason, resultInfo, meetingInfo, chatInfo, tenantId, requestedModalities = ['audio'] } = ended;
  const isWanted = endReason === 'stopped' || resultInfo?.code === 200 || resultInfo?.code === 0;
  if (isWanted || meetingInfo === undefined) return undefined;
  return {
    '@odata.type': '#microsoft.graph.call',
    callbackUri,
    tenantId,
    requestedModalities,
    mediaConfig: { '@odata.type': '#microsoft.graph.serviceHostedMediaConfig' },
    ...(chatInfo === undefined ? {} : { chatInfo: { '@odata.type': '#microsoft.graph.chatInfo', ...chatInfo } }),
    meetingInfo,
  };
}
