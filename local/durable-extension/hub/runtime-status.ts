/**
 * The statuses of an orchestration instance, each at the number that Durable Task gives it.
 *
 * Source: Azure/durabletask, src/DurableTask.Core/OrchestrationStatus.cs.
 */
export const RUNTIME_STATUSES = [
  'Running',
  'Completed',
  'ContinuedAsNew',
  'Failed',
  'Canceled',
  'Terminated',
  'Pending',
  'Suspended',
] as const;

export type RuntimeStatus = (typeof RUNTIME_STATUSES)[number];

/** The statuses that an instance never leaves by itself. */
export function isEnded(status: RuntimeStatus): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Terminated' || status === 'Canceled';
}

/** A name (exact case) or number to a status, as .NET's Enum.TryParse does for the HTTP API. */
export function parseRuntimeStatus(text: string): RuntimeStatus | undefined {
  return RUNTIME_STATUSES.find((name, number) => text === name || text === String(number));
}
