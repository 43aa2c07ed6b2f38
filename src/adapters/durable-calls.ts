import { type DurableClient, OrchestrationRuntimeStatus } from 'durable-functions';
import { type CallId, callIdOfInstance, toInstanceId, toInstancePrefix } from '../core/call-record/call-id.ts';
import { CALL_ENDED_EVENT, ORCHESTRATOR_NAME } from '../core/keepalive/durable-names.ts';
import type { CallEnded, KeepaliveState } from '../core/keepalive/keepalive-state.ts';
import type { EngineStore } from '../core/operator-views/engine-store.ts';
import { type Clock, timeoutSignal, unlessAborted } from './clock.ts';
import type { ReadInstancePage } from './instance-pages.ts';

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
  /**
   * Tells the call's orchestration that the call ended; nobody there to hear it is fine. One that may be just beginning
   * (`isYoung`) is waited for, 8 s at most.
   */
  raiseCallEnded(callId: CallId, ended: CallEnded, isYoung: boolean): Promise<void>;
  /** The call's instance, or undefined when there is none. */
  status(callId: CallId): Promise<CallInstance | undefined>;
}

/** What the app asks besides, to keep the engine's hub in order. */
export interface DurableHub extends DurableCalls {
  /**
   * One page of the instances that can still do something, of the calls whose id begins so. A page that fails is asked
   * for again, three times in all; one may be empty and not the last.
   */
  livePage(idPrefix: string, continuationToken: string | undefined): Promise<LivePage>;
  /** What the call's orchestration was started, or continued as new, with; undefined when there is no instance. */
  input(callId: CallId): Promise<unknown>;
  /** Ends the orchestration without its clean-up. `reason` goes into a URL as it is: letters, digits, dashes. */
  terminate(callId: CallId, reason: string): Promise<void>;
  /** Forgets the finished instances created in this time. Returns how many. */
  purgeFinished(created: { readonly fromMs: number; readonly toMs: number }): Promise<number>;
}

export interface LiveInstance extends CallInstance {
  readonly callId: CallId;
}

export interface LivePage {
  readonly instances: readonly LiveInstance[];
  /** Of the next page; absent: this is the last. */
  readonly continuationToken?: string | undefined;
}

export interface DurableCallsOptions {
  readonly pause?: (ms: number) => Promise<void>;
  readonly store?: EngineStore;
  /** Default: none, and then no pages. */
  readonly readPage?: ReadInstancePage;
}

/** The engine did not take an order. Never carries the engine's own text: it holds stack traces. */
export class DurableCallsError extends Error {
  constructor(operation: string, callId: CallId | undefined, problem: string, store: EngineStore) {
    super(
      `The durable engine did not ${operation}${callId === undefined ? '' : ` for call ${callId}`}: ${problem}. ` +
        `Check ${store} and the Durable extension in the host log; the request may be repeated.`,
    );
    this.name = 'DurableCallsError';
  }
}

const LIVE_STATUSES = [
  OrchestrationRuntimeStatus.Pending,
  OrchestrationRuntimeStatus.Running,
  OrchestrationRuntimeStatus.ContinuedAsNew,
  OrchestrationRuntimeStatus.Suspended,
];
/** Named one by one: extension 2.13.7 also purges an instance that runs, if it is asked to. */
const FINISHED_STATUSES = [
  OrchestrationRuntimeStatus.Completed,
  OrchestrationRuntimeStatus.Failed,
  OrchestrationRuntimeStatus.Terminated,
];
const TIMEOUT_MS = 10_000;
const LOOKS_AT_START = 8;
const BETWEEN_LOOKS_MS = 1_000;
/** For requests that concern many instances. */
const LONG_TIMEOUT_MS = 60_000;
const PAGE_SIZE = 1_000;
const PAGE_TRIES = 3;

/** True while the instance can still do something. */
function isLive(instance: Pick<CallInstance, 'runtimeStatus'> | undefined): boolean {
  return instance !== undefined && LIVE_STATUSES.some((status) => status === instance.runtimeStatus);
}

/**
 * Wraps the durable client of one invocation, which is made when the engine is asked: most invocations ask it nothing.
 *
 * Effects: one request to the extension per method, `start`, `raiseCallEnded` and `terminate` a status request more
 * after a refusal, `raiseCallEnded` up to 8 before for a young instance.
 * Source: durable-functions 3.5.0 `DurableClient`; a live id is refused with 409 (extension 3.x) or 500 (2.x), an
 * unknown one with the texts matched below; an ended one resolves silently on raiseEvent.
 */
