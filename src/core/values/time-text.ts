const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An instant as Graph and Durable Functions write it. */
export function toIso(instantMs: number): string;
export function toIso(instantMs: number | undefined): string | undefined;
export function toIso(instantMs: number | undefined): string | undefined {
  return instantMs === undefined ? undefined : new Date(instantMs).toISOString();
}

/** A duration as people say it: "40 s", "31 min", "2 h 5 min", "3 d". Rounded down; a negative one counts as 0. */
export function toDurationText(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 2 * MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms >= 2 * DAY_MS) return `${Math.floor(ms / DAY_MS)} d`;
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  return `${Math.floor(ms / HOUR_MS)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
}

/** An instant as people say it now: with seconds when it is near, with the date when it is far. */
export function toInstantText(instantMs: number, nowMs: number): string {
  const iso = toIso(instantMs);
  const distanceMs = Math.abs(instantMs - nowMs);
  if (distanceMs >= DAY_MS / 2) return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return `${iso.slice(11, distanceMs < 2 * MINUTE_MS ? 19 : 16)} UTC`;
}
