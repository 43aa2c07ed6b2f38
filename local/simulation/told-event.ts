import { isPlainObject, ownProperty, ownText } from '../../src/core/values/plain-object.ts';
import type { ToldEvent } from './journal.ts';

/** The event of a log line; undefined when it is none of the app's. */
export function parseToldEvent(message: string, atMs: number): ToldEvent | undefined {
  if (!message.startsWith('{')) return undefined;
  const line: unknown = JSON.parse(message);
  const event = isPlainObject(line) ? ownText(line, 'event', 64) : undefined;
  if (!isPlainObject(line) || event === undefined) return undefined;
  const textOf = (name: string) => ownText(line, name, 64);
  const lateness = ownProperty(line, 'latenessSeconds');
  // The first may have been due before its instance was there.
  const isFirst = ownProperty(line, 'attempt') === 1;
  const latenessMs = typeof lateness === 'number' && !isFirst ? lateness * 1_000 : undefined;
  return { atMs, event, callId: textOf('callId'), by: textOf('by'), result: textOf('result'), latenessMs };
}
