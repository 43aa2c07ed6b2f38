import { CALL_ENDED_EVENT, KEEP_ALIVE_ACTIVITY, ORCHESTRATOR_NAME } from '../../../src/core/keepalive/durable-names.ts';
import {
  EventType,
  type HistoryEvent,
  type TaskCompleted,
  type TaskFailed,
} from '../../durable-extension/hub/history-event.ts';

import type { InstanceRow } from '../../durable-extension/hub/hub-store.ts';
import { buildOrchestratorInput } from '../../durable-extension/replay/orchestrator-input.ts';
import { type OrchestratorAction, parseOrchestratorState } from '../../durable-extension/replay/orchestrator-state.ts';
import { LARGEST_CLOCK_ERROR_MS } from '../assumptions.ts';
import { engineDelayMs, troublesOf } from '../troubles.ts';
import type { World } from '../world.ts';

/**
 * Invariant (h): the orchestrator, run over the whole history of each instance that has completed, asks for what it asked
 * for the first time and comes to the same output. And of (b): after the event `callEnded`, or a keepAlive that found the
 * call gone, no keepAlive was scheduled.
 */
export async function checkReplay(world: World): Promise<void> {
  for (const row of await world.hub.queryInstances({ limit: 1_000 })) {
    const history = await world.hub.readHistory(row.instanceId);
    checkNothingAfterEnd(world, row, history);
    if (row.runtimeStatus !== 'Completed') continue;
    checkNoOpenTimer(world, row, history);
    await replay(world, row, history);
  }
}

async function replay(world: World, row: InstanceRow, history: readonly HistoryEvent[]): Promise<void> {
  const machine = world.machines[0];
  const started = history.find((event) => event.EventType === EventType.ExecutionStarted);
  if (machine === undefined || started?.EventType !== EventType.ExecutionStarted) return;
  const asked = history.flatMap((event): readonly (string | number)[] => {
    if (event.EventType === EventType.TaskScheduled) return [event.Name];
    return event.EventType === EventType.TimerCreated ? [Date.parse(event.FireAt)] : [];
  });
  const past = history.filter((event) => event.EventType !== EventType.ExecutionCompleted).slice(0, -1);
  const input = buildOrchestratorInput({ ...row, inputJson: started.Input }, past, []);
  const state = parseOrchestratorState(await machine.replay(ORCHESTRATOR_NAME, input));
  const asksAgain = state.actions.flatMap(flatten);
  if (state.output !== row.output)
    world.journal.violate('h', row.instanceId.slice(5), 'its replay gives another output');
  // The engine adds the timers between tries of an activity itself.
  const withoutEngineTimers = asked.filter((step) => typeof step === 'string' || asksAgain.includes(step));
  if (collapse(withoutEngineTimers) !== collapse(asksAgain)) {
    world.journal.violate('h', row.instanceId.slice(5), 'its replay asks for other steps');
  }
}

function flatten(action: OrchestratorAction): readonly (string | number)[] {
  switch (action.kind) {
    case 'callActivity':
      return [action.name];
    case 'createTimer':
      return [action.fireAtMs];
    case 'whenAny':
    case 'whenAll':
      return action.children.flatMap(flatten);
    default:
      return [];
  }
}

/** Repeated tries of an activity count once: the engine makes them of one action. */
function collapse(steps: readonly (string | number)[]): string {
  const kept = steps.filter(
    (step, index) => step === KEEP_ALIVE_ACTIVITY || typeof step === 'number' || step !== steps[index - 1],
  );
  return JSON.stringify(kept);
}

/**
 * A timer that came in one turn with the event may have been seen first: its keepAlive counts as in flight. A suspended
 * instance sees in its first turn afterwards what came meanwhile.
 */
function checkNothingAfterEnd(world: World, row: InstanceRow, history: readonly HistoryEvent[]): void {
  let isSuspended = false;
  const completed = new Set<number>();
  let knows: 'nothing' | 'inThisTurn' | 'theEnd' = 'nothing';
  for (const event of history) {
    if (event.EventType === EventType.ExecutionSuspended) isSuspended = true;
    if (event.EventType === EventType.ExecutionResumed) isSuspended = false;
    if (event.EventType === EventType.OrchestratorCompleted && knows === 'inThisTurn' && !isSuspended) knows = 'theEnd';
    const isRepeated = isResult(event) && completed.has(event.TaskScheduledId);
    if (knows === 'nothing' && !isRepeated && tellsTheEnd(event)) knows = 'inThisTurn';
    if (isResult(event)) completed.add(event.TaskScheduledId);
    if (knows === 'theEnd' && event.EventType === EventType.TaskScheduled && event.Name === KEEP_ALIVE_ACTIVITY) {
      world.journal.violate('b', row.instanceId.slice(5), 'a keepAlive was scheduled after the instance knew the end');
    }
  }
}

/** Only the first result of an activity counts: a second one, of work done twice, is not looked at. */
function isResult(event: HistoryEvent): event is TaskCompleted | TaskFailed {
  return event.EventType === EventType.TaskCompleted || event.EventType === EventType.TaskFailed;
}

function tellsTheEnd(event: HistoryEvent): boolean {
  if (event.EventType === EventType.EventRaised) return event.Name === CALL_ENDED_EVENT;
  return event.EventType === EventType.TaskCompleted && JSON.parse(event.Result)?.kind === 'gone';
}

/** Of (e): an instance completes with its last step. When it does so later, a timer that nobody cancelled held it up. */
function checkNoOpenTimer(world: World, row: InstanceRow, history: readonly HistoryEvent[]): void {
  const callId = row.instanceId.slice(5);
  const lastStepAtMs = Math.max(0, ...history.filter((event) => isResult(event)).map((event) => toMs(event)));
  const completed = history.find((event) => event.EventType === EventType.ExecutionCompleted);
  if (completed === undefined) return;
  const whole = { fromMs: lastStepAtMs, toMs: toMs(completed) };
  const suspended = world.journal.operated.filter((one) => one.callId === callId).map(({ interval }) => interval);
  const held = [...troublesOf(world, callId), ...suspended].some(
    ({ fromMs, toMs: endMs }) => fromMs < whole.toMs && endMs > whole.fromMs - LARGEST_CLOCK_ERROR_MS,
  );
  if (!held && whole.toMs - whole.fromMs > 2 * LARGEST_CLOCK_ERROR_MS + engineDelayMs(world)) {
    world.journal.violate('e', callId, 'its instance completed long after its last step: a timer was left open');
  }
}

function toMs({ Timestamp }: HistoryEvent): number {
  return Date.parse(Timestamp);
}
