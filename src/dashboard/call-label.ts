import type { Row } from './api-types.ts';

/** What a person calls the call: its subject, which Graph seldom tells, or its kind. */
export function toLabel({ subject, threadId, direction }: Row): string {
  if (subject !== undefined) return subject;
  if (threadId !== undefined) return 'Meeting';
  if (direction === 'incoming') return 'Incoming call';
  return direction === 'outgoing' ? 'Outgoing call' : 'Call';
}

export function isOver({ state }: Row): boolean {
  return state === 'ended' || state === 'lost';
}

/** The call as a screen reader names its link. */
export function toLinkName(row: Row): string {
  return `${toLabel(row)} ${toShortId(row.callId)}, ${row.state}`;
}

export function toShortId(id: string): string {
  return id.slice(0, 8);
}
