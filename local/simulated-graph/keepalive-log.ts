import type { CallState, ResultInfo } from './call-life.ts';

/**
 * One line of the record that proves when each call lived and was kept alive. Instants in milliseconds since the Unix
 * epoch; a call's first transition is its start.
 */
export type KeepAliveLogEntry =
  | {
      readonly kind: 'keepAlive';
      readonly atMs: number;
      /** Absent for a request whose id is none. A call with no transition in the log was never known. */
      readonly callId?: string;
      /** Absent when the request got no answer. */
      readonly status?: number;
      readonly requestId: string;
      /** Since the last success before it, or the start of the call. Absent for an unknown call. */
      readonly sinceLastSuccessMs?: number;
    }
  | {
      readonly kind: 'transition';
      readonly atMs: number;
      readonly callId: string;
      readonly state: CallState;
      readonly resultInfo?: ResultInfo;
    };
