import { EventType } from '../durable-extension/hub/history-event.ts';
import type { HubFaults } from '../durable-extension/hub/hub-faults.ts';
import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import { createRandom } from '../random.ts';
import { EARLIEST_TIMER_MS, LONGEST_PUT_BACK_MS } from './assumptions.ts';
import { contains } from './intervals.ts';
import { noteTrouble } from './troubles.ts';
import type { Machine, World } from './world.ts';

/** What one host's engine suffers: crashes around its commits, timers and messages at the wrong time, work done twice. */
export function createHubFaults(world: World, machine: Machine): HubFaults {
  const { plan, journal } = world;
  const random = createRandom(plan.seed, 'engine', machine.name);
  const beforeRate = plan.rate('crashBeforeCommit', 0.02);
  const afterRate = plan.rate('crashAfterCommit', 0.02);
  const putBackRate = plan.rate('startPutBack', 0.5);
  const twiceRate = plan.rate('activityTwice', 0.3);
  const crash = (rate: number, when: string) => {
    if (!world.faultsAreOn() || !random.chance(rate)) return;
    machine.crash(when, random);
    throw new Error('crashed');
  };
  return {
    beforeCommit: () => crash(beforeRate, 'before a commit'),
    afterCommit: () => crash(afterRate, 'after a commit'),
    timerDelayMs: () => {
      if (!world.faultsAreOn()) return 0;
      const early = plan.has('timerEarly') ? random.between(-EARLIEST_TIMER_MS, 0) : 0;
      return Math.round(random.chance(0.5) ? early : random.between(0, plan.timerLateMs));
    },
    startPutBackMs: () =>
      world.faultsAreOn() && random.chance(putBackRate) ? Math.round(random.between(0, LONGEST_PUT_BACK_MS)) : 0,
    // Otherwise an event does not overtake the start of its instance, for both are in one queue.
    deliveryDelayMs: ({ event }) =>
      world.faultsAreOn() && event.EventType !== EventType.ExecutionStarted
        ? Math.round(random.between(0, plan.messageLateMs))
        : 0,
    runActivityTwice: ({ event }) => {
      const isTwice = world.faultsAreOn() && random.chance(twiceRate);
      if (isTwice && event.EventType === EventType.TaskScheduled)
        journal.note(`${machine.name} runs ${event.Name} twice`);
      return isTwice;
    },
  };
}

/** The way of the durable client's requests to the extension: refused, or done without an answer. */
export function createFaultyDurable(
  world: World,
  machine: Machine,
): (request: HttpMessageRequest) => Promise<HttpMessageResponse> {
  const { plan } = world;
  const random = createRandom(plan.seed, 'durable', machine.name);
  const slowRate = plan.rate('durableSlow', 0.4);
  const errorRate = plan.rate('durableErrors', 0.2);
  const lostRate = plan.rate('durableAnswerLost', 0.2);
  const outages = plan.outages.filter(({ part }) => part === 'engineApi');
  const refused = {
    status: 500,
    headers: { 'content-type': 'application/json' },
    body: '{"Message":"Something went wrong"}',
  };
  const refuse = () => {
    noteTrouble(world, { lastsMs: 1, ofStore: true });
    return refused;
  };
  return async (request) => {
    const on = world.faultsAreOn();
    await world.pause(on && random.chance(slowRate) ? random.between(100, 4_000) : random.between(2, 40));
    await machine.stillThere();
    const outage = outages.find((one) => contains(one, world.clock.nowMs()));
    if (outage?.part === 'engineApi' && outage.how === 'hangs') await new Promise(() => {});
    if (outage !== undefined) return refused;
    if (on && random.chance(errorRate)) return refuse();
    const answer = await machine.durable(request);
    await world.pause(random.between(2, 40));
    await machine.stillThere();
    return on && random.chance(lostRate) ? refuse() : answer;
  };
}
