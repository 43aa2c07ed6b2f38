/** The moments of a cron expression as sets of numbers, each sorted. Days of the week count from 0 = Sunday. */
export interface CronSchedule {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek: readonly number[];
}

const monthNames = 'january february march april may june july august september october november december'.split(' ');
const dayNames = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ');

/** 400 years are one whole turn of the Gregorian calendar: what does not occur in them never occurs. */
const calendarTurnYears = 400;

/**
 * Reads an NCRONTAB expression: `{second} {minute} {hour} {day} {month} {day-of-week}`, or five fields without the
 * second (= 0). Each field takes `*`, numbers, English names (months, days), ranges, steps and lists.
 *
 * Errors: Error with the expression and the field that is wrong.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function parseCronSchedule(expression: string): CronSchedule {
  const fields = expression.trim().split(/\s+/);
  const [seconds, minutes, hours, days, months, daysOfWeek] = fields.length === 5 ? ['0', ...fields] : fields;
  if (
    fields.length > 6 ||
    seconds === undefined ||
    minutes === undefined ||
    hours === undefined ||
    days === undefined ||
    months === undefined ||
    daysOfWeek === undefined
  ) {
    throw new Error(`The schedule "${expression}" has ${fields.length} fields; a cron expression has 5 or 6.`);
  }
  const read = (text: string, field: CronField) => parseField(text, field, expression);
  return {
    seconds: read(seconds, { name: 'second', first: 0, last: 59 }),
    minutes: read(minutes, { name: 'minute', first: 0, last: 59 }),
    hours: read(hours, { name: 'hour', first: 0, last: 23 }),
    days: read(days, { name: 'day', first: 1, last: 31 }),
    months: read(months, { name: 'month', first: 1, last: 12, names: monthNames }),
    daysOfWeek: read(daysOfWeek, { name: 'day of week', first: 0, last: 6, names: dayNames }),
  };
}

/**
 * The first moment after `afterMs` (never itself) that fits, in UTC. A day must fit both its day of the month and its
 * day of the week, unlike in Unix cron, where one is enough.
 *
 * Shape: → milliseconds since the epoch; undefined when no such moment exists, as for 31 February.
 */
export function nextCronOccurrenceMs(schedule: CronSchedule, afterMs: number): number | undefined {
  const startMs = Math.floor(afterMs / 1000) * 1000 + 1000;
  const start = new Date(startMs);
  const lastYear = start.getUTCFullYear() + calendarTurnYears;
  const timeOfStart = (startMs / 1000) % 86_400;
  let day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()));
  for (let isFirst = true; day.getUTCFullYear() <= lastYear; isFirst = false) {
    if (!schedule.months.includes(day.getUTCMonth() + 1)) {
      day = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1));
      continue;
    }
    if (schedule.days.includes(day.getUTCDate()) && schedule.daysOfWeek.includes(day.getUTCDay())) {
      const secondOfDay = firstTimeOfDay(schedule, isFirst ? timeOfStart : 0);
      if (secondOfDay !== undefined) return day.getTime() + secondOfDay * 1000;
    }
    day = new Date(day.getTime() + 86_400_000);
  }
  return undefined;
}

function firstTimeOfDay({ hours, minutes, seconds }: CronSchedule, fromSecondOfDay: number): number | undefined {
  for (const hour of hours) {
    if (hour * 3600 + 3599 < fromSecondOfDay) continue;
    for (const minute of minutes) {
      for (const second of seconds) {
        const secondOfDay = hour * 3600 + minute * 60 + second;
        if (secondOfDay >= fromSecondOfDay) return secondOfDay;
      }
    }
  }
  return undefined;
}

interface CronField {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly names?: readonly string[];
}

function parseField(text: string, field: CronField, expression: string): readonly number[] {
  const wrong = () => new Error(`The schedule "${expression}" has a wrong ${field.name}: "${text}".`);
  const values = text.split(',').flatMap((part) => {
    const [, rangeText = '', stepText = '1', extra] = /^([^/]*)(?:\/(\d+))?(.*)$/.exec(part) ?? [];
    const step = Number(stepText);
    const [from, to] = parseRange(rangeText, field, part.includes('/')) ?? [];
    if (extra || from === undefined || to === undefined || from > to || step < 1) throw wrong();
    return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
  });
  return [...new Set(values)].toSorted((a, b) => a - b);
}

/** `5/15` means from 5 on, to the end of the field. */
function parseRange(text: string, field: CronField, hasStep: boolean): readonly (number | undefined)[] | undefined {
  if (text === '*') return [field.first, field.last];
  const [from = '', to, more] = text.split('-');
  if (more !== undefined) return undefined;
  const first = parseValue(from, field);
  return [first, to === undefined ? (hasStep ? field.last : first) : parseValue(to, field)];
}

/** Names may be cut short: `Jan`, `mon`. */
function parseValue(text: string, { first, last, names = [] }: CronField): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) >= first && Number(text) <= last ? Number(text) : undefined;
  const index = text.length < 3 ? -1 : names.findIndex((name) => name.startsWith(text.toLowerCase()));
  return index < 0 ? undefined : index + first;
}
