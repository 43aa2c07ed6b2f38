import { createRandom, type Random } from '../random.ts';
import type { CallOptions } from '../simulated-graph/call-options.ts';
import { LONGEST_POLL_MS } from './assumptions.ts';
import { EVERY_SEEDS_FAULTS, FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import { type Outage, planOutages } from './outages.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Of some calls; the bot's home is another. */
const OTHER_TENANT_ID = '3e9d1c2b-5a4f-4b6c-8d7e-9f0a1b2c3d4e';
const START_MS = Date.UTC(2026, 0, 5, 6);

/** What to simulate: a seed, and what to leave out of it. */
export interface SimulationChoice {
  readonly seed: number;
  readonly hours: number;
  readonly without: readonly FaultKind[];
  /** Only the calls of these numbers. */
  readonly calls?: readonly number[] | undefined;
}

export interface PlannedCall {
  readonly number: number;
  /** The bot stays the receiver of the call's notifications, and registers it here this long after the start. */
  readonly registeredAfterMs?: number;
  readonly startAtMs: number;
  readonly options: Omit<CallOptions, 'callbackUri'>;
  /** The bot answers an incoming call this long after its start; absent: never. */
  readonly answerAfterMs?: number;
  /** The other party hangs up while the answer to the try of this number in its orchestration's generation is on its way. */
  readonly endsAtKeepAlive?: number;
  /** The bot hangs up this long after the start. */
  readonly botHangsUpAfterMs?: number;
  /** Further notifications of a living call: of a state that repeats, or one that the simulated Graph has no name for. */
  readonly repeats: readonly { readonly afterMs: number; readonly state: string; readonly resultCode?: number }[];
}

/** All that is settled before a simulation begins. Rates are probabilities per occasion; 0 = never. */
export interface SimulationPlan {
  readonly seed: number;
  readonly startMs: number;
  /** Faults stop, and every call that is left is hung up. */
  readonly endMs: number;
  readonly calls: readonly PlannedCall[];
  readonly outages: readonly Outage[];
  readonly has: (kind: FaultKind) => boolean;
  readonly rate: (kind: FaultKind, highest: number) => number;
  /** The histories of this seed's calls start afresh after so many tries. */
  readonly attemptsPerGeneration: number;
  /** The engine delivers a timer or a message up to this much late. */
  readonly timerLateMs: number;
  readonly messageLateMs: number;
}

export function planSimulation(choice: SimulationChoice): SimulationPlan {
  const { seed, hours } = choice;
  const startMs = START_MS;
  const endMs = startMs + hours * HOUR_MS;
  const calm = createRandom(seed, 'calm').chance(0.03);
  const kinds = new Set(
    FAULT_KINDS.filter(
      (kind) =>
        !calm &&
        !choice.without.includes(kind) &&
        (EVERY_SEEDS_FAULTS.includes(kind) || createRandom(seed, 'has', kind).chance(0.5)),
    ),
  );
  const has = (kind: FaultKind) => kinds.has(kind);
  const engine = createRandom(seed, 'engineDelays');
  const slowQueues = engine.chance(0.4);
  // Mostly short, to meet the seams between generations often; the last as in production.
  const attemptsPerGeneration = createRandom(seed, 'generation').pick([4, 8, 16, 48]);
  return {
    seed,
    startMs,
    endMs,
    calls: planCalls(seed, startMs, hours, { attemptsPerGeneration, severalTenants: has('severalTenants') }).filter(
      ({ number }) => choice.calls?.includes(number) ?? true,
    ),
    attemptsPerGeneration,
    outages: planOutages(seed, { fromMs: startMs, toMs: endMs }, has),
    has,
    rate: (kind, highest) => (has(kind) ? createRandom(seed, 'rate', kind).between(highest / 10, highest) : 0),
    timerLateMs: has('timerLate') ? engine.between(500, slowQueues ? LONGEST_POLL_MS : 3_000) : 0,
    messageLateMs: has('messageLate') ? engine.between(200, slowQueues ? LONGEST_POLL_MS : 2_000) : 0,
  };
}

function planCalls(
  seed: number,
  startMs: number,
  hours: number,
  { attemptsPerGeneration, severalTenants }: { attemptsPerGeneration: number; severalTenants: boolean },
): readonly PlannedCall[] {
  const count = createRandom(seed, 'calls').int(4, 6);
  return Array.from({ length: count }, (_, number) =>
    planCall(createRandom(seed, 'call', number), {
      number,
      startMs,
      hours,
      attemptsPerGeneration,
      isOfOtherTenant: severalTenants && createRandom(seed, 'tenant', number).chance(0.5),
    }),
  );
}

function planCall(
  random: Random,
  call: {
    readonly number: number;
    readonly startMs: number;
    readonly hours: number;
    readonly attemptsPerGeneration: number;
    readonly isOfOtherTenant: boolean;
  },
): PlannedCall {
  const { number, startMs, hours, attemptsPerGeneration: last, isOfOtherTenant } = call;
  const lifeMs = lifetime(random, hours);
  const startAtMs = startMs + random.between(0, Math.max(MINUTE_MS, hours * HOUR_MS - Math.min(lifeMs, 6 * HOUR_MS)));
  const direction = random.pick(['outgoing', 'outgoing', 'incoming'] as const);
  const kind = random.pick(['p2p', 'meeting', 'meeting', 'policyRecording'] as const);
  const hasLobby = kind === 'meeting' && random.chance(0.4);
  const neverEstablished = random.chance(0.12);
  const endsHow = random.pick(['otherParty', 'otherParty', 'bot', 'atTheEnd'] as const);
  const isRace = random.chance(0.25);
  const endsAtKeepAlive = random.chance(0.15) ? random.pick([1, 2, last, last, last, last]) : undefined;
  const establishAfterSeconds = neverEstablished
    ? 1e6
    : hasLobby
      ? random.between(60, 38 * 60)
      : random.between(0.5, 20);
  const common = {
    number,
    ...(random.chance(0.1) ? { registeredAfterMs: random.between(SECOND_MS, 40 * MINUTE_MS) } : {}),
    options: {
      ...(isOfOtherTenant ? { tenantId: OTHER_TENANT_ID } : {}),
      direction,
      kind,
      establishAfterSeconds,
      idForm: random.chance(0.2) ? 'hex' : 'dashed',
    },
    ...(direction === 'incoming' && !random.chance(0.1) ? { answerAfterMs: random.between(500, 4_500) } : {}),
    repeats: planRepeats(random, lifeMs),
  } as const;
  if (endsAtKeepAlive !== undefined) {
    return { ...common, startAtMs: startMs + random.between(0, HOUR_MS), endsAtKeepAlive };
  }
  return {
    ...common,
    startAtMs,
    options: {
      ...common.options,
      ...(isRace && direction === 'outgoing'
        ? { hangUpAfterSeconds: establishAfterSeconds + random.between(0, 1) }
        : endsHow === 'otherParty' || neverEstablished
          ? { hangUpAfterSeconds: lifeMs / SECOND_MS }
          : {}),
    },
    ...(endsHow === 'bot' ? { botHangsUpAfterMs: lifeMs } : {}),
  };
}

/** Seconds to a whole day, short ones more often. */
function lifetime(random: Random, hours: number): number {
  const longest = hours * HOUR_MS;
  const draw = random.next();
  if (draw < 0.15) return random.between(5 * SECOND_MS, 5 * MINUTE_MS);
  if (draw < 0.45) return random.between(5 * MINUTE_MS, Math.min(longest, 90 * MINUTE_MS));
  if (draw < 0.92) return random.between(Math.min(longest / 2, HOUR_MS), Math.min(longest, 6 * HOUR_MS));
  return random.between(longest / 2, longest);
}

/** A second `established` is usual; hold, a failed transfer (`established` with 500/7000) and a transfer are not. */
function planRepeats(random: Random, lifeMs: number): PlannedCall['repeats'] {
  const repeats: { afterMs: number; state: string; resultCode?: number }[] = [];
  if (random.chance(0.6)) repeats.push({ afterMs: random.between(0, lifeMs), state: 'established' });
  if (random.chance(0.2)) repeats.push({ afterMs: random.between(0, lifeMs), state: 'hold' });
  if (random.chance(0.2)) {
    const afterMs = random.between(0, lifeMs);
    repeats.push({ afterMs, state: 'transferring' });
    repeats.push(
      random.chance(0.5)
        ? { afterMs: afterMs + 5 * SECOND_MS, state: 'established', resultCode: 7000 }
        : { afterMs: afterMs + 5 * SECOND_MS, state: 'transferAccepted' },
    );
  }
  return repeats;
}
