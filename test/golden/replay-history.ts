import * as df from 'durable-functions';
import { EventType, type HistoryEvent } from '../../local/durable-extension/hub/history-event.ts';
import { RUNTIME_STATUSES } from '../../local/durable-extension/hub/runtime-status.ts';
import { walkActions } from '../../local/durable-extension/replay/action-walk.ts';
import type { Decision } from '../../local/durable-extension/replay/decision.ts';
import { buildOrchestratorInput } from '../../local/durable-extension/replay/orchestrator-input.ts';
import { parseOrchestratorState, parseThrownState } from '../../local/durable-extension/replay/orchestrator-state.ts';
import { createInvoke } from '../../local/functions-host/create-invoke.ts';
import { loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import type { Invoke } from '../../local/functions-host/invocation.ts';
import { ORCHESTRATOR_NAME } from '../../src/core/keepalive/durable-names.ts';
import type { GoldenHistory } from './golden-history.ts';

/** A turn in which today's orchestrator decides something else than the history shows. */
export interface Divergence {
  readonly at: string;
  readonly recorded: readonly string[];
  readonly today: readonly string[];
}

/**
 * Replays a history turn by turn, as the engine does with an instance that an older release started: the orchestrator
 * runs under durable-functions on what was known in that turn, and must decide what was decided then, timers to the
 * millisecond.
 *
 * Shape: history, orchestrator → the first divergence of each generation, none when all is well.
 */
export async function replayHistory(
  golden: GoldenHistory,
  orchestrator: df.OrchestrationHandler,
): Promise<readonly Divergence[]> {
  const registry = await loadFunctionApp(() => df.app.orchestration(ORCHESTRATOR_NAME, orchestrator));
  const invoke = createInvoke({ registry });
  const divergences: Divergence[] = [];
  for (const [generation, events] of golden.generations.entries()) {
    const divergence = await replayGeneration(golden, events, invoke);
    if (divergence !== undefined)
      divergences.push({ ...divergence, at: `generation ${generation + 1}, ${divergence.at}` });
  }
  return divergences;
}

async function replayGeneration(
  golden: GoldenHistory,
  events: readonly HistoryEvent[],
  invoke: Invoke,
): Promise<Divergence | undefined> {
  const started = events.find((event) => event.EventType === EventType.ExecutionStarted);
  if (started?.EventType !== EventType.ExecutionStarted) throw new Error('a generation without ExecutionStarted');
  const past: HistoryEvent[] = [];
  for (const turn of toTurns(events)) {
    const recorded = turn.flatMap(describeEvent);
    const fresh = turn.filter((event) => describeEvent(event).length === 0);
    const row = { instanceId: golden.instanceId, parentInstanceId: null, inputJson: started.Input };
    const state = await invoke(ORCHESTRATOR_NAME, { string: buildOrchestratorInput(row, past, fresh) })
      .then(parseOrchestratorState)
      .catch((thrown: unknown) => parseThrownState(thrown) ?? { kind: 'unusable' as const, reason: String(thrown) });
    const decisions = walkActions({
      orchestratorName: ORCHESTRATOR_NAME,
      executionId: started.OrchestrationInstance.ExecutionId,
      state,
      history: [...past, ...fresh],
      defaultVersion: golden.orchestratorVersion,
      isActivity: () => true,
      isOrchestrator: () => true,
      describeUnknown: (name) => name,
    });
    const today = decisions.map(describeDecision);
    if (recorded.join() !== today.join()) return { at: turn[0]?.Timestamp ?? '', recorded, today };
    past.push(...turn);
  }
  return undefined;
}

/** Every turn begins with OrchestratorStarted. */
function toTurns(events: readonly HistoryEvent[]): ReadonlyArray<readonly HistoryEvent[]> {
  const turns: HistoryEvent[][] = [];
  for (const event of events) {
    if (event.EventType === EventType.OrchestratorStarted) turns.push([]);
    turns.at(-1)?.push(event);
  }
  return turns;
}

/** What the orchestrator decided, in words; nothing for what it was told. */
function describeEvent(event: HistoryEvent): readonly string[] {
  switch (event.EventType) {
    case EventType.TaskScheduled:
      return [`${event.EventId}: activity ${event.Name}`];
    case EventType.TimerCreated:
      return [`${event.EventId}: timer until ${event.FireAt}`];
    case EventType.ContinueAsNew:
      return [`${event.EventId}: continue as new`];
    case EventType.ExecutionCompleted:
      return [`${event.EventId}: ${RUNTIME_STATUSES[event.OrchestrationStatus]}`];
    default:
      return [];
  }
}

function describeDecision(decision: Decision): string {
  switch (decision.kind) {
    case 'scheduleActivity':
      return `${decision.id}: activity ${decision.name}`;
    case 'createTimer':
      return `${decision.id}: timer until ${new Date(decision.fireAtMs).toISOString()}`;
    case 'createSubOrchestration':
      return `${decision.id}: sub-orchestration ${decision.name}`;
    case 'continueAsNew':
      return `${decision.id}: continue as new`;
    case 'complete':
      return `${decision.id}: ${decision.status}`;
  }
}
