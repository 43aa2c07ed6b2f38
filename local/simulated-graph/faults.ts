import { z } from 'zod';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallState } from './call-life.ts';

const REQUEST_OPERATIONS = [
  'keepAlive',
  'createCall',
  'getCall',
  'listParticipants',
  'deleteCall',
  'answerCall',
  'metadata',
] as const;
export type RequestOperation = (typeof REQUEST_OPERATIONS)[number];

const target = {
  /** The only call it meets. Default: whichever call comes. */
  callId: z
    .string()
    .refine((text) => parseCallId(text) !== undefined, 'must be a GUID or 32 hex digits')
    .optional(),
  /** How often it strikes. */
  times: z.union([z.int().positive(), z.literal('always')]).default(1),
  /** Seconds of the clock, not divided by the time scale. */
  delaySeconds: z.number().positive().optional(),
};

const requestFaultSchema = z
  .strictObject({
    operation: z.enum(REQUEST_OPERATIONS),
    ...target,
    /** Answer with this error instead of doing what was asked. */
    status: z.int().min(400).max(599).optional(),
    errorCode: z.string().optional(),
    retryAfterSeconds: z.int().nonnegative().optional(),
    /** Close the connection without an answer; nothing is done. */
    reset: z.literal(true).optional(),
    /** Never answer; nothing is done. */
    hang: z.literal(true).optional(),
  })
  .refine((fault) => fault.status ?? fault.reset ?? fault.hang ?? fault.delaySeconds, {
    path: ['status'],
    error: 'say what goes wrong: status, reset, hang or delaySeconds',
  })
  .refine((fault) => fault.status !== undefined || (fault.errorCode ?? fault.retryAfterSeconds) === undefined, {
    path: ['status'],
    error: 'errorCode and retryAfterSeconds need a status',
  });

const notificationFaultSchema = z
  .strictObject({
    operation: z.literal('notification'),
    ...target,
    /** The only state whose notification it meets. Default: every one. */
    state: z.enum(['incoming', 'establishing', 'ringing', 'established', 'terminating', 'terminated']).optional(),
    lost: z.literal(true).optional(),
    doubled: z.literal(true).optional(),
  })
  .refine((fault) => fault.lost ?? fault.doubled ?? fault.delaySeconds, {
    path: ['lost'],
    error: 'say what goes wrong: lost, doubled or delaySeconds',
  });

/** One kind of misbehaviour, for as many times as it says. Of several that fit, the oldest strikes. */
export const faultSchema = z.discriminatedUnion('operation', [requestFaultSchema, notificationFaultSchema]);

export type FaultOptions = z.input<typeof faultSchema>;
export type RequestFault = z.output<typeof requestFaultSchema>;
export type NotificationFault = z.output<typeof notificationFaultSchema>;
export type Fault = (RequestFault | NotificationFault) & { readonly id: number; readonly struck: number };

/** The misbehaviour that was asked for and has not happened often enough yet. */
export function createFaults() {
  const faults: Array<{ id: number; struck: number; readonly fault: RequestFault | NotificationFault }> = [];
  let lastId = 0;

  const strike = (fits: (fault: RequestFault | NotificationFault) => boolean) => {
    const entry = faults.find(({ fault, struck }) => fits(fault) && (fault.times === 'always' || struck < fault.times));
    if (entry === undefined) return undefined;
    entry.struck += 1;
    return entry.fault;
  };

  return {
    /** Adds one. Errors: ZodError naming the field. */
    add(options: FaultOptions): Fault {
      const fault = faultSchema.parse(options);
      lastId += 1;
      faults.push({ id: lastId, struck: 0, fault });
      return { ...fault, id: lastId, struck: 0 };
    },
    list: (): readonly Fault[] => faults.map(({ id, struck, fault }) => ({ ...fault, id, struck })),
    clear(): void {
      faults.length = 0;
    },
    /** The fault that strikes this request, counted; undefined when it may pass. */
    strikeRequest(operation: RequestOperation, callId?: string): RequestFault | undefined {
      const fault = strike((candidate) => candidate.operation === operation && concerns(candidate, callId));
      return fault?.operation === 'notification' ? undefined : fault;
    },
    strikeNotification(callId: string, state: CallState): NotificationFault | undefined {
      const fault = strike(
        (candidate) =>
          candidate.operation === 'notification' &&
          concerns(candidate, callId) &&
          (candidate.state === undefined || candidate.state === state),
      );
      return fault?.operation === 'notification' ? fault : undefined;
    },
  };
}

export type Faults = ReturnType<typeof createFaults>;

function concerns(fault: RequestFault | NotificationFault, callId: string | undefined): boolean {
  return fault.callId === undefined || parseCallId(fault.callId) === callId;
}
