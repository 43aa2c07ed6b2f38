import type { GraphCalls } from '../../src/adapters/graph-calls.ts';
import type { GraphAnswer } from '../../src/core/graph-answers/graph-answer.ts';
import { KEEP_ALIVE_ACTIVITY } from '../../src/core/keepalive/durable-names.ts';
import { EventType, type HistoryEvent } from '../durable-extension/hub/history-event.ts';
import { InvocationLostError } from '../durable-extension/invocation-lost-error.ts';
import type { Random } from '../random.ts';
import { REDELIVERY_MS } from './assumptions.ts';
import { noteTrouble } from './troubles.ts';
import type { World } from './world.ts';

/** The worker that runs a keepAlive goes away before or after the request, or the activity throws. */
export function withLostWorkers(world: World, graph: GraphCalls, random: Random): GraphCalls {
  const lostRate = world.plan.rate('activityLost', 0.05);
  const throwRate = world.plan.rate('activityThrows', 0.05);
  return {
    ...graph,
    async keepAlive(target) {
      const callId = world.canonical(target.graphCallId);
      const draw = world.faultsAreOn() ? random.next() : 1;
      const fail = (): never => {
        const isLost = draw < lostRate;
        noteTrouble(world, { callId, lastsMs: isLost ? REDELIVERY_MS + 1_000 : 1 });
        world.journal.note(`keepAlive activity of ${callId.slice(0, 8)} ${isLost ? 'loses its worker' : 'throws'}`);
        throw isLost ? new InvocationLostError('the worker is gone') : new Error('simulated failure');
      };
      const fails = draw < lostRate + throwRate;
      if (fails && random.chance(0.5)) fail();
      const answer = await graph.keepAlive(target);
      await endMeanwhile(world, callId, answer, random);
      return fails ? fail() : answer;
    },
  };
}

/** The other party hangs up after Graph took the keepAlive, and the end is told before the answer is taken in. */
async function endMeanwhile(world: World, callId: string, answer: GraphAnswer, random: Random) {
  const { endings, hub, graph, pause } = world;
  if (!endings.has(callId) || answer.kind !== 'answered' || answer.status !== 200) return;
  const history = await hub.readHistory(`call-${callId}`);
  if (history.filter(isKeepAliveTry).length !== endings.get(callId)) return;
  endings.delete(callId);
  graph.hangUp(callId);
  await pause(random.between(300, 3_000));
}

function isKeepAliveTry(event: HistoryEvent): boolean {
  return event.EventType === EventType.TaskScheduled && event.Name === KEEP_ALIVE_ACTIVITY;
}
