const WORDS = /has to wait for (\d+) ms for its turn/;

/**
 * Other deliveries are under way: not a try that failed. An error, and not a result, because the release before takes every
 * result of the activity for a delivery.
 */
export class DeliveryPostponedError extends Error {
  readonly code = 'DeliveryPostponed';
  override readonly name = 'DeliveryPostponedError';

  constructor(postponedMs: number) {
    super(`The delivery of call.ended has to wait for ${postponedMs} ms for its turn; it is repeated then.`);
  }
}

/** How long to wait, from what an orchestrator gets for the error: a text that holds its message. Undefined: another error. */
export function parsePostponed(error: unknown): number | undefined {
  const found = WORDS.exec(error instanceof Error ? error.message : '')?.[1];
  return found === undefined ? undefined : Number(found);
}
