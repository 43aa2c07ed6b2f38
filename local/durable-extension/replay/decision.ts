import type { EventRaised } from '../hub/history-event.ts';

/** What a turn decided to do, keyed by its sequence id. Inputs and results are texts. */
export type Decision =
  | { readonly kind: 'scheduleActivity'; readonly id: number; readonly name: string; readonly input: string }
  | { readonly kind: 'createTimer'; readonly id: number; readonly fireAtMs: number }
  | {
      readonly kind: 'createSubOrchestration';
      readonly id: number;
      readonly name: string;
      readonly version: string | null;
      readonly instanceId: string;
      readonly input: string;
    }
  | {
      readonly kind: 'complete';
      readonly id: number;
      readonly status: 'Completed' | 'Failed' | 'Terminated';
      readonly result: string | null;
      readonly details: string | null;
    }
  | {
      readonly kind: 'continueAsNew';
      readonly id: number;
      readonly input: string;
      readonly carryOver: readonly EventRaised[];
    };

/** The history has something that the code, as it is now, did not ask for. */
export class NonDeterministicOrchestrationError extends Error {
  readonly code = 'NonDeterministicOrchestration';
  override readonly name = 'NonDeterministicOrchestrationError';
}

const decisionNames = {
  scheduleActivity: 'ScheduleTaskOrchestratorAction',
  createTimer: 'CreateTimerOrchestratorAction',
  createSubOrchestration: 'CreateSubOrchestrationAction',
  complete: 'OrchestrationCompleteOrchestratorAction',
  continueAsNew: 'OrchestrationCompleteOrchestratorAction',
} as const;

export type ScheduledKind = 'scheduleActivity' | 'createTimer' | 'createSubOrchestration';

const taskWords = {
  scheduleActivity: 'an activity task',
  createTimer: 'a timer task',
  createSubOrchestration: 'a sub-orchestration task',
} as const;

/**
 * Throws NonDeterministicOrchestrationError unless `decision` is what the history says was decided under this id.
 *
 * Source of the texts: Azure/durabletask, src/DurableTask.Core/TaskOrchestrationContext.cs, Handle…Event.
 */
export function assertSameDecision(
  decision: Decision | undefined,
  kind: ScheduledKind,
  id: number,
  name: string | undefined,
): void {
  const named = name === undefined ? '' : ` and name '${name}'`;
  const scheduled = `Non-Deterministic workflow detected: A previous execution of this orchestration scheduled ${taskWords[kind]} with sequence ID ${id}${named}`;
  const question = 'Was a change made to the orchestrator code after this instance had already started running?';
  if (decision === undefined) {
    throw new NonDeterministicOrchestrationError(
      `${scheduled}, but the current replay execution hasn't (yet?) scheduled this task. ${question}`,
    );
  }
  if (decision.kind !== kind) {
    throw new NonDeterministicOrchestrationError(
      `${scheduled}, but the current orchestration replay instead produced a ${decisionNames[decision.kind]} action with this sequence number. ${question}`,
    );
  }
  if (name !== undefined && 'name' in decision && decision.name.toLowerCase() !== name.toLowerCase()) {
    throw new NonDeterministicOrchestrationError(
      `${scheduled}, but the current orchestration replay instead scheduled a task with name '${decision.name}' at this sequence number. ${question}`,
    );
  }
}
