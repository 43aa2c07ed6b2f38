/** Seconds as people say them: "45 s", "31 min", "2 h 5 min"; with a sign when negative. */
export function toDurationText(seconds: number): string {
  const sign = seconds < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(seconds));
  if (whole < 120) return `${sign}${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 120) return `${sign}${minutes} min`;
  return `${sign}${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

/** An instant of the API in UTC, to the second: "2026-03-02 08:15:00". Empty for none. */
export function toInstantText(instant: string): string {
  return instant.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
}
