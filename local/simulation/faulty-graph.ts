import type { HttpMessageRequest } from '../http-message.ts';
import type { SimulatedAnswer } from '../simulated-graph/graph-answer.ts';
import { contains } from './intervals.ts';
import type { SentKeepAlive } from './journal.ts';
import type { GraphFailure, Outage } from './outages.ts';
import { createRandom } from './random.ts';
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
    await world.pause(isSlow ? random.between(500, 8_000) : random.between(20, 300));
    const outage = outages.find((candidate) => contains(candidate, clock.nowMs()));
    const isLost = outage === undefined && world.faultsAreOn() && random.chance(lostRate);
    const answer =
      outage === undefined ? await graph.handle(request) : failureOf(outage.failure, outage, clock.nowMs());
    if (outage?.failure.how === 'hang') await new Promise(() => {});
    await world.pause(random.between(10, 200));
    const sent = toSent({ callId: world.canonical(callId), sentAtMs, answeredAtMs: clock.nowMs() }, answer, isLost);
    journal.keepAlives.push(sent);
    journal.note(
      `${machine.name} keepAlive ${sent.callId.slice(0, 8)} ${isLost ? 'answer lost' : (sent.status ?? 'reset')}`,
    );
    await machine.stillThere();
    return isLost ? { kind: 'reset' } : answer;
  };
}

function toSent(
  when: Pick<SentKeepAlive, 'callId' | 'sentAtMs' | 'answeredAtMs'>,
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
