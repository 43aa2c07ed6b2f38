import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { GraphAnswer } from '../core/graph-answers/graph-answer.ts';
import type { GraphCalls, KeepAliveRequest } from './graph-calls.ts';

/**
 * The same Graph, each keepAlive, list and hang-up, tokens and repeats included, in a client span of its own.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function traceGraphCalls(graph: GraphCalls, tracer: Tracer): GraphCalls {
  function inSpan(name: string, method: string, request: KeepAliveRequest, send: () => Promise<GraphAnswer>) {
    const { hostname, port, protocol } = new URL(graph.describeKeepAlive(request).url);
    const attributes = {
      'http.request.method': method,
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
      'graph.call.id': request.graphCallId,
    };
    return tracer.startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      try {
        const answer = await send();
        describe(span, answer);
        return answer;
      } finally {
        span.end();
      }
    });
  }

  return {
    describeKeepAlive: (target) => graph.describeKeepAlive(target),
    keepAlive: (request) => inSpan('graph.keepAlive', 'POST', request, () => graph.keepAlive(request)),
    listParticipants: (request) =>
      inSpan('graph.listParticipants', 'GET', request, () => graph.listParticipants(request)),
    hangUp: (request) => inSpan('graph.hangUp', 'DELETE', request, () => graph.hangUp(request)),
  };
}

function describe(span: Span, answer: GraphAnswer): void {
  span.setAttributes({ 'graph.tenant.id': answer.tenantId, 'graph.client_request_id': answer.clientRequestId });
  if (answer.kind === 'failed') {
    span.setAttribute('error.type', answer.reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: `${answer.reason} ${answer.detail}` });
    return;
  }
  span.setAttribute('http.response.status_code', answer.status);
  if (answer.requestId !== undefined) span.setAttribute('graph.request_id', answer.requestId);
  if (answer.status >= 400) {
    span.setAttribute('error.type', String(answer.status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}
