import { context, metrics, propagation, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import type { KeepAliveOutcome } from '../core/keepalive/keep-alive-outcome.ts';
import type { GraphCalls } from './graph-calls.ts';
import { traceGraphCalls } from './tracing-graph-calls.ts';

/** The trace to which the Functions host says that an invocation belongs: W3C `traceparent` and `tracestate`. */
export interface InvocationTrace {
  readonly traceParent?: string | undefined;
  readonly traceState?: string | undefined;
}

/** What is told to OpenTelemetry, besides the events in the log. */
export interface Tracing {
  /** The same Graph, each of its keepAlives in a span `graph.keepAlive`. */
  graphCalls(graph: GraphCalls): GraphCalls;
  /** Does the work as part of the invocation's trace. */
  within<T>(invocation: InvocationTrace | undefined, work: () => Promise<T>): Promise<T>;
  /** Takes in one POST of notifications: a span `receiveNotifications`, and one more in the counter `notifications`. */
  ingest<T extends { readonly status?: number }>(
    invocation: InvocationTrace | undefined,
    work: () => Promise<T>,
  ): Promise<T>;
  /** Counts notifications about calls whose ids have a form that is not known, in `notifications.unknown_ids`. */
  gotUnknownIds(entries: number): void;
  /** Puts the time left to the deadline into the histogram `keepalive.margin`. */
  sentKeepAlive(marginMs: number, outcome: KeepAliveOutcome['kind']): void;
}

const SCOPE = 'graph-call-keepalive';
/** Five-minute steps up to the 45 minutes; what came too late is in the first. */
const MARGIN_BOUNDARIES_SECONDS = [0, 300, 600, 900, 1_200, 1_500, 1_800, 2_100, 2_400, 2_700];

/**
 * Creates the app's spans and metrics on the OpenTelemetry API alone: they go nowhere unless somebody has registered an SDK
 * before the app was loaded.
 *
 * Effects: those of the registered SDK; none without one.
 * Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function createTracing(): Tracing {
  const tracer = trace.getTracer(SCOPE);
  const meter = metrics.getMeter(SCOPE);
  const margin = meter.createHistogram('keepalive.margin', {
    unit: 's',
    description: 'Time left to the deadline when a keepAlive was sent; 0 = it came too late.',
    advice: { explicitBucketBoundaries: MARGIN_BOUNDARIES_SECONDS },
  });
  const notifications = meter.createCounter('notifications', {
    unit: '{notification}',
    description: 'Notifications received, by what became of them.',
  });
  const unknownIds = meter.createCounter('notifications.unknown_ids', {
    unit: '{notification}',
    description: 'Notifications about calls whose ids are neither GUIDs nor 32 hex digits.',
  });
  const within: Tracing['within'] = (invocation, work) => {
    const { traceParent, traceState } = invocation ?? {};
    const carrier = { traceparent: traceParent, tracestate: traceState };
    return context.with(propagation.extract(ROOT_CONTEXT, carrier), work);
  };

  return {
    graphCalls: (graph) => traceGraphCalls(graph, tracer),
    within,
    ingest: (invocation, work) =>
      within(invocation, () =>
        tracer.startActiveSpan('receiveNotifications', { kind: SpanKind.INTERNAL }, async (span) => {
          let status = 500;
          try {
            const answer = await work();
            status = answer.status ?? 200;
            return answer;
          } finally {
            const outcome = toOutcome(status);
            notifications.add(1, { outcome, 'http.response.status_code': status });
            endIngest(span, status, outcome);
          }
        }),
      ),
    gotUnknownIds: (entries) => unknownIds.add(entries),
    sentKeepAlive(marginMs, outcome) {
      // SDKs drop what is negative.
      margin.record(Math.max(0, marginMs) / 1_000, { outcome });
    },
  };
}

/** `refused`: no valid token. `rejected`: not a notification. `failed`: Graph is asked to send it again. */
function toOutcome(status: number): 'accepted' | 'refused' | 'rejected' | 'failed' {
  if (status < 400) return 'accepted';
  if (status >= 500) return 'failed';
  return status === 401 ? 'refused' : 'rejected';
}

function endIngest(span: Span, status: number, outcome: string): void {
  span.setAttributes({ 'http.response.status_code': status, outcome });
  span.end();
}
