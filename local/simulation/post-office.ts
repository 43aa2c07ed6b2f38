import type { HttpMessageRequest } from '../http-message.ts';
import { createRandom, type Random } from '../random.ts';
import type { DeliverNotification, OutgoingNotification } from '../simulated-graph/notification-sender.ts';
import { LONGEST_NOTIFICATION_DELAY_MS } from './assumptions.ts';
import { watchEffect } from './notification-effect.ts';
import type { World } from './world.ts';

interface Letter {
  readonly callId: string;
  readonly state: string;
  readonly request: HttpMessageRequest;
}

/**
 * The way of Graph's notifications to the app: some get lost, come twice, or hours later and so in another order.
 * Graph itself is told at once that they arrived, so that one does not wait for the other.
 */
export function createPostOffice(world: World): { readonly take: DeliverNotification } {
  const { plan, clock, journal } = world;
  const lostRate = plan.rate('notificationLost', 0.4);
  const doubledRate = plan.rate('notificationDoubled', 0.5);
  const lateRate = plan.rate('notificationLate', 0.4);
  const isRetried = plan.has('notificationRetried');
  const counts = new Map<string, number>();

  async function post(letter: Letter, random: Random, triesLeft: number): Promise<void> {
    if (world.unheard.has(letter.callId)) return;
    const alive = world.machines.filter(({ isAlive }) => isAlive);
    const machine = alive[random.int(0, Math.max(0, alive.length - 1))];
    const postedAtMs = clock.nowMs();
    const status = (await machine?.http(letter.request))?.status;
    const { callId, state } = letter;
    const posted = { callId, state, atMs: clock.nowMs(), ...(status === undefined ? {} : { status }) };
    journal.notifications.push(posted);
    journal.note(`notification ${callId.slice(0, 8)} ${state}: ${status ?? 'no answer'}`);
    await watchEffect(world, posted, postedAtMs);
    if (status !== undefined && status < 300) return;
    if (!isRetried || triesLeft === 0) return;
    clock.after(random.between(1_000, 60_000), () => void post(letter, random, triesLeft - 1));
  }

  return {
    take: async (notification) => {
      const letter = toLetter(world, notification);
      const key = `${letter.callId}/${letter.state}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      const random = createRandom(plan.seed, 'post', key, count);
      if (random.chance(lostRate)) {
        journal.note(`notification ${letter.callId.slice(0, 8)} ${letter.state}: lost`);
        return { status: 202 };
      }
      const copies = random.chance(doubledRate) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        clock.after(delayMs(random, lateRate), () => void post(letter, random, 5));
      }
      return { status: 202 };
    },
  };
}

/** Mostly at once, sometimes seconds late (another order), seldom hours. */
function delayMs(random: Random, lateRate: number): number {
  if (!random.chance(lateRate)) return random.between(10, 300);
  return random.chance(0.7) ? random.between(300, 60_000) : random.between(60_000, LONGEST_NOTIFICATION_DELAY_MS);
}

function toLetter(world: World, { url, headers, body }: OutgoingNotification): Letter {
  const entry = JSON.parse(body).value[0];
  const path: string = entry.resource ?? entry.resourceUrl;
  return {
    callId: world.canonical(path.split('/').at(-1) ?? ''),
    state: entry.resourceData?.state ?? entry.changeType,
    request: { method: 'POST', url: new URL(url), headers, body: new TextEncoder().encode(body) },
  };
}
