import { randomUUID } from 'node:crypto';
import type { HttpMessageRequest, HttpMessageResponse } from '../http-message.ts';
import { buildClientBinding, type ClientBindingOptions } from './client-binding.ts';
import { runActivity } from './dispatch/activity-run.ts';
import { type BatchOutcome, createControlDispatcher } from './dispatch/control-dispatcher.ts';
import { reconcileMessages } from './dispatch/reconcile-messages.ts';
import { createWorkDispatcher } from './dispatch/work-dispatcher.ts';
import { createFunctionTable, type DurableExtensionOptions } from './extension-options.ts';
import { EventType } from './hub/history-event.ts';
import { createHubSession, EngineKilledError } from './hub/hub-session.ts';
import { HubConflictError, type HubMessage } from './hub/hub-store.ts';
import { toPendingRow } from './hub/instance-row.ts';
import { InvocationLostError } from './invocation-lost-error.ts';
import { createManagementApi } from './management-api/management-api.ts';
import { runOrchestratorTurn } from './replay/orchestrator-turn.ts';

/** One running extension: delivers messages to orchestrators and activities, and serves the management HTTP API. */
export interface DurableExtension {
  /** Loads what is undelivered and goes on with it. */
  start(): Promise<void>;
  /** Lets what runs come to its end, delivers nothing more. */
  stop(): Promise<void>;
  /** Ends like a killed process. What it had in hand stays claimed for `keepClaimsForMs` (default 0). */
  kill(keepClaimsForMs?: number): void;
  /** Serves `/runtime/webhooks/durabletask/…` and `/durabletask/…`. Keys are the caller's business. */
  handle(request: HttpMessageRequest): Promise<HttpMessageResponse>;
  /** The JSON text that a `durableClient` input gets. */
  clientBinding(options: ClientBindingOptions): string;
  /** Turns and activities that run or could run now; 0 = nothing happens until a timer fires or a request comes. */
  pendingCount(): number;
}

const defaultRedeliveryDelayMs = 60_000;

/**
 * Plays Microsoft.Azure.WebJobs.Extensions.DurableTask (Azure Storage provider) for the real durable-functions package.
 *
 * It copies semantics, not delays: messages are delivered at once unless `faults` says otherwise.
 */
export function createDurableExtension(options: DurableExtensionOptions): DurableExtension {
  const { clock, store, log } = options;
  const faults = options.faults ?? {};
  const newId = options.newId ?? (() => randomUUID().replaceAll('-', ''));
  const functions = createFunctionTable(options);
  const session = createHubSession({ store, owner: newId(), clock, faults });
  const retryAfterMs = options.redeliveryDelayMs ?? defaultRedeliveryDelayMs;
  const inHand = new Set<Promise<unknown>>();
  const { invoke, defaultVersion = null } = options;
  const turnContext = { invoke, functions, defaultVersion, newId };

  function track<T>(work: Promise<T>): Promise<T> {
    inHand.add(work);
    const done = () => void inHand.delete(work);
    work.then(done, done);
    return clock.track === undefined ? work : clock.track(work);
  }

  /** What to do after a failure of a turn or an activity that is not the app's own. */
  function afterError(thrown: unknown, instanceId: string, what: string): BatchOutcome {
    if (thrown instanceof EngineKilledError || !session.isAlive) return 'done';
    if (thrown instanceof HubConflictError) return { retryAfterMs: 0 };
    const reason = thrown instanceof InvocationLostError ? 'its worker was lost' : String(thrown);
    log?.({ level: 'warning', instanceId, message: `${what} is run again in ${retryAfterMs} ms: ${reason}` });
    return { retryAfterMs };
  }

  async function turn(instanceId: string, batch: readonly HubMessage[]): Promise<void> {
    const before = await store.readInstance(instanceId);
    const consume = batch.map(({ sequence }) => sequence);
    const reconciled = reconcileMessages(before, batch);
    if (reconciled.kind === 'discard') {
      log?.({ level: 'information', instanceId, message: `${batch.length} message(s) for no live instance discarded` });
      return session.commit({ consume });
    }
    const { started, events } = reconciled;
    const row = before ?? (started === undefined ? undefined : toPendingRow(started, 0));
    if (row === undefined) return;
    const past = started === undefined ? await store.readHistory(instanceId) : [];
    const result = await runOrchestratorTurn(turnContext, { row, past, events, nowMs: clock.nowMs() });
    const expectedRevision = before?.revision ?? 0;
    const after = { ...result.row, revision: expectedRevision + 1 };
    const kind = result.isNewGeneration ? 'replace' : 'append';
    await session.commit({
      instances: [{ row: after, expectedRevision, history: { kind, entries: result.entries } }],
      consume,
      send: result.send,
    });
  }

  async function runBatch(instanceId: string, batch: readonly HubMessage[]): Promise<BatchOutcome> {
    try {
      await turn(instanceId, batch);
      return 'done';
    } catch (thrown) {
      return afterError(thrown, instanceId, 'the turn');
    }
  }

  async function deliver(workItem: HubMessage, isLast: boolean): Promise<void> {
    if (workItem.event.EventType !== EventType.TaskScheduled) return session.commit({ consume: [workItem.sequence] });
    const context = { invoke, functions, nowMs: clock.nowMs };
    const event = await runActivity(context, workItem.event);
    const { instanceId, executionId } = workItem;
    await session.commit({
      consume: isLast ? [workItem.sequence] : [],
      send: [{ queue: 'control', instanceId, executionId, visibleAtMs: clock.nowMs(), event }],
    });
  }

  async function runItem(workItem: HubMessage): Promise<BatchOutcome> {
    try {
      if (faults.runActivityTwice?.(workItem) === true) await deliver(workItem, false);
      await deliver(workItem, true);
      return 'done';
    } catch (thrown) {
      return afterError(thrown, workItem.instanceId, 'the activity');
    }
  }

  const control = createControlDispatcher({
    clock,
    session,
    maxConcurrent: options.maxConcurrentOrchestrators ?? Number.POSITIVE_INFINITY,
    runBatch: (instanceId, batch) => track(runBatch(instanceId, batch)),
  });
  const work = createWorkDispatcher({
    clock,
    session,
    maxConcurrent: options.maxConcurrentActivities ?? Number.POSITIVE_INFINITY,
    runItem: (workItem) => track(runItem(workItem)),
  });
  const api = createManagementApi({ options, session, functions, newId });
  let unwatch: (() => void) | undefined;

  function endDispatch(): void {
    unwatch?.();
    control.stop();
    work.stop();
  }
  session.onKill(endDispatch);

  return {
    async start() {
      const added = await store.load();
      unwatch = store.watch((notice) => {
        control.onNotice(notice);
        work.onNotice(notice);
      });
      const notice = { added, removed: [], claimsReleased: false };
      control.onNotice(notice);
      work.onNotice(notice);
    },
    async stop() {
      endDispatch();
      await Promise.allSettled([...inHand]);
      store.releaseAll(session.owner);
    },
    kill: session.kill,
    handle: (request) => track(api(request)),
    clientBinding: (binding) => buildClientBinding({ hubName: options.hubName, ...binding }),
    pendingCount: () => control.pendingCount() + work.pendingCount(),
  };
}
