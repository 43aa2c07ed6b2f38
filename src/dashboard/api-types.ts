import type { CallCounters } from '../core/operator-views/call-page.ts';
import type { CallRow } from '../core/operator-views/call-row.ts';
import type { TimelineEntry } from '../core/operator-views/call-timeline.ts';

/** What the API gives, as far as the page shows it. */
export type Row = Omit<CallRow, 'callId'> & { readonly callId: string };

export type Counters = CallCounters;

export interface CallList {
  readonly asOf: string;
  readonly maximumGapSeconds: number;
  readonly counters: Counters;
  /** The call that was lost last, within a day. */
  readonly latestLoss?: { readonly callId: string; readonly at: string; readonly cause: string };
  readonly matched: number;
  /** Which of those the first row is, from 0. */
  readonly first: number;
  readonly value: readonly Row[];
  /** The engine could not be asked about the calls in trouble. */
  readonly engineProblem?: string;
  readonly previousToken?: string;
  readonly continuationToken?: string;
}

export interface Happening {
  readonly kind: TimelineEntry['kind'];
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
