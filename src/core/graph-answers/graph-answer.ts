/** What is known of a request whether or not it was answered. Instants in ms since the epoch. */
export interface GraphRequestFacts {
  /** The `client-request-id` header of the last request sent. */
  readonly clientRequestId: string;
  /** The tenant whose token was used for the last request. */
  readonly tenantId: string;
  readonly sentAtMs: number;
  readonly durationMs: number;
}

/** Graph gave an HTTP answer; the texts are bounded and safe to log. */
export interface GraphAnswered extends GraphRequestFacts {
  readonly kind: 'answered';
  readonly status: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
  /** Graph's `Date` header. */
  readonly date?: string;
  /** Of a good answer to GET, when it could be read; for nobody's log. */
  readonly body?: string;
}

/** No HTTP answer; `detail` is a short stable code such as `requestTimeout`, `ECONNRESET` or `AADSTS7000215`. */
export interface GraphFailed extends GraphRequestFacts {
  readonly kind: 'failed';
  readonly reason: 'timeout' | 'network' | 'credential';
  readonly detail: string;
}

export type GraphAnswer = GraphAnswered | GraphFailed;
