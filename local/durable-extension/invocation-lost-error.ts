/**
 * The worker went away in the middle of a call (crash, time-out, host stop): nobody knows what it did.
 *
 * When the extension's `invoke` rejects with it, the orchestrator turn or the activity is run again later, as the real
 * extension does after a SessionAbortedException; every other rejection is the function's own failure.
 */
export class InvocationLostError extends Error {
  readonly code = 'InvocationLost';
  override readonly name = 'InvocationLostError';
}
