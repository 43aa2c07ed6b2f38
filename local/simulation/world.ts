import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import type { Random } from '../random.ts';
import type { SimulatedGraph } from '../simulated-graph/simulated-graph.ts';
import type { Journal } from './journal.ts';
import type { SimulationPlan } from './plan.ts';
import type { WatchedHub } from './watched-hub.ts';
import type { WatchedTable } from './watched-table.ts';

/** What outlives every host: time, Graph, the table, the task hub, and the record of what happened. */
export interface World {
  readonly plan: SimulationPlan;
  readonly clock: VirtualClock;
  readonly graph: SimulatedGraph;
  readonly table: WatchedTable;
  readonly hub: WatchedHub;
  readonly journal: Journal;
  readonly machines: Machine[];
  /** Calls of whose notifications none comes here. */
  readonly unheard: Set<string>;
  /** Calls that the other party leaves during a try of their orchestration's generation: the try of this number. */
  readonly endings: Map<string, number>;
  faultsAreOn(): boolean;
  /** Resolves that much later. */
  pause(ms: number): Promise<void>;
  /** The id in the one form that the journal uses. */
  canonical(callId: string): string;
}

/** One running host process. */
export interface Machine {
  /** Names this process: a restart has another name. */
  readonly name: string;
  readonly isAlive: boolean;
  /** Never resolves once the process is dead: what would come back to it is lost. */
  stillThere(): Promise<void>;
  /** A request from outside; undefined when the process died before it answered. */
  http(request: HttpMessageRequest): Promise<HttpMessageResponse | undefined>;
  /** The engine's management API. */
  durable(request: HttpMessageRequest): Promise<HttpMessageResponse>;
  /** Ends like a killed process; another one takes its place later. */
  crash(when: string, random: Random): void;
  /** Runs an orchestrator over a history, as the worker would. */
  replay(functionName: string, input: string): Promise<unknown>;
  setClockError(ms: number): void;
}
