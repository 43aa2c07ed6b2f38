const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "44:05", "1:02:03"; with a minus once it is over. */
export function toClockText(durationMs: number): string {
  const seconds = Math.floor(Math.abs(durationMs) / SECOND_MS);
  const sign = durationMs < 0 && seconds > 0 ? '−' : '';
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${sign}${hours > 0 ? `${hours}:${rest}` : rest}`;
}

/** "40 s", "12 min", "3 h", "2 d": one unit, rounded down. */
export function toShortText(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 2 * MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  return ms < 2 * DAY_MS ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.floor(ms / DAY_MS)} d`;
}

/** The reader's own time of day; with the date when that is another one. */
export function toLocalText(instantMs: number, nowMs: number, precise = false): string {
  const instant = new Date(instantMs);
  const time = instant.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    ...(precise ? { second: '2-digit' } : {}),
  });
  if (instant.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${instant.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

export function toUtcText(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
