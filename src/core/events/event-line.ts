import { toVisibleJson } from '../values/visible-text.ts';
import type { AppEvent } from './app-event.ts';

/** The event as one line of JSON. Its name comes first, however it was put together: queries match on how a line begins. */
export function toEventLine({ event, ...fields }: AppEvent): string {
  return toVisibleJson({ event, ...fields });
}
