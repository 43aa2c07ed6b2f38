import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  context,
  createNoopMeter,
  metrics,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  trace,
} from '@opentelemetry/api';

export interface RecordedSpan {
  readonly name: string;
  readonly options: SpanOptions;
  readonly attributes: Attributes;
  readonly traceId: string;
  /** Undefined: the first of its trace. */
  readonly parentSpanId: string | undefined;
  readonly spanContext: SpanContext;
  status: SpanStatus | undefined;
  hasEnded: boolean;
}

export interface RecordedValue {
  readonly instrument: string;
  readonly unit: string | undefined;
  readonly value: number;
  readonly attributes: Attributes;
}

export interface RecordedTelemetry {
  readonly spans: readonly RecordedSpan[];
  readonly values: readonly RecordedValue[];
}

/** An SDK in small, written against the OpenTelemetry API: it remembers. In effect until `removeTelemetry`. */
export function recordTelemetry(): RecordedTelemetry {
  const spans: RecordedSpan[] = [];
  const values: RecordedValue[] = [];
  const active = new AsyncLocalStorage<Context>();

  context.setGlobalContextManager({
    active: () => active.getStore() ?? ROOT_CONTEXT,
    with: (held, work, thisArg, ...args) => active.run(held, () => work.apply(thisArg, args)),
    bind: (_held, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  propagation.setGlobalPropagator({
    inject() {},
    extract(held, carrier, getter) {
      const [, traceId, spanId] = /^00-(\w{32})-(\w{16})-/.exec(String(getter.get(carrier, 'traceparent'))) ?? [];
      if (traceId === undefined || spanId === undefined) return held;
      return trace.setSpanContext(held, { traceId, spanId, traceFlags: 1, isRemote: true });
    },
    fields: () => ['traceparent'],
  });
  trace.setGlobalTracerProvider({
    getTracer: () => {
      const startSpan = (name: string, options: SpanOptions = {}, held = context.active()) => {
        const { span, recorded } = createSpan(name, options, trace.getSpanContext(held), spans.length + 1);
        spans.push(recorded);
        return span;
      };
      return {
        startSpan,
        startActiveSpan: (name: string, options: SpanOptions, work: (span: Span) => unknown) => {
          const span = startSpan(name, options);
          return context.with(trace.setSpan(context.active(), span), () => work(span));
        },
      } as ReturnType<typeof trace.getTracer>;
    },
  });
  metrics.setGlobalMeterProvider({
    getMeter: () => {
      const instrument =
        (name: string, unit: string | undefined) =>
        (value: number, attributes: Attributes = {}) =>
          void values.push({ instrument: name, unit, value, attributes });
      return Object.assign(createNoopMeter(), {
        createHistogram: (name: string, options?: { unit?: string }) => ({ record: instrument(name, options?.unit) }),
        createCounter: (name: string, options?: { unit?: string }) => ({ add: instrument(name, options?.unit) }),
      });
    },
  });
  return { spans, values };
}

export function removeTelemetry(): void {
  trace.disable();
  metrics.disable();
  context.disable();
  propagation.disable();
}

function createSpan(name: string, options: SpanOptions, parent: SpanContext | undefined, number: number) {
  const spanContext: SpanContext = {
    traceId: parent?.traceId ?? String(number).padStart(32, '0'),
    spanId: String(number).padStart(16, '0'),
    traceFlags: 1,
  };
  const attributes: Attributes = { ...options.attributes };
  const recorded: RecordedSpan = {
    name,
    options,
    attributes,
    traceId: spanContext.traceId,
    parentSpanId: parent?.spanId,
    spanContext,
    status: undefined,
    hasEnded: false,
  };
  const span = {
    spanContext: () => spanContext,
    setAttribute: (key: string, value: string) => {
      attributes[key] = value;
      return span;
    },
    setAttributes: (more: Attributes) => {
      Object.assign(attributes, more);
      return span;
    },
    setStatus: (status: SpanStatus) => {
      recorded.status = status;
      return span;
    },
    isRecording: () => !recorded.hasEnded,
    end: () => {
      recorded.hasEnded = true;
    },
  };
  return { recorded, span: span as unknown as Span };
}
