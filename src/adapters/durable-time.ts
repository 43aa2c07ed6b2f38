/** A span of time. Compares like its ms, as moment's durations do. */
interface TimeSpan {
  valueOf(): number;
  toISOString(): string;
}

interface Instant {
  readonly instantMs: number;
  readonly diff: (this: Instant, other: Date) => number;
  readonly add: (this: Instant, span: TimeSpan | number) => Instant;
  readonly toDate: (this: Instant) => Date;
}

/**
 * In the bundle, what durable-functions takes for moment: differences of instants, and the engine's time spans. moment
 * itself costs each cold start its 100 KB, and each turn more for its timers than all else that is done about them (see
 * bench/RESULTS.md).
 *
 * Shape: a Date → an instant; `duration` of ms, or of a count of `s` → ms; of a text ("3.00:00:00" as .NET writes it,
 * "PT72H" as its `toISOString` does) → a span.  Errors: RangeError for a text in another form.
 * Source: durable-functions 3.5.0: orchestrations/DurableOrchestrationContext.js, task/LongTimerTask.js,
 * task/CallHttpWithPollingTask.js.
 */
export const durableTime = Object.assign(toInstant, { duration });

function toInstant(date: Date): Instant {
  return { instantMs: date.getTime(), diff, add, toDate };
}

function diff(this: Instant, other: Date): number {
  return this.instantMs - other.getTime();
}

function add(this: Instant, span: TimeSpan | number): Instant {
  return { ...this, instantMs: this.instantMs + span.valueOf() };
}

function toDate(this: Instant): Date {
  return new Date(this.instantMs);
}

function duration(value: number | string, unit?: 'ms' | 's'): TimeSpan | number {
  if (unit === 's') return Number(value) * 1_000;
  if (typeof value === 'number') return value;
  const spanMs = parseTimeSpan(value);
  return { valueOf: () => spanMs, toISOString: () => `PT${spanMs / 1_000}S` };
}

/** Source: https://learn.microsoft.com/dotnet/standard/base-types/standard-timespan-format-strings (the constant format) */
const DOT_NET = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/;
const ISO = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

function parseTimeSpan(text: string): number {
  const parts = DOT_NET.exec(text) ?? ISO.exec(text);
  if (parts === null) throw new RangeError(`"${text}" is no time span that the Durable extension sends`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000);
}
