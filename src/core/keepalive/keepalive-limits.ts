const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Every duration the keepalive loop obeys, in milliseconds. Part of the orchestration's input, never read from settings there. */
export interface KeepaliveLimits {
  /** From one success to the next keepAlive. Graph recommends 15 minutes. */
  readonly intervalMs: number;
  /** Graph ends a call without a success for this long: 45 minutes. */
  readonly maximumGapMs: number;
  /** The last stretch before the deadline, in which tries come ever closer, whatever delay Graph asked for. */
  readonly lastStretchMs: number;
  /** Back-off after a failure: first delay, doubled up to the largest. */
  readonly firstDelayMs: number;
  /** Of the doubling. */
  readonly largestDelayMs: number;
  /**
   * From the sending of a try whose delay is ours to choose to the moment the next is due. With three queues in between,
   * each looked at every 10 s (host.json), two are sent at most 60 s apart: none steps over a minute in which Graph
   * accepts. Absent in the input of calls that an older release started, as are the others marked so: those go on by its
   * decisions.
   */
  readonly longestPauseMs?: number;
  /** No delay is shorter: the Azure Storage provider fires timers up to 1 s early and those below 1 s at once. */
  readonly smallestDelayMs: number;
  /** Added to Graph's Retry-After, for the same reason. */
  readonly retryAfterMarginMs: number;
  /** A 404 that does not say "call not found" counts as the end when it is still there this much later: longer than gateways are in trouble. */
  readonly confirmGoneAfterMs: number;
  /** So long after the deadline at the earliest: before it, a call is not given up for that. Absent: older release. */
  readonly confirmGoneAfterDeadlineMs?: number;
  /** Between tries until then. Absent in the input of calls that an older version started: they try again when it confirms. */
  readonly unclearIntervalMs?: number;
  /** Between tries once the deadline has passed. */
  readonly overdueIntervalMs: number;
  /** Without a success for this long the loop gives the call up. */
  readonly expireAfterMs: number;
  /** But not before it has tried for this long without a pause: it may have been suspended. Absent: older release. */
  readonly expireAfterTryingMs?: number;
  /** The webhook is told for so long at most. Absent in the input of calls that an older release started. */
  readonly deliverForMs?: number;
  /** An optional fuse on the age of a call; absent = none. */
  readonly maximumCallMs?: number;
}

/** Source: https://learn.microsoft.com/graph/api/call-keepalive ("within 45 minutes", "every 15 minutes"). */
const GRAPH_LIMITS: Omit<KeepaliveLimits, 'intervalMs' | 'maximumCallMs'> = {
  maximumGapMs: 45 * MINUTE_MS,
  // A minute in which Graph accepts, of every ten, lies wholly in it, and a minute is left.
  lastStretchMs: 12 * MINUTE_MS,
  firstDelayMs: 5 * SECOND_MS,
  largestDelayMs: 30 * SECOND_MS,
  longestPauseMs: 30 * SECOND_MS,
  smallestDelayMs: 3 * SECOND_MS,
  retryAfterMarginMs: SECOND_MS,
  confirmGoneAfterMs: 20 * MINUTE_MS,
  confirmGoneAfterDeadlineMs: 0,
  unclearIntervalMs: 2 * MINUTE_MS,
  overdueIntervalMs: 5 * MINUTE_MS,
  expireAfterMs: 24 * HOUR_MS,
  expireAfterTryingMs: HOUR_MS,
  deliverForMs: 48 * HOUR_MS,
};

/**
 * The limits for one call, every duration divided by the time scale (1 in production; more only against a simulated
 * Graph, whose 45 minutes shrink alike).
 */
export function toKeepaliveLimits(options: {
  readonly intervalMs: number;
  readonly timeScale: number;
  readonly maximumCallHours?: number | undefined;
}): KeepaliveLimits {
  const nominal = {
    ...GRAPH_LIMITS,
    intervalMs: options.intervalMs,
    ...(options.maximumCallHours === undefined ? {} : { maximumCallMs: options.maximumCallHours * HOUR_MS }),
  };
  const scaled = Object.entries(nominal).map(([name, ms]) => [name, Math.round(ms / options.timeScale)]);
  return Object.fromEntries(scaled) as KeepaliveLimits;
}
