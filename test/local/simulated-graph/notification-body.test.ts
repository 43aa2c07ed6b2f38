import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toCallFacts } from '../../../local/simulated-graph/call-facts.ts';
import { type CallState, END_REASONS, type ResultInfo } from '../../../local/simulated-graph/call-life.ts';
import { type CallOptions, callOptionsSchema } from '../../../local/simulated-graph/call-options.ts';
import { toNotificationBody } from '../../../local/simulated-graph/notification-body.ts';
import { BOT_APP_ID, CALLBACK_URI, TENANT_ID } from './graph-on-virtual-clock.ts';

const CALL_A = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
const MEETING = '5b1f8d00-72c3-4e61-8d1b-4f60917b82e5';
const INCOMING = '6c1f9e00-83d4-4f70-9e2c-5071a28c93f6';
const RECORDING = '8e1fb100-a5f6-4192-b04e-7293c4aeb518';

/** The body for a call whose ids are those of the fixtures. */
function bodyOf(options: Omit<CallOptions, 'callbackUri'>, state: CallState, resultInfo?: ResultInfo) {
  const shape = callOptionsSchema.parse({ ...options, callbackUri: CALLBACK_URI });
  const newGuid = () => '00000000-0000-4000-8000-000000000000';
  const facts = {
    ...toCallFacts(shape, {}, { botAppId: BOT_APP_ID, tenantId: TENANT_ID, newGuid }),
    callChainId: '0a1b2c3d-4e5f-4a6b-8c7d-9e0fa1b2c3d4',
    myParticipantId: '1b2c3d4e-5f60-4b7c-9d8e-0fa1b2c3d4e5',
    sourceParticipantId: '2c3d4e5f-6071-4c8d-8e9f-1a2b3c4d5e6f',
  };
  return toNotificationBody(facts, CALLBACK_URI, resultInfo === undefined ? { state } : { state, resultInfo });
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/notifications/${name}.json`, import.meta.url), 'utf8'));
}

test.each<[string, Omit<CallOptions, 'callbackUri'>, CallState, ResultInfo?]>([
  ['incoming-p2p', { callId: INCOMING, direction: 'incoming' }, 'incoming'],
  ['incoming-group-meeting', { callId: MEETING, direction: 'incoming', kind: 'meeting' }, 'incoming'],
  ['incoming-policy-recording', { callId: RECORDING, direction: 'incoming', kind: 'policyRecording' }, 'incoming'],
  ['establishing', { callId: CALL_A }, 'establishing'],
  ['ringing', { callId: CALL_A }, 'ringing'],
  ['established-recorded-minimal', { callId: CALL_A }, 'established'],
  ['established-meeting', { callId: MEETING, kind: 'meeting' }, 'established'],
  ['terminating', { callId: CALL_A }, 'terminating'],
  ['terminated-keepalive-timeout', { callId: MEETING }, 'terminated', END_REASONS.keepAliveTimeout],
])('the body is that of the published or recorded one: %s', (name, options, state, resultInfo) => {
  expect(bodyOf(options, state, resultInfo)).toEqual(fixture(name));
});

test('a call whose id is written in hex digits has it so in every path', () => {
  const text = JSON.stringify(bodyOf({ callId: CALL_A, idForm: 'hex' }, 'established'));
  expect(text).toContain('/communications/calls/4A1F7C006B1E4D529C0A3E5F80A71D24');
  expect(text).not.toContain(CALL_A);
});
