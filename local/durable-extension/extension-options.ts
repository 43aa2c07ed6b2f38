import type { Clock } from '../../src/adapters/clock.ts';
import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { Invoke } from '../functions-host/invocation.ts';
import type { HubFaults } from './hub/hub-faults.ts';
import type { HubStore } from './hub/hub-store.ts';

export interface ExtensionLog {
  readonly level: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly instanceId?: string;
}

export interface DurableExtensionOptions {
  /** With a virtual clock, all work of the extension is tracked, so that time stands still during it. */
  readonly clock: Clock & Partial<Pick<VirtualClock, 'track'>>;
  readonly store: HubStore;
  readonly invoke: Invoke;
  readonly orchestrators: readonly string[];
  readonly activities: readonly string[];
  readonly hubName: string;
  /** `extensions.durableTask.defaultVersion` of host.json. */
  readonly defaultVersion?: string;
  /** Which extension to play. Default '3.19'. */
  readonly extensionVersion?: '3.19' | '2.13';
  /** The `durabletask_extension` system key; goes into links. Without it links carry no `code`. */
  readonly systemKey?: string;
  readonly faults?: HubFaults;
  /** Default: no limit. */
  readonly maxConcurrentActivities?: number;
  /** Default: no limit. */
  readonly maxConcurrentOrchestrators?: number;
  /** How long a turn or an activity waits to be run again after its worker was lost. Default 60,000. */
  readonly redeliveryDelayMs?: number;
  /** Makes execution ids and missing instance ids: 32 hex digits. Default: random. */
  readonly newId?: () => string;
  readonly log?: (entry: ExtensionLog) => void;
}

/** The functions of the app, as .NET sees them. */
export interface FunctionTable {
  isActivity(name: string): boolean;
  isOrchestrator(name: string): boolean;
  /** Source: Azure/azure-functions-durable-extension, DurableTaskExtension.cs, GetInvalid…FunctionMessage. */
  describeUnknown(name: string, type: 'activity' | 'orchestrator'): string;
}

function toLookup(known: readonly string[]): {
  readonly has: (name: string) => boolean;
  readonly known: readonly string[];
} {
  const lowerCase = new Set(known.map((name) => name.toLowerCase()));
  return { has: (name) => lowerCase.has(name.toLowerCase()), known };
}

export function createFunctionTable(
  options: Pick<DurableExtensionOptions, 'orchestrators' | 'activities'>,
): FunctionTable {
  const activity = toLookup(options.activities);
  const orchestrator = toLookup(options.orchestrators);
  return {
    isActivity: activity.has,
    isOrchestrator: orchestrator.has,
    describeUnknown(name, type) {
      const { known } = type === 'activity' ? activity : orchestrator;
      const info =
        known.length === 0
          ? `No ${type} functions are currently registered!`
          : `The following are the known ${type} functions: '${known.join("', '")}'.`;
      return `The function '${name}' doesn't exist, is disabled, or is not an ${type} function. Additional info: ${info}`;
    },
  };
}
