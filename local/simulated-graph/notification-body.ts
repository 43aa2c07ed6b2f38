import type { PlainObject } from '../../src/core/values/plain-object.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallState, ResultInfo } from './call-life.ts';
import { incomingCallData } from './incoming-call-data.ts';
import { INVENTED_CHAT_INFO, inventedMeetingInfo } from './invented-meeting.ts';

const CALL_TYPE = { '@odata.type': '#microsoft.graph.call' };
const ENTRY_TYPE = { '@odata.type': '#microsoft.graph.commsNotification' };

/**
 * The body that tells a bot of a call's new state, one entry. The shapes differ from state to state as the
 * published and recorded ones do: with one path or both, with or without id, entry type and callback URI.
 *
 * Sources: https://learn.microsoft.com/graph/api/application-post-calls, call-answer, call-delete; bodies recorded in
 * sambetts/graph-calling-bots (established, terminated) and the beta "Create call" page (ringing).
 */
export function toNotificationBody(
  facts: CallFacts,
  callbackUri: string,
  change: { readonly state: CallState; readonly resultInfo?: ResultInfo },
): PlainObject {
  return {
    '@odata.type': '#microsoft.graph.commsNotifications',
    value: [toEntry(facts, callbackUri, change.state, change.resultInfo)],
  };
}

function toEntry(
  facts: CallFacts,
  callbackUri: string,
  state: CallState,
  resultInfo: ResultInfo | undefined,
): PlainObject {
  const resource = `/app/calls/${facts.shownId}`;
  const resourceUrl = `/communications/calls/${facts.shownId}`;
  const id = facts.shownId;
  switch (state) {
    case 'incoming': {
      const resourceData = incomingCallData(facts, callbackUri);
      return { ...ENTRY_TYPE, changeType: 'created', resource, resourceUrl, resourceData };
    }
    case 'establishing': {
      const resourceData = { ...CALL_TYPE, state, id };
      return { ...ENTRY_TYPE, changeType: 'updated', resourceUrl, resourceData, callbackUri };
    }
    case 'ringing': {
      const resourceData = { ...CALL_TYPE, '@odata.id': resource, '@odata.etag': 'W/"5445"', state };
      return { changeType: 'updated', resource, resourceData };
    }
    case 'established': {
      if (facts.meeting) {
        const resourceData = { ...CALL_TYPE, state, ...meetingOf(facts), id };
        return { ...ENTRY_TYPE, changeType: 'updated', resourceUrl, resourceData, callbackUri };
      }
      const resourceData = { ...CALL_TYPE, state, direction: facts.direction, callChainId: facts.callChainId };
      return { ...ENTRY_TYPE, changeType: 'updated', resource, resourceUrl, resourceData };
    }
    case 'terminating':
      return { ...ENTRY_TYPE, changeType: 'updated', resourceUrl, resourceData: { ...CALL_TYPE, state } };
    case 'terminated': {
      const result =
        resultInfo === undefined ? {} : { resultInfo: { '@odata.type': '#microsoft.graph.resultInfo', ...resultInfo } };
      const resourceData = { ...CALL_TYPE, state, ...result, callChainId: facts.callChainId };
      return { ...ENTRY_TYPE, changeType: 'deleted', resource, resourceUrl, resourceData };
    }
    default:
      return state satisfies never;
  }
}

/** The meeting that the bot asked to join, else an invented one. */
function meetingOf(facts: CallFacts): PlainObject {
  return {
    chatInfo: facts.requested.chatInfo ?? INVENTED_CHAT_INFO,
    meetingInfo: facts.requested.meetingInfo ?? inventedMeetingInfo(facts.tenantId),
  };
}
