import { createRandom } from '../random.ts';
import { VIRTUAL_CALLBACK_URI } from '../virtual-app.ts';
import { FILLED_IN_WITHIN_MS, LARGEST_CLOCK_ERROR_MS, REST_MS } from './assumptions.ts';
import { checkGaps } from './checks/check-gaps.ts';
import { checkHearing } from './checks/check-hearing.ts';
import { checkLines } from './checks/check-lines.ts';
import { checkPunctuality } from './checks/check-punctual.ts';
import { checkReplay } from './checks/check-replay.ts';
import { checkAtRest } from './checks/check-rest.ts';
import { checkSaves } from './checks/check-saves.ts';
import { checkSilenceAfterEnd } from './checks/check-silence.ts';
import { createStandingChecks } from './checks/check-standing.ts';
import { createWorld } from './create-world.ts';
import { contains } from './intervals.ts';
import type { Violation } from './journal.ts';
import { startMachine } from './machine.ts';
import { planOperator, register } from './operator.ts';
import { type PlannedCall, planSimulation, type SimulationChoice } from './plan.ts';
import { noteTrouble } from './troubles.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const CHECK_EVERY_MS = 5 * MINUTE_MS;

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly calls: number;
  readonly keepAlives: number;
  readonly crashes: number;
  /** Of the whole trace: equal for equal runs. */
  readonly digest: string;
}

/** Plays one seed from its first call until nothing is left, and judges it. The same choice gives the same result. */
export async function runSimulation(
  choice: SimulationChoice,
  trace?: (line: string) => void,
): Promise<SimulationResult> {
  const plan = planSimulation(choice);
  const world = createWorld(plan, trace);
  await world.clock.track(startMachine(world, 'a', 1));
  if (plan.has('twoHosts')) await world.clock.track(startMachine(world, 'b', 1));
  const callIds: string[] = [];
  for (const call of plan.calls) {
    world.clock.after(call.startAtMs - plan.startMs, () => callIds.push(beginCall(world, call)));
  }
  planOperator(world, callIds);
  planClockJumps(world);
  planOlderRelease(world);
  const standing = createStandingChecks(world);
  await runChecked(world, plan.endMs, standing);
  for (const callId of callIds) if (world.graph.call(callId)?.state !== 'terminated') world.graph.hangUp(callId);
  await runChecked(world, plan.endMs + REST_MS, standing);
  checkGaps(world);
  checkSaves(world);
  checkHearing(world);
  checkPunctuality(world);
  checkLines(world);
  checkSilenceAfterEnd(world);
  await checkAtRest(world);
  await checkReplay(world);
  await noteHistories(world);
  world.graph.stop();
  const { journal } = world;
  return {
    seed: plan.seed,
    violations: journal.violations,
    calls: callIds.length,
    keepAlives: journal.keepAlives.length,
    crashes: world.machines.reduce((sum, { name }) => sum + Number(name.slice(1)) - 1, 0),
    digest: journal.digest(),
  };
}

/** So that runs count as equal only when they leave the same behind. */
async function noteHistories({ hub, journal }: World): Promise<void> {
  for (const row of await hub.queryInstances({ limit: 1_000 })) {
    const history = await hub.readHistory(row.instanceId);
    journal.note(`left behind: ${JSON.stringify({ row, history })}`);
  }
}

async function runChecked(world: World, untilMs: number, check: () => Promise<void>): Promise<void> {
  while (world.clock.nowMs() < untilMs) {
    await world.clock.runUntil(Math.min(untilMs, world.clock.nowMs() + CHECK_EVERY_MS));
    await check();
  }
}

function beginCall(world: World, call: PlannedCall): string {
  const { graph, clock, endings } = world;
  const { callId } = graph.createCall({ ...call.options, callbackUri: VIRTUAL_CALLBACK_URI });
  if (call.registeredAfterMs !== undefined) {
    world.unheard.add(callId);
    clock.after(call.registeredAfterMs, () => void register(world, callId));
  }
  if (call.endsAtKeepAlive !== undefined) endings.set(callId, call.endsAtKeepAlive);
  const ask = (method: string, action: string) =>
    void graph.handle({
      method,
      url: new URL(`https://graph.microsoft.com/v1.0/communications/calls/${callId}${action}`),
      headers: { authorization: 'Bearer bot' },
      body: new Uint8Array(),
    });
  if (call.answerAfterMs !== undefined) clock.after(call.answerAfterMs, () => ask('POST', '/answer'));
  if (call.botHangsUpAfterMs !== undefined) clock.after(call.botHangsUpAfterMs, () => ask('DELETE', ''));
  for (const { afterMs, state, resultCode } of call.repeats) {
    clock.after(afterMs, () => {
      if (graph.call(callId)?.state === 'established')
        void graph.sendNotification({ callId, body: repeat(callId, state, resultCode) });
    });
  }
  return callId;
}

function repeat(callId: string, state: string, resultCode: number | undefined): string {
  const resultInfo = resultCode === undefined ? {} : { resultInfo: { code: 500, subcode: resultCode } };
  const resourceData = { '@odata.type': '#microsoft.graph.call', state, ...resultInfo };
  const resource = `/app/calls/${callId}`;
  return JSON.stringify({ value: [{ changeType: 'updated', resource, resourceData }] });
}

/**
 * Updates are under way, and the release before writes records, too: above all those that no heartbeat writes again, of
 * calls that were only seen or whose instance is suspended.
 */
function planOlderRelease(world: World): void {
  const { plan, clock, table, journal } = world;
  if (!plan.has('olderRelease')) return;
  const random = createRandom(plan.seed, 'olderRelease');
  const rewritten = new Set<string>();
  const isSuspended = (callId: string) =>
    journal.operated.some(
      (one) => one.callId === callId && one.kind === 'suspended' && contains(one.interval, clock.nowMs()),
    );
  for (let afterMs = 0; afterMs < plan.endMs - plan.startMs; afterMs += random.between(0, 4 * MINUTE_MS)) {
    clock.after(afterMs, () => {
      for (const { callId, phase } of [...table.records.values()]) {
        if (phase === 'ended') continue;
        const isQuiet = phase === 'observed' || isSuspended(callId);
        const isChosen = isQuiet ? !rewritten.has(callId) && random.chance(0.5) : random.chance(0.002);
        if (!isChosen) continue;
        rewritten.add(callId);
        void table.rewriteAsOlderRelease(callId);
        noteTrouble(world, { lastsMs: FILLED_IN_WITHIN_MS, callId, ofStore: true });
      }
    });
  }
}

function planClockJumps(world: World): void {
  const { plan, clock } = world;
  if (!plan.has('clockJumps')) return;
  const random = createRandom(plan.seed, 'clockJumps');
  for (let count = random.int(1, 8); count > 0; count--) {
    clock.after(random.between(0, plan.endMs - plan.startMs), () => {
      const machine = world.machines[random.int(0, Math.max(0, world.machines.length - 1))];
      const errorMs = random.between(-LARGEST_CLOCK_ERROR_MS, LARGEST_CLOCK_ERROR_MS);
      machine?.setClockError(errorMs);
      noteTrouble(world, { lastsMs: 2 * LARGEST_CLOCK_ERROR_MS });
      world.journal.note(`clock of ${machine?.name ?? 'nobody'} is now wrong by ${Math.round(errorMs)} ms`);
    });
  }
}
