import type { KeyObject } from 'node:crypto';
import type { Clock } from '../../src/adapters/clock.ts';
import { createStoppableClock } from '../clock/stoppable-clock.ts';
import type { HttpMessageRequest } from '../http-message.ts';
import { createCallbackTokens } from './callback-tokens.ts';
import { createControl, type SimulatedGraphControl } from './control.ts';
import { createControlApi } from './control-api.ts';
import { createFaultAnswers } from './fault-answer.ts';
import { createFaults } from './faults.ts';
import { graphError, type SimulatedAnswer } from './graph-answer.ts';
import { createGraphApi, type MetKeepAlive } from './graph-api.ts';
import { createGuidSource } from './guid.ts';
import { type HttpListener, listenOnLoopback } from './http-listener.ts';
import type { KeepAliveLogEntry } from './keepalive-log.ts';
import { createMetadataApi } from './metadata-api.ts';
import { createNotificationSender, type DeliverNotification } from './notification-sender.ts';
import { postNotification } from './post-notification.ts';
import { createSimulatedCalls } from './simulated-calls.ts';

export interface SimulatedGraphOptions {
  readonly clock: Clock;
  /** The bot that the calls belong to: the `aud` of callback tokens. */
  readonly botAppId: string;
  readonly tenantId: string;
  /** Divides every duration of a call's life, the 45 minutes too; not those of faults and tokens. Default 1. */
  readonly timeScale?: number;
  /** Default: a POST over HTTP. */
  readonly deliver?: DeliverNotification;
  /** Numbers in [0, 1): the source of every id. Default: Math.random. */
  readonly random?: () => number;
  /** RSA private keys to use before any is generated, the first one now, the others at rotations. */
  readonly signingKeys?: readonly KeyObject[];
  /** One line for each thing that happens; never a token or a body. */
  readonly log?: (line: string) => void;
}

export interface SimulatedGraph extends SimulatedGraphControl {
  /** Answers a request to Graph, the metadata host or the control API, whatever its host name. */
  handle(request: HttpMessageRequest): Promise<SimulatedAnswer>;
  /** Serves `handle` on 127.0.0.1; port 0 = a free one. */
  listen(options: { readonly port: number }): Promise<HttpListener>;
  /** Cancels every timer and resets what hangs. Listeners are closed by their own `close`. */
  stop(): void;
}

/**
 * The part of Microsoft Graph and of the calling platform that this app meets: calls, their notifications, the keys
 * that sign them, and the rule that a call without a keepAlive for 45 minutes ends. It runs without sockets on any
 * clock, or over HTTP.
 */
export function createSimulatedGraph(options: SimulatedGraphOptions): SimulatedGraph {
  const { clock, stop } = createStoppableClock(options.clock);
  const { botAppId, tenantId, timeScale = 1, deliver = postNotification, log = () => {} } = options;
  const newGuid = createGuidSource(options.random ?? Math.random);
  const entries: KeepAliveLogEntry[] = [];
  const faults = createFaults();
  const faultAnswers = createFaultAnswers({ clock, faults });
  const tokens = createCallbackTokens({ ...options, clock });
  const sender = createNotificationSender({ clock, faults, tokens, newGuid, deliver, log });
  const calls = createSimulatedCalls({
    clock,
    timeScale,
    botAppId,
    tenantId,
    newGuid,
    onTransition: (call, transition) => {
      const { callId } = call.facts;
      entries.push({ kind: 'transition', callId, ...transition });
      log(`call ${callId}: ${transition.state}${transition.resultInfo ? ` ${resultOf(transition.resultInfo)}` : ''}`);
      sender.notify(call, transition);
    },
  });
  const onKeepAlive = createKeepAliveRecorder(clock, entries, log);
  const control = createControl({ calls, sender, faults, tokens, entries });
  const apis = [
    createGraphApi({ calls, faultAnswers, onKeepAlive }),
    createMetadataApi({ tokens, faultAnswers }),
    createControlApi(control),
  ];

  const handle = async (request: HttpMessageRequest): Promise<SimulatedAnswer> => {
    const requestId = newGuid();
    const clientRequestId = request.headers['client-request-id'] ?? requestId;
    const context = { nowMs: clock.nowMs(), requestId, clientRequestId };
    for (const api of apis) {
      const answer = await api(request, context);
      if (answer !== undefined) return answer;
    }
    return graphError(context, { status: 404, code: 'NotFound', message: 'The simulated Graph has no such path.' });
  };

  return {
    ...control,
    handle,
    listen: ({ port }) => listenOnLoopback(handle, port),
    stop() {
      stop();
      faultAnswers.stop();
    },
  };
}

function createKeepAliveRecorder(clock: Clock, entries: KeepAliveLogEntry[], log: (line: string) => void) {
  return ({ callId, call, status, lastSuccessAtMs, requestId }: MetKeepAlive): void => {
    const atMs = clock.nowMs();
    const sinceLastSuccessMs = lastSuccessAtMs === undefined ? undefined : atMs - lastSuccessAtMs;
    entries.push({
      kind: 'keepAlive',
      atMs,
      requestId,
      ...(callId === undefined ? {} : { callId }),
      ...(status === undefined ? {} : { status }),
      ...(sinceLastSuccessMs === undefined ? {} : { sinceLastSuccessMs }),
    });
    if (call !== undefined && sinceLastSuccessMs !== undefined) {
      const lateMs = Math.max(0, sinceLastSuccessMs - call.life.plan.keepAliveRecommendedMs);
      call.keepAlives.push({ atMs, status, requestId, sinceLastSuccessMs, lateMs });
    }
    log(`call ${callId ?? 'of no valid id'}: keepAlive ${status ?? 'without answer'}`);
  };
}

function resultOf({ code, subcode, message }: { code: number; subcode: number; message: string }): string {
  return `${code}/${subcode} ${message}`;
}
