import { nextCronOccurrenceMs, parseCronSchedule } from './ncrontab.ts';

/** When a timer function runs. */
export interface TimerSchedule {
  /** First moment after `afterMs`; both in milliseconds since the epoch, UTC. */
  nextMs(afterMs: number): number;
  /** What the function sees as `timer.schedule`. */
  readonly adjustForDst: boolean;
  /** Schedules that fire more than once a minute are not monitored: `timer.scheduleStatus` is null. */
  isMonitored(nowMs: number): boolean;
}

/**
 * Reads a timer trigger's schedule: NCRONTAB, a TimeSpan (`00:05:00`, `1.00:00:00`), or `%NAME%` for one of them in an
 * app setting.
 *
 * Errors: Error with the expression and what is wrong with it.
 * Source: azure-webjobs-sdk-extensions, Extensions/Timers/Scheduling/TimerSchedule.cs.
 */
export function parseTimerSchedule(
  expression: string,
  appSettings: Readonly<Record<string, string | undefined>> = {},
): TimerSchedule {
  const text = expression.replaceAll(/%([^%]+)%/g, (_whole, name: string) => {
    const value = appSettings[name];
    if (value === undefined) throw new Error(`The schedule "${expression}" needs the app setting ${name}.`);
    return value;
  });
  return text.includes(':') ? parseTimeSpanSchedule(text) : toCronTimerSchedule(text);
}

function toCronTimerSchedule(text: string): TimerSchedule {
  const cron = parseCronSchedule(text);
  const nextMs = (afterMs: number): number => {
    const next = nextCronOccurrenceMs(cron, afterMs);
    if (next === undefined) throw new Error(`The schedule "${text}" never occurs.`);
    return next;
  };
  nextMs(0);
  return {
    nextMs,
    adjustForDst: true,
    isMonitored: (nowMs) => nextMs(nextMs(nowMs)) > nowMs + 60_000,
  };
}

function parseTimeSpanSchedule(text: string): TimerSchedule {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (match ?? []).slice(1).map((part) => Number(part ?? 0));
  const periodMs = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  if (!match || hours > 23 || minutes > 59 || seconds > 59 || periodMs === 0) {
    throw new Error(
      `The schedule "${text}" is not a time span. Write hh:mm:ss with at most 23 hours, and a day as 1.00:00:00.`,
    );
  }
  return { nextMs: (afterMs) => afterMs + periodMs, adjustForDst: false, isMonitored: () => periodMs >= 60_000 };
}
