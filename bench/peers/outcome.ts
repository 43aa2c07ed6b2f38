import type { Candidate } from './candidate.ts';
import type { KillResult } from './kills.ts';
import type { Measurement, OpenCalls } from './measure.ts';

/** What was measured of one candidate so far. */
export interface Outcome {
  readonly candidate: Candidate;
  readonly version: string;
  readonly rounds: Measurement[];
  open?: OpenCalls;
  kills?: KillResult;
  /** Why there is no figure. */
  failure?: string;
}
