import type { PlainObject } from '../../src/core/values/plain-object.ts';

/** The people of every simulated call. All invented. */
export const INVENTED_USERS = {
  alex: { id: 'e0f40516-4d5e-4f60-b172-8d9e0f1a2b3c', displayName: 'Alex Example' },
  priya: { id: 'f1051627-5e6f-4071-8283-9e0f1a2b3c4d', displayName: 'Priya Sample' },
} as const;

export const INVENTED_CHAT_INFO: PlainObject = {
  '@odata.type': '#microsoft.graph.chatInfo',
  threadId: '19:meeting_SW52ZW50ZWRUaHJlYWRJZEZvckZpeHR1cmVz@thread.v2',
  messageId: '0',
};

/** A meeting of Priya's. Source of the shape: https://learn.microsoft.com/graph/api/resources/organizermeetinginfo */
export function inventedMeetingInfo(tenantId: string): PlainObject {
  return {
    '@odata.type': '#microsoft.graph.organizerMeetingInfo',
    organizer: {
      '@odata.type': '#microsoft.graph.identitySet',
      user: { '@odata.type': '#microsoft.graph.identity', ...INVENTED_USERS.priya, tenantId },
    },
    allowConversationWithoutHost: true,
  };
}
