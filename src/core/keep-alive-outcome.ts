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
 * What one keepAlive activity found out: plain JSON, so it can lie in a durable history.
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
