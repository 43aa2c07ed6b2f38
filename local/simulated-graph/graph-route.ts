import type { RequestOperation } from './faults.ts';

/** What a Graph URL and method ask for. `idText` is the call id as written, not yet checked. */
export type GraphRoute =
  | { readonly kind: 'call'; readonly operation: Exclude<RequestOperation, 'metadata'>; readonly idText: string }
  | { readonly kind: 'methodNotAllowed' }
  | { readonly kind: 'unknownSegment'; readonly segment: string };

/** `/app` is the older name of `/communications`; the older beta also had calls under an application. */
const CALLS = /^\/(?:v1\.0|beta)\/(?:communications|app|applications\/[^/]+)\/calls(?:\/(.*))?$/i;

const OPERATIONS: Readonly<Record<string, Exclude<RequestOperation, 'metadata'>>> = {
  'POST /': 'createCall',
  'GET /{id}': 'getCall',
  'GET /{id}/participants': 'listParticipants',
  'DELETE /{id}': 'deleteCall',
  'POST /{id}/answer': 'answerCall',
  'POST /{id}/keepalive': 'keepAlive',
};

const SHAPES = new Set(Object.keys(OPERATIONS).map((operation) => operation.slice(operation.indexOf(' ') + 1)));

/**
 * Finds the operation on calls; undefined for a path that is not of Graph's.
 * Sources: https://learn.microsoft.com/graph/api/application-post-calls, call-get, call-list-participants, call-delete, call-answer, call-keepalive.
 */
export function parseGraphRoute(method: string, path: string): GraphRoute | undefined {
  if (!/^\/(?:v1\.0|beta)(?:\/|$)/i.test(path)) return undefined;
  const match = CALLS.exec(path.replace(/\/$/, ''));
  if (match === null) return { kind: 'unknownSegment', segment: path.split('/')[2] ?? '' };
  const [idText = '', action = '', ...rest] = (match[1] ?? '').split('/');
  const shape = `/${idText === '' ? '' : '{id}'}${action === '' ? '' : `/${action.toLowerCase()}`}`;
  if (rest.length > 0 || !SHAPES.has(shape)) return { kind: 'unknownSegment', segment: rest.at(-1) ?? action };
  const operation = OPERATIONS[`${method} ${shape}`];
  return operation === undefined ? { kind: 'methodNotAllowed' } : { kind: 'call', operation, idText };
}
