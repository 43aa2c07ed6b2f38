import type { HttpMessageResponse } from '../../http-message.ts';

export function toJsonResponse(
  status: number,
  json: string,
  headers: Readonly<Record<string, string>> = {},
): HttpMessageResponse {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: json };
}

/** As .NET's CreateErrorResponse writes it. */
export function toErrorResponse(status: number, message: string, exception?: { type: string; message: string }) {
  const details =
    exception === undefined
      ? {}
      : { ExceptionMessage: exception.message, ExceptionType: exception.type, StackTrace: null };
  return toJsonResponse(status, JSON.stringify({ Message: message, ...details }));
}

/** As the extension answers when its own code throws. */
export function toExceptionResponse(type: string, message: string): HttpMessageResponse {
  return toErrorResponse(500, 'Something went wrong while processing your request', { type, message });
}

export function toEmptyResponse(status: number): HttpMessageResponse {
  return { status, headers: { 'content-length': '0' } };
}
