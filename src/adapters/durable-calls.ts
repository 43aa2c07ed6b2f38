import type { DurableClient } from 'durable-functions';
import { type CallId, toInstanceId } from '../core/call-id.ts';
import { CALL_ENDED_EVENT, ORCHESTRATOR_NAME } from '../core/durable-names.ts';
import type { CallEnded, KeepaliveState } from '../core/keepalive-state.ts';
import type { Clock } from './clock.ts';

/** The durable instance of one call, as the status API tells it. */
export interface CallInstance {
  readonly instanceId: string;
  readonly runtimeStatus: string;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
  readonly customStatus: unknown;
  readonly output: unknown;
}

/** What the app asks of the durable engine, one call at a time. Every method throws a DurableCallsError when it fails. */
export interface DurableCalls {
  /** Starts the call's orchestration; one that is there already is as good. */
  start(callId: CallId, input: KeepaliveState): Promise<'started' | 'running'>;
  /** Tells the call's orchestration that the call ended; nobody there to hear it is fine. */
  raiseCallEnded(callId: CallId, ended: CallEnded): Promise<void>;
  /** The call's instance, or undefined when there is none. */
  status(callId: CallId): Promise<CallInstance | undefined>;
}

/** The engine did not take an order. Never carries the engine's own text: it holds stack traces. */
export class DurableCallsError extends Error {
  constructor(operation: string, callId: CallId, problem: string) {
    super(
      `The durable engine did not ${operation} for call ${callId}: ${problem}. ` +
        'Check AzureWebJobsStorage and the Durable extension in the host log; the request may be repeated.',
    );
    this.name = 'DurableCallsError';
  }
}

const LIVE: ReadonlySet<string> = new Set(['Pending', 'Running', 'ContinuedAsNew', 'Suspended']);
const TIMEOUT_MS = 10_000;

/** True while the instance can still do something. */
export function isLive(instance: Pick<CallInstance, 'runtimeStatus'> | undefined): boolean {
  return instance !== undefined && LIVE.has(instance.runtimeStatus);
}

/**
 * Wraps the durable client of one invocation.
 *
 * Effects: one request to the extension per method, `start` and `raiseCallEnded` a status request more after a refusal.
 * Source: durable-functions 3.5.0 `DurableClient`; a live id is refused with 409 (extension 3.x) or 500 (2.x), an
 * unknown one with the texts matched below; an ended one resolves silently on raiseEvent.
 */
export function createDurableCalls(client: DurableClient, clock: Clock): DurableCalls {
  const status = async (callId: CallId): Promise<CallInstance | undefined> => {
    try {
      return toCallInstance(await withinTimeout(clock, client.getStatus(toInstanceId(callId), { showInput: false })));
    } catch (error) {
      if (saysUnknownInstance(error)) return undefined;
      throw new DurableCallsError('tell the status', callId, problemOf(error));
    }
  };
  return {
    status,
    async start(callId, input) {
      try {
        await withinTimeout(clock, client.startNew(ORCHESTRATOR_NAME, { instanceId: toInstanceId(callId), input }));
        return 'started';
      } catch (error) {
        if (isLive(await status(callId))) return 'running';
        throw new DurableCallsError('start the orchestration', callId, problemOf(error));
      }
    },
    async raiseCallEnded(callId, ended) {
      try {
        await withinTimeout(clock, client.raiseEvent(toInstanceId(callId), CALL_ENDED_EVENT, ended));
      } catch (error) {
        if (saysUnknownInstance(error)) return;
        if (!isLive(await status(callId))) return;
        throw new DurableCallsError('take the event callEnded', callId, problemOf(error));
      }
    },
  };
}

function saysUnknownInstance(error: unknown): boolean {
  return error instanceof Error && /HTTP 404|No instance with ID/.test(error.message);
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error.name === 'TimeoutError') return error.message;
  const status = /status code: (\d{3})/.exec(error.message)?.[1];
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return status === undefined ? code : `HTTP ${status}`;
}

function toCallInstance(status: Awaited<ReturnType<DurableClient['getStatus']>>): CallInstance {
  const { instanceId, runtimeStatus, createdTime, lastUpdatedTime, customStatus, output } = status;
  return {
    instanceId,
    runtimeStatus: String(runtimeStatus),
    createdTime: new Date(createdTime).toISOString(),
    lastUpdatedTime: new Date(lastUpdatedTime).toISOString(),
    customStatus: customStatus ?? null,
    output: output ?? null,
  };
}

/** The durable client has no time-out of its own. */
async function withinTimeout<T>(clock: Clock, work: Promise<T>): Promise<T> {
  let cancel = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.after(TIMEOUT_MS, () =>
      reject(new DOMException(`no answer within ${TIMEOUT_MS} ms`, 'TimeoutError')),
    );
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    cancel();
  }
}
