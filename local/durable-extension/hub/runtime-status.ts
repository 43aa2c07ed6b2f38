/**
 * Status of an orchestration instance, with the number that Durable Task gives it.
 *
 * Source: Azure/durabletask, src/DurableTask.Core/OrchestrationStatus.cs.
 */
export const runtimeStatusNumbers = {
  Running: 0,
  Completed: 1,
  ContinuedAsNew: 2,
  Failed: 3,
  Canceled: 4,
  Terminated: 5,
  Pending: 6,
  Suspended: 7,
} as const;

export type RuntimeStatus = keyof typeof runtimeStatusNumbers;

/** The statuses that an instance never leaves by itself. */
export function isEnded(status: RuntimeStatus): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Terminated' || status === 'Canceled';
}

/** A name (exact case) or number to a status, as .NET's Enum.TryParse does for the HTTP API. */
export function parseRuntimeStatus(text: string): RuntimeStatus | undefined {
  for (const [name, number] of Object.entries(runtimeStatusNumbers)) {
    if (text === name || text === String(number)) return Object.keys(runtimeStatusNumbers).find(isName(name));
  }
  return undefined;
}

function isName(name: string): (candidate: string) => candidate is RuntimeStatus {
  return (candidate): candidate is RuntimeStatus => candidate === name;
}
