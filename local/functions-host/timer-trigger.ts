import type { Clock } from '../../src/adapters/clock.ts';
import type { FunctionRegistry, RegisteredFunction } from './function-registry.ts';
import type { Invoke } from './invocation.ts';
import { parseTimerSchedule, type TimerSchedule } from './timer-schedule.ts';

export interface Timers {
  /** Starts no further run; resolves when the running ones are done. */
  stop(): Promise<void>;
}

/** A timer of Node overflows above this and would fire at once; the real host stops at 24 days, too. */
const longestTimerMs = 24 * 86_400_000;

/** .NET's DateTime.MinValue: "never yet". */
const never = '0001-01-01T00:00:00+00:00';

/**
 * Runs the timer functions of an app on their schedules, in UTC.
 *
 * A function never overlaps itself. Moments missed during a long run become one run right after it, as on the real
 * host; the schedule then goes on. A run that fails changes nothing in the schedule. Nothing is remembered over a
 * restart, so `isPastDue` is always false.
 *
 * Errors: Error at once for a schedule that cannot be read, with the name of the function.
 * Effects: timers on `clock` until `stop`.
 * Source: azure-webjobs-sdk-extensions, Extensions/Timers/Listener/TimerListener.cs.
 */
export function startTimers(options: {
  readonly registry: FunctionRegistry;
  readonly invoke: Invoke;
  readonly clock: Clock;
  /** For `%NAME%` in schedules. */
  readonly appSettings?: Readonly<Record<string, string | undefined>>;
}): Timers {
  const starts = [...options.registry.functions.values()]
    .filter(({ trigger }) => trigger.type.toLowerCase() === 'timertrigger')
    .map((registered) => ({ registered, schedule: readSchedule(registered, options.appSettings) }));
  const stops = starts.map(({ registered, schedule }) =>
    startTimer(registered, schedule, options.invoke, options.clock),
  );
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function startTimer(
  registered: RegisteredFunction,
  schedule: TimerSchedule,
  invoke: Invoke,
  clock: Clock,
): () => Promise<void> {
  const monitored = registered.trigger.useMonitor !== false && schedule.isMonitored(clock.nowMs());
  let lastMs: number | undefined;
  let nextMs = schedule.nextMs(clock.nowMs());
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let cancel: () => void = () => undefined;

  function wait(untilMs: number): void {
    if (stopped) return;
    const delayMs = untilMs - clock.nowMs();
    const isLast = delayMs <= longestTimerMs;
    cancel = clock.after(isLast ? delayMs : longestTimerMs, () => {
      if (!isLast) return wait(untilMs);
      running = run(untilMs).then(() => wait(nextMs));
    });
  }

  async function run(dueMs: number): Promise<void> {
    // A timer may fire a little early; counted from then, the same moment would come twice.
    const startedMs = Math.max(clock.nowMs(), dueMs);
    const status = monitored ? toScheduleStatus(lastMs, nextMs) : null;
    const info = { Schedule: { AdjustForDST: schedule.adjustForDst }, ScheduleStatus: status, IsPastDue: false };
    try {
      await invoke(registered.name, { json: JSON.stringify(info) });
    } catch {
      // The invocation has logged its failure; the schedule goes on.
    }
    lastMs = startedMs;
    nextMs = schedule.nextMs(startedMs);
  }

  wait(registered.trigger.runOnStartup === true ? clock.nowMs() : nextMs);
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}

function toScheduleStatus(lastMs: number | undefined, nextMs: number) {
  const last = lastMs === undefined ? never : toDateTime(lastMs);
  return { Last: last, Next: toDateTime(nextMs), LastUpdated: last };
}

function toDateTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00');
}

function readSchedule(
  { name, trigger }: RegisteredFunction,
  appSettings: Readonly<Record<string, string | undefined>> | undefined,
): TimerSchedule {
  try {
    return parseTimerSchedule(String(trigger.schedule), appSettings);
  } catch (error) {
    throw new Error(`Timer function "${name}": ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
