import type { AloneRule } from '../core/roster/see-roster.ts';
import { oneOf, wholeNumber } from './formats.ts';
import type { SettingReader } from './reader.ts';

const MINUTE_MS = 60_000;

/** Undefined: no call is hung up. */
export function readAlone(reader: SettingReader): AloneRule | undefined {
  const minutes = reader.optional('HANG_UP_WHEN_ALONE_MINUTES', wholeNumber(1, 1_440));
  const countsApplications = reader.optional('HANG_UP_COUNTS_APPLICATIONS', oneOf(['true', 'false'])) === 'true';
  return minutes === undefined ? undefined : { hangUpAfterMs: minutes * MINUTE_MS, countsApplications };
}
