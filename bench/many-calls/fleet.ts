import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../../local/start-environment.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
import { SLICES, toSliceName } from '../../src/core/reconcile/compare-progress.ts';

const MINUTE_MS = 60_000;

/** The call of this number; the first 256 are of one slice each, and so on. */
function fleetCallId(number: number): CallId {
  const rest = Math.floor(number / SLICES).toString(16);
  const callId = parseCallId(`${toSliceName(number % SLICES)}${rest.padStart(6, '0')}-6b1e-4d52-9c0a-5e0f2a7b9c31`);
  if (callId === undefined) throw new Error(`${number} makes no call id`);
  return callId;
}

/** The numbers of one slice. */
export function* fleetSlice(slice: string, calls: number): Generator<number> {
  for (let number = Number.parseInt(slice, 16); number < calls; number += SLICES) yield number;
}

/** An open call of a meeting that is well: kept alive some minutes ago, the next time due before any of them is looked at. */
export function fleetRecord(number: number, nowMs: number): CallRecord {
  const lastKeepAliveAtMs = nowMs - (number % 10) * 1_000;
  const startedAtMs = nowMs - (60 + (number % 600)) * MINUTE_MS;
  const callId = fleetCallId(number);
  const person = (digit: string) =>
    `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;
  return {
    callId,
    graphCallId: callId,
    appId: SAMPLE_BOT_APP_ID,
    phase: 'active',
    firstSeenAtMs: startedAtMs,
    establishedAtMs: startedAtMs + 5_000,
    keepAlives: 4 + (number % 40),
    lastKeepAliveAtMs,
    nextLookAtMs: lastKeepAliveAtMs + 20 * MINUTE_MS,
    facts: {
      tenantId: SAMPLE_TENANT_ID,
      direction: 'outgoing',
      callChainId: `d8217646-3110-40b1-bae6-${number.toString(16).padStart(12, '0')}`,
      scenarioId: `4ae233f1-6d1d-4b5c-8a4e-${number.toString(16).padStart(12, '0')}`,
      chatInfo: { threadId: `19:meeting_${Buffer.from(callId).toString('base64')}@thread.v2`, messageId: '0' },
      meetingInfo: {
        '@odata.type': '#microsoft.graph.organizerMeetingInfo',
        organizer: { user: { id: person('5'), tenantId: SAMPLE_TENANT_ID, displayName: 'Adele Vance' } },
        allowConversationWithoutHost: true,
      },
      requestedModalities: ['audio', 'video'],
      mediaConfigKind: '#microsoft.graph.appHostedMediaConfig',
      callbackUri: 'https://callkeepalive.azurewebsites.net/api/notifications',
      subject: `Weekly review ${number}`,
      sourceId: SAMPLE_BOT_APP_ID,
      targetIds: [person('6'), person('7')],
    },
  };
}

/** Its instance, as the engine's HTTP API lists it: with the status that the orchestrator sets after 12 keepAlives. */
export function fleetInstance(number: number, nowMs: number): object {
  const { callId, firstSeenAtMs, keepAlives = 0, lastKeepAliveAtMs = nowMs } = fleetRecord(number, nowMs);
  const at = (ms: number) => new Date(ms).toISOString();
  const times = { createdTime: at(firstSeenAtMs), lastUpdatedTime: at(lastKeepAliveAtMs) };
  const recent = Array.from({ length: 12 }, (_, index) => ({
    at: at(lastKeepAliveAtMs - (11 - index) * 15 * MINUTE_MS),
    result: 'alive',
    ms: 120,
  }));
  const customStatus = {
    tenantId: SAMPLE_TENANT_ID,
    phase: 'waiting',
    keepAlives,
    lastKeepAliveAt: at(lastKeepAliveAtMs),
    nextKeepAliveAt: at(lastKeepAliveAtMs + 15 * MINUTE_MS),
    deadlineAt: at(lastKeepAliveAtMs + 45 * MINUTE_MS),
    consecutiveFailures: 0,
    recent,
  };
  const what = { name: 'keepCallAlive', instanceId: `call-${callId}`, runtimeStatus: 'Running' };
  return { ...what, input: null, customStatus, output: null, ...times };
}
