import type { HttpMessageRequest } from '../http-message.ts';
import { createRandom } from '../random.ts';
import type { SimulatedAnswer } from '../simulated-graph/graph-answer.ts';
import { GRAPH_SLOW_MS } from './assumptions.ts';
import { contains } from './intervals.ts';
import type { SentKeepAlive } from './journal.ts';
import type { GraphFailure, Outage } from './outages.ts';
import type { Machine, World } from './world.ts';

type GraphOutage = Extract<Outage, { part: 'graph' }>;

/** The way of one host's keepAlives to Graph and back: it takes time, meets outages, and may lose the answer. */
export function createFaultyGraph(
  world: World,
  machine: Machine,
): (request: HttpMessageRequest) => Promise<SimulatedAnswer> {
  const { plan, clock, journal, graph } = world;
  const random = createRandom(plan.seed, 'graph', machine.name);
  const slowRate = plan.rate('graphSlow', 0.2);
  const lostRate = plan.rate('graphAnswerLost', 0.05);
  const outages = plan.outages.filter((outage): outage is GraphOutage => outage.part === 'graph');

  return async (request) => {
    const callId = request.url.pathname.split('/').at(-2)?.toLowerCase() ?? '';
    const sentAtMs = clock.nowMs();
    const isSlow = world.faultsAreOn() && random.chance(slowRate);
    await world.pause(isSlow ? random.between(500, GRAPH_SLOW_MS) : random.between(20, 300));
    const outage = outages.find((candidate) => contains(candidate, clock.nowMs()));
    const isLost = outage === undefined && world.faultsAreOn() && random.chance(lostRate);
    const isOfOtherTenant = !isTokenOf(request, graph.call(callId)?.tenantId);
    const isUnknown = plan.has('graphUnknownBeforeEstablished') && isConnecting(graph.call(callId)?.state);
    const answer =
      outage !== undefined
        ? failureOf(outage.failure, outage, clock.nowMs())
        : isOfOtherTenant
          ? TENANT_MISMATCH
          : isUnknown
            ? NOT_FOUND
            : await graph.handle(request);
    if (outage?.failure.how === 'hang') await new Promise(() => {});
    await world.pause(random.between(10, 200));
    const isByHand = request.headers['client-request-id'] === 'operator';
    const when = { callId: world.canonical(callId), sentAtMs, answeredAtMs: clock.nowMs(), isByHand };
    const sent = toSent(when, answer, isLost);
    journal.keepAlives.push(sent);
    journal.note(
      `${machine.name} keepAlive ${sent.callId.slice(0, 8)} ${isLost ? 'answer lost' : (sent.status ?? 'reset')}`,
    );
    await machine.stillThere();
    return isLost ? { kind: 'reset' } : answer;
  };
}

/** What keepAlive answers before `established` is not documented. */
const NOT_FOUND = refusal(404, '8522', 'Call not found.');
const TENANT_MISMATCH = refusal(403, '7505', 'Request authorization tenant mismatch.');

function refusal(status: number, code: string, message: string): SimulatedAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error: { code, message } }),
  };
}

/** The simulated tokens name their tenant. */
function isTokenOf({ headers }: HttpMessageRequest, tenantId: string | undefined): boolean {
  return tenantId === undefined || headers.authorization === `Bearer simulated-${tenantId}`;
}

function isConnecting(state: string | undefined): boolean {
  return state === 'incoming' || state === 'establishing' || state === 'ringing';
}

function toSent(
  when: Pick<SentKeepAlive, 'callId' | 'sentAtMs' | 'answeredAtMs' | 'isByHand'>,
  answer: SimulatedAnswer,
  wasLost: boolean,
): SentKeepAlive {
  if ('kind' in answer) return { ...when, isGone: false, wasLost };
  const retryAfter = answer.headers?.['retry-after'];
  return {
    ...when,
    status: answer.status,
    isGone: answer.status === 404 && String(answer.body).includes('Call not found'),
    wasLost,
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: Number(retryAfter) }),
  };
}

function failureOf(failure: GraphFailure, outage: GraphOutage, nowMs: number): SimulatedAnswer {
  if (failure.how !== 'status') return { kind: 'reset' };
  const leftSeconds = Math.ceil((outage.toMs - nowMs) / 1_000);
  const seconds = failure.retryAfter === 'long' ? 600 + 60 * (leftSeconds % 110) : leftSeconds;
  const { status, errorCode = 'Simulated' } = failure;
  return {
    status,
    headers: {
      'content-type': 'application/json',
      ...(failure.retryAfter === undefined ? {} : { 'retry-after': String(seconds) }),
    },
    body: JSON.stringify({ error: { code: errorCode, message: 'Simulated outage.' } }),
  };
}
