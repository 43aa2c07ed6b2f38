import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import type { GraphCalls } from '../../src/adapters/graph-calls.ts';
import { createTracing } from '../../src/adapters/tracing.ts';
import type { GraphAnswer } from '../../src/core/graph-answers/graph-answer.ts';
import { MINUTE_MS, startVirtualWorld } from '../support/virtual-world.ts';
import { recordTelemetry, removeTelemetry } from './recorded-telemetry.ts';

afterEach(removeTelemetry);

const attempt = { clientRequestId: 'client-request', tenantId: 'tenant', sentAtMs: 0, durationMs: 12 };
const graphCallId = '2F1A0000-1111-2222-3333-444455556666';

describe('with an OpenTelemetry SDK', () => {
  test('a call told by notifications, kept alive and ended leaves spans and metrics', async () => {
    const { spans, values } = recordTelemetry();
    const world = await startVirtualWorld();
    const callId = await world.startCall();
    await world.clock.runFor(31 * MINUTE_MS);
    world.graph.hangUp(callId);
    await world.clock.runFor(MINUTE_MS);

    const keepAlives = spans.filter(({ name }) => name === 'graph.keepAlive');
    expect(keepAlives).toHaveLength(2);
    for (const span of keepAlives) {
      expect(span).toMatchObject({
        options: { kind: SpanKind.CLIENT },
        attributes: {
          'http.request.method': 'POST',
          'server.address': 'graph.microsoft.com',
          'server.port': 443,
          'http.response.status_code': 200,
          'graph.call.id': callId,
          'graph.tenant.id': expect.any(String),
          'graph.request_id': expect.any(String),
          'graph.client_request_id': expect.any(String),
        },
        status: undefined,
        hasEnded: true,
      });
    }
    const margins = values.filter(({ instrument }) => instrument === 'keepalive.margin');
    expect(margins).toHaveLength(2);
    for (const margin of margins) {
      expect(margin).toMatchObject({ unit: 's', attributes: { outcome: 'alive' } });
      expect(margin.value).toBeGreaterThan(29 * 60);
      expect(margin.value).toBeLessThanOrEqual(30 * 60);
    }
    const ingested = spans.filter(({ name }) => name === 'receiveNotifications');
    expect(ingested.length).toBeGreaterThanOrEqual(2);
    for (const span of ingested) {
      expect(span).toMatchObject({
        attributes: { outcome: 'accepted', 'http.response.status_code': 202 },
        hasEnded: true,
      });
    }
    expect(values.filter(({ instrument }) => instrument === 'notifications')).toHaveLength(ingested.length);
  });

  test('spans belong to the trace that the Functions host gave the invocation', async () => {
    const { spans } = recordTelemetry();
    const world = await startVirtualWorld();
    await world.startCall();
    await world.clock.runFor(16 * MINUTE_MS);
    expect(spans.map(({ name }) => name)).toContain('graph.keepAlive');
    // The local host's traceparent repeats the beginning of its trace id as span id.
    for (const { traceId, parentSpanId } of spans) expect(parentSpanId).toBe(traceId.slice(0, 16));
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(spans.length);
  });

  test.each([
    [202, 'accepted'],
    [204, 'accepted'],
    [400, 'rejected'],
    [401, 'refused'],
    [503, 'failed'],
  ])('a notification answered with %i counts as %s', async (status, outcome) => {
    const { spans, values } = recordTelemetry();
    expect(await createTracing().ingest(undefined, async () => ({ status }))).toEqual({ status });
    const attributes = { outcome, 'http.response.status_code': status };
    expect(values).toEqual([{ instrument: 'notifications', unit: '{notification}', value: 1, attributes }]);
    expect(spans).toMatchObject([{ name: 'receiveNotifications', attributes, hasEnded: true }]);
  });

  test('a notification whose handling throws counts as failed, and the error goes on', async () => {
    const { spans, values } = recordTelemetry();
    const ingest = createTracing().ingest(undefined, () => Promise.reject(new Error('broken')));
    await expect(ingest).rejects.toThrow('broken');
    expect(values).toMatchObject([{ attributes: { outcome: 'failed', 'http.response.status_code': 500 } }]);
    expect(spans).toMatchObject([{ hasEnded: true }]);
  });

  test('a keepAlive past the deadline has margin 0, for SDKs drop negative values', () => {
    const { values } = recordTelemetry();
    createTracing().sentKeepAlive(-90_000, 'retry');
    expect(values).toMatchObject([{ instrument: 'keepalive.margin', value: 0, attributes: { outcome: 'retry' } }]);
  });

  test.each<[string, GraphAnswer, object, object]>([
    [
      'an answer that refuses',
      { kind: 'answered', status: 403, errorCode: '7504', requestId: 'request', ...attempt },
      { 'http.response.status_code': 403, 'error.type': '403', 'graph.request_id': 'request' },
      { code: SpanStatusCode.ERROR },
    ],
    [
      'no answer',
      { kind: 'failed', reason: 'network', detail: 'ECONNRESET', ...attempt },
      { 'error.type': 'network', 'graph.tenant.id': 'tenant' },
      { code: SpanStatusCode.ERROR, message: 'network ECONNRESET' },
    ],
  ])('the span tells of %s', async (_what, answer, attributes, status) => {
    const { spans } = recordTelemetry();
    const traced = createTracing().graphCalls(graphThatAnswers(answer));
    expect(await traced.keepAlive({ graphCallId })).toBe(answer);
    expect(spans).toMatchObject([{ name: 'graph.keepAlive', attributes, status, hasEnded: true }]);
  });
});

describe('without an SDK', () => {
  test('the app works the same, and nothing is told to anybody', async () => {
    const tracing = createTracing();
    const answer: GraphAnswer = { kind: 'answered', status: 200, ...attempt };
    let spanInside = trace.getSpanContext(ROOT_CONTEXT);
    const graph = {
      ...graphThatAnswers(answer),
      keepAlive: async () => {
        spanInside = trace.getActiveSpan()?.spanContext();
        return answer;
      },
    };
    expect(await tracing.graphCalls(graph).keepAlive({ graphCallId })).toBe(answer);
    expect(await tracing.ingest({ traceParent: 'x' }, async () => ({ status: 202 }))).toEqual({ status: 202 });
    tracing.sentKeepAlive(1, 'alive');
    expect(spanInside).toBeUndefined();
  });
});

function graphThatAnswers(answer: GraphAnswer): GraphCalls {
  return {
    keepAlive: async () => answer,
    listParticipants: async () => answer,
    hangUp: async () => answer,
    describeKeepAlive: (target) => ({
      method: 'POST',
      url: `https://graph.microsoft.com/v1.0/communications/calls/${target.graphCallId}/keepAlive`,
      tenantId: 'tenant',
      audience: 'https://graph.microsoft.com',
    }),
  };
}
