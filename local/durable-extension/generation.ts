import type { Invoke } from '../functions-host/invocation.ts';
import type { CalledState } from './action-walk.ts';
import type { Decision } from './decision.ts';
import type { FunctionTable } from './extension-options.ts';
import type { GenerationSession } from './generation-session.ts';
import type { ExecutionStarted, HistoryEvent } from './history-event.ts';
import type { PlayedHistory } from './played-history.ts';

export interface TurnContext {
  readonly invoke: Invoke;
  readonly functions: FunctionTable;
  readonly defaultVersion: string | null;
  readonly newId: () => string;
  /** See DurableExtensionOptions. */
  readonly fast: boolean;
  /** See DurableExtensionOptions. */
  readonly onReplayMismatch: (error: Error) => void;
}

/** One generation as a turn finds it. */
export interface Generation {
  readonly instanceId: string;
  readonly parentInstanceId: string | null;
  readonly started: ExecutionStarted;
  readonly past: PlayedHistory;
  readonly fresh: readonly HistoryEvent[];
  /** Absent when this turn is the first of this engine, or not fast. */
  readonly session: GenerationSession | undefined;
}

/** What comes of a turn: the function's state, and the decisions that the engine takes from its actions. */
export interface Decided {
  readonly state: CalledState;
  readonly decisions: readonly Decision[];
  /** For the next turn. */
  readonly session: GenerationSession | undefined;
}
