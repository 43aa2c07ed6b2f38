/** What the API gives, as far as the page shows it. */
export interface Row {
  readonly callId: string;
  readonly state: string;
  readonly danger: 'none' | 'late' | 'failing' | 'overdue';
  readonly why: string;
  readonly tenantId?: string;
  readonly direction?: string;
  readonly subject?: string;
  readonly threadId?: string;
  readonly callChainId?: string;
  readonly scenarioId?: string;
  readonly firstSeenAt?: string;
  readonly establishedAt?: string;
  readonly lastKeepAliveAt?: string;
  readonly nextKeepAliveAt?: string;
  readonly deadlineAt?: string;
  readonly keepAlives: number;
  readonly consecutiveFailures: number;
  readonly endedAt?: string;
  readonly endReason?: string;
}

export interface Counters {
  readonly open: number;
  readonly late: number;
  readonly failing: number;
  readonly overdue: number;
  readonly ended?: number;
}

export interface CallList {
  readonly asOf: string;
  readonly maximumGapSeconds: number;
  readonly counters: Counters;
  readonly matched: number;
  readonly value: readonly Row[];
  readonly continuationToken?: string;
}

export interface Happening {
  readonly kind: 'firstSeen' | 'established' | 'keepAlive' | 'rescued' | 'ended' | 'cleanedUp';
  readonly at: string;
  readonly result?: string;
  readonly ms?: number;
  readonly requestId?: string;
}

export interface CallDetails {
  readonly callId: string;
  readonly why: string;
  readonly row: Row;
  readonly timeline: readonly Happening[];
}