export function createDurableCalls(
  client: () => DurableClient,
  clock: Clock,
  options: DurableCallsOptions = {},
): DurableHub {
  const { store = 'AzureWebJobsStorage', readPage = () => Promise.reject(new Error('no reader of pages')) } = options;
  const { pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve)) } = options;
  const failure = (operation: string, callId: CallId | undefined, error: unknown) =>
    new DurableCallsError(operation, callId, problemOf(error), store);
  const status = async (callId: CallId): Promise<CallInstance | undefined> => {
    try {
      return toCallInstance(await withinTimeout(clock, client().getStatus(toInstanceId(callId), { showInput: false })));
    } catch (error) {
      if (saysUnknownInstance(error)) return undefined;
      throw failure('tell the status', callId, error);
    }
  };
  /**
   * The extension answers 202 for an event to an instance that is Pending, and discards it when it fetches the event first:
   * the start message may be put back for some seconds. An instance that is Running has its history.
   * Source: Azure/durabletask, OrchestrationSessionManager.cs, DedupeExecutionStartedMessagesAsync.
   */
  const untilStarted = async (callId: CallId): Promise<void> => {
    for (let look = 0; look < LOOKS_AT_START; look++) {
      const instance = await status(callId).catch(() => undefined);
      if (instance?.runtimeStatus !== OrchestrationRuntimeStatus.Pending) return;
      await pause(BETWEEN_LOOKS_MS);
    }
  };
  return {
    status,
    async start(callId, input) {
      try {
        await withinTimeout(clock, client().startNew(ORCHESTRATOR_NAME, { instanceId: toInstanceId(callId), input }));
        return 'started';
      } catch (error) {
        // A refusal of a live id is success, even when that instance has ended by the time its status comes.
        if (isLive(await status(callId)) || saysLiveInstance(error)) return 'running';
        throw failure('start the orchestration', callId, error);
      }
    },
    async raiseCallEnded(callId, ended, isYoung) {
      if (isYoung) await untilStarted(callId);
      try {
        await withinTimeout(clock, client().raiseEvent(toInstanceId(callId), CALL_ENDED_EVENT, ended));
      } catch (error) {
        if (saysUnknownInstance(error)) return;
        if (!isLive(await status(callId))) return;
        throw failure('take the event callEnded', callId, error);
      }
    },
    async livePage(idPrefix, continuationToken) {
      const query = `?instanceIdPrefix=${toInstancePrefix(idPrefix)}&runtimeStatus=${LIVE_STATUSES.join(',')}&showInput=false&top=${PAGE_SIZE}`;
      for (let tries = 1; ; tries++) {
        const { signal, dispose } = timeoutSignal(clock, TIMEOUT_MS);
        try {
          const page = await unlessAborted(readPage(query, continuationToken, signal), signal);
          if (page.status !== 200) throw new Error(`status code: ${page.status}`);
          return { instances: parsePage(page.body), continuationToken: page.continuationToken };
        } catch (error) {
          if (tries >= PAGE_TRIES) throw failure('list the running orchestrations', undefined, error);
        } finally {
          dispose();
        }
        await pause(BETWEEN_LOOKS_MS);
      }
    },
    async input(callId) {
      try {
        const { input } = await withinTimeout(clock, client().getStatus(toInstanceId(callId), { showInput: true }));
        return input;
      } catch (error) {
        if (saysUnknownInstance(error)) return undefined;
        throw failure('tell the input', callId, error);
      }
    },
    async terminate(callId, reason) {
      try {
        await withinTimeout(clock, client().terminate(toInstanceId(callId), reason));
      } catch (error) {
        if (saysUnknownInstance(error)) return;
        if (!isLive(await status(callId))) return;
        throw failure('terminate the orchestration', callId, error);
      }
    },
    async purgeFinished({ fromMs, toMs }) {
      const created = { createdTimeFrom: new Date(fromMs), createdTimeTo: new Date(toMs) };
      try {
        const purge = client().purgeInstanceHistoryBy({ ...created, runtimeStatus: FINISHED_STATUSES });
        return (await withinTimeout(clock, purge, LONG_TIMEOUT_MS)).instancesDeleted;
      } catch (error) {
        throw failure('purge finished orchestrations', undefined, error);
      }
    },
  };
}

function saysLiveInstance(error: unknown): boolean {
  return error instanceof Error && /status code: 409|already exists/.test(error.message);
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

/** Source: the answer of `GET instances`, https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api */
function parsePage(body: string): readonly LiveInstance[] {
  const instances: unknown = JSON.parse(body);
  if (!Array.isArray(instances)) throw new Error('the page is no list');
  return instances.flatMap((instance) => toLiveInstance(toCallInstance(instance)) ?? []);
}

/** Undefined when the instance is none of a call: the hub may hold others. */
function toLiveInstance(instance: CallInstance): LiveInstance | undefined {
  const callId = callIdOfInstance(instance.instanceId);
  return callId === undefined || toInstanceId(callId) !== instance.instanceId ? undefined : { ...instance, callId };
}

/** The durable client has no time-out of its own. */
async function withinTimeout<T>(clock: Clock, work: Promise<T>, timeoutMs = TIMEOUT_MS): Promise<T> {
  const { signal, dispose } = timeoutSignal(clock, timeoutMs);
  try {
    return await unlessAborted(work, signal);
  } finally {
    dispose();
  }
}
