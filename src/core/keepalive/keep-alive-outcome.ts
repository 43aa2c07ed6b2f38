/** What every attempt tells about itself. Instants in ms since the epoch; `tenantId` is the tenant whose token was used. */
export interface KeepAliveAttempt {
  readonly sentAtMs: number;
  readonly durationMs: number;
  readonly clientRequestId: string;
  readonly tenantId: string;
  /** Graph's own `request-id`, when Graph answered with one. */
  readonly requestId?: string;
}

/**
 * What one keepAlive found out.
 *
 * Shape: `alive` the clock is reset · `gone` the call has ended · `unclear` a 404 that does not speak of the call ·
 * `denied` Graph refuses this app or token, waiting does not help · `retry` anything else, `afterMs` when Graph named a delay.
 */
export type KeepAliveOutcome =
  | (KeepAliveAttempt & { readonly kind: 'alive' })
  | (KeepAliveAttempt & { readonly kind: 'gone' })
  | (KeepAliveAttempt & { readonly kind: 'unclear' })
  | (KeepAliveAttempt & { readonly kind: 'denied'; readonly code: string; readonly reason: string })
  | (KeepAliveAttempt & { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number });

/**
 * The part of it that the activity returns: plain JSON, which lies in the durable history and is read again in every later
 * turn of the generation. `clientRequestId` not of a success, which Graph's own `requestId` names better; `tenantId` not
 * when it is the home tenant, of which the orchestration knows (a release that reads no tenant then asks the home tenant
 * too).
 */
export type RememberedOutcome = KeepAliveOutcome extends infer Outcome
  ? Outcome extends KeepAliveOutcome
    ? Omit<Outcome, 'clientRequestId' | 'tenantId'> &
        Partial<Pick<Outcome, 'clientRequestId' | 'tenantId'>> &
        KnownSuccess
    : never
  : never;

/** What the call's record says: a success that somebody else obtained, and that this loop does not know. */
export interface KnownSuccess {
  readonly lastSuccessAtMs?: number;
}

/** Shape: what was found out, the tenant it was asked for with, the home tenant → what to remember.  Errors: none. */
export function toRemembered(
  outcome: KeepAliveOutcome,
  knownTenantId: string | undefined,
  homeTenantId: string,
): RememberedOutcome {
  const { clientRequestId, tenantId, ...facts } = outcome;
  const isNoNews = tenantId === knownTenantId && tenantId === homeTenantId;
  return {
    ...facts,
    ...(outcome.kind === 'alive' ? {} : { clientRequestId }),
    ...(isNoNews ? {} : { tenantId }),
  };
}

const UNCLEAR_TEXT = 'unclear: 404 without "call not found"';

export function isUnclearText(outcomeText: string): boolean {
  return outcomeText === UNCLEAR_TEXT;
}

/** The outcome in a few words: its kind, or why it failed. */
export function toOutcomeText(outcome: RememberedOutcome): string {
  switch (outcome.kind) {
    case 'alive':
    case 'gone':
      return outcome.kind;
    case 'unclear':
      return UNCLEAR_TEXT;
    case 'denied':
      return `denied: ${outcome.code}`;
    case 'retry':
      return outcome.reason;
  }
}
