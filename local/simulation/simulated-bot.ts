import type { BotRelay } from '../../src/adapters/bot-relay.ts';
import type { Random } from '../random.ts';
import type { Machine, World } from './world.ts';

/** The bot behind the relay: mostly takes what it gets, sometimes refuses, is away, or does not answer. */
export function createSimulatedBot(world: World, machine: Machine, random: Random): BotRelay {
  return {
    async send() {
      const draw = world.faultsAreOn() ? random.next() : 1;
      await world.pause(draw < 0.05 ? 10_000 : random.between(20, 500));
      await machine.stillThere();
      if (draw < 0.05) return { kind: 'timeout' };
      if (draw < 0.1) return { kind: 'unreachable', detail: 'ECONNREFUSED' };
      return { kind: 'answered', status: draw < 0.15 ? 500 : 200, body: new Uint8Array() };
    },
  };
}
