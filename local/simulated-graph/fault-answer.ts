import type { Clock } from '../../src/adapters/clock.ts';
import type { Faults, RequestFault, RequestOperation } from './faults.ts';
import { graphError, type RequestContext, type SimulatedAnswer } from './graph-answer.ts';

/** What Graph sends with a status when the fault names no code of its own. */
const USUAL_ERRORS: Readonly<Record<number, { readonly code: string; readonly message: string }>> = {
  401: { code: 'InvalidAuthenticationToken', message: 'Access token has expired or is not yet valid.' },
  403: { code: '7504', message: 'Insufficient enterprise tenant permissions, cannot access this API.' },
  404: { code: '8522', message: 'Call not found.' },
  429: { code: 'TooManyRequests', message: 'Too many requests.' },
  503: { code: 'ServiceUnavailable', message: 'Service unavailable.' },
  504: { code: 'GatewayTimeout', message: 'Gateway timeout.' },
};
const OTHER_MESSAGES: Readonly<Record<string, string>> = {
  '7505': 'Request authorization tenant mismatch.',
};

/** Lets the faults meet requests: each gets a wait, an error, a reset, no answer ever, or nothing at all. */
export function createFaultAnswers(deps: { readonly clock: Clock; readonly faults: Faults }) {
  const hanging = new Set<() => void>();

  return {
    /** Resolves with what the request gets instead of its answer; undefined = go on. */
    async meet(
      operation: RequestOperation,
      callId: string | undefined,
      context: RequestContext,
    ): Promise<SimulatedAnswer | undefined> {
      const fault = deps.faults.strikeRequest(operation, callId);
      if (fault === undefined) return undefined;
      if (fault.delaySeconds !== undefined) await waitMs(deps.clock, fault.delaySeconds * 1_000);
      if (fault.hang) await new Promise<void>((resolve) => hanging.add(resolve));
      if (fault.hang || fault.reset) return { kind: 'reset' };
      return fault.status === undefined ? undefined : errorOf(fault, fault.status, context);
    },
    /** Resets what hangs. */
    stop(): void {
      for (const release of hanging) release();
      hanging.clear();
    },
  };
}

export type FaultAnswers = ReturnType<typeof createFaultAnswers>;

function errorOf(fault: RequestFault, status: number, context: RequestContext): SimulatedAnswer {
  const usual = USUAL_ERRORS[status] ?? { code: 'UnknownError', message: 'Simulated fault.' };
  const code = fault.errorCode ?? usual.code;
  const message = code === usual.code ? usual.message : (OTHER_MESSAGES[code] ?? 'Simulated fault.');
  const headers: Record<string, string> =
    fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
  return graphError(context, { status, code, message }, headers);
}

function waitMs(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
