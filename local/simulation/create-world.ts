import { generateKeyPairSync } from 'node:crypto';
import { createVirtualClock } from '../clock/virtual-clock.ts';
import { createRandom } from '../random.ts';
import { createSimulatedGraph } from '../simulated-graph/simulated-graph.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../start-environment.ts';
import { createJournal } from './journal.ts';
import { judgeRecord } from './judge-record.ts';
import type { SimulationPlan } from './plan.ts';
import { createPostOffice } from './post-office.ts';
import { createWatchedHub } from './watched-hub.ts';
import { createWatchedTable } from './watched-table.ts';
import type { Machine, World } from './world.ts';

/** One pair for all simulations of a process: making one takes a tenth of a second, and nothing depends on which it is. */
const SIGNING_KEY = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

export function createWorld(plan: SimulationPlan, trace?: (line: string) => void): World {
  const clock = createVirtualClock({ startMs: plan.startMs });
  const journal = createJournal(clock, trace);
  const machines: Machine[] = [];
  const ids = createRandom(plan.seed, 'ids');
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const faultsAreOn = () => clock.nowMs() < plan.endMs;
  const graph = createSimulatedGraph({
    clock,
    botAppId: SAMPLE_BOT_APP_ID,
    tenantId: SAMPLE_TENANT_ID,
    random: ids.next,
    signingKeys: [SIGNING_KEY],
    deliver: (notification, signal) => postOffice.take(notification, signal),
    log: (line) => journal.note(`graph: ${line}`),
  });
  const table = createWatchedTable(clock, journal, (before, after) =>
    judgeRecord({ plan, clock, graph, journal }, before, after),
  );
  const world: World = {
    plan,
    clock,
    graph,
    table,
    hub: createWatchedHub(clock, journal, (callId) => table.records.get(callId)),
    journal,
    machines,
    unheard: new Set(),
    endings: new Map(),
    faultsAreOn,
    pause,
    canonical: (callId) =>
      callId
        .toLowerCase()
        .replaceAll('-', '')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  };
  const postOffice = createPostOffice(world);
  return world;
}
