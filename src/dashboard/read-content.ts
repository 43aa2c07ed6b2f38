import type { CallDetails, CallList } from './api-types.ts';

/** The list, or undefined when something else answered in the host's place. */
export function readCallList(content: unknown): CallList | undefined {
  return isObject(content) && Array.isArray(content.value) && isObject(content.counters)
    ? (content as unknown as CallList)
    : undefined;
}

export function readCallDetails(content: unknown): CallDetails | undefined {
  return isObject(content) && isObject(content.row) && Array.isArray(content.timeline)
    ? (content as unknown as CallDetails)
    : undefined;
}

/** What Graph answered to a keepAlive, in one sentence. */
export function toGraphSentence(content: unknown): string {
  const graph = isObject(content) && isObject(content.graph) ? content.graph : {};
  const { status, durationMs, requestId } = graph;
  if (typeof status !== 'number') return 'Graph gave no answer.';
  const took = typeof durationMs === 'number' ? ` after ${Math.round(durationMs)} ms` : '';
  return `Graph answered ${status}${took}.${typeof requestId === 'string' ? ` Request id ${requestId}.` : ''}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
