import { isPlainObject, ownProperty, type PlainObject } from '../values/plain-object.ts';

/** Graph's error, cut to what may be logged and kept: code of at most 64, message of at most 200 characters. */
export interface GraphError {
  readonly code?: string;
  readonly message?: string;
}

/**
 * Reads Graph's error body, `{"error":{"code","message"}}`.
 *
 * Calls answer some refusals as code `UnknownError` with the real error as JSON text in the message,
 * `{"errorCode":"7503","message":"…"}`: that inner error wins.
 *
 * Shape: body text → GraphError, empty when the body is not Graph's. Errors: none. Effects: none.
 * Source: https://learn.microsoft.com/graph/errors; the nested form:
 * https://github.com/microsoftgraph/microsoft-graph-comms-samples/issues/432
 */
export function parseGraphError(body: string): GraphError {
  const error = property(parseJson(body), 'error');
  const message = property(error, 'message');
  const inner = typeof message === 'string' ? parseJson(message) : undefined;
  const innerCode = safeCode(property(inner, 'errorCode') ?? property(inner, 'code'));
  const [code, text] =
    innerCode === undefined
      ? [safeCode(property(error, 'code')), safeMessage(message)]
      : [innerCode, safeMessage(property(inner, 'message'))];
  return { ...(code === undefined ? {} : { code }), ...(text === undefined ? {} : { message: text }) };
}

function parseJson(text: string): PlainObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function property(value: unknown, name: string): unknown {
  return isPlainObject(value) ? ownProperty(value, name) : undefined;
}

function safeCode(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[\w.-]{1,64}$/.test(text) ? text : undefined;
}

/** One line of printable text. Anything shaped like a JWT is taken out: no token may reach a log, whoever echoes it. */
function safeMessage(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value
    .slice(0, 4096)
    .replace(/eyJ[\w-]*(\.[\w-]*)*/g, '(token)')
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed();
  return text === '' ? undefined : text;
}
