/** The largest body taken in: rosters of big meetings are large. */
const LARGEST_BODY_BYTES = 4 * 1024 * 1024;
/** Graph's densest body of that size holds some 160,000; parsing 2,000,000 would block the process for half a second. */
const MOST_VALUES = 200_000;

/** A request refused before its body is looked at. */
export type RefusedRequest = { readonly status: 400 | 413 | 415; readonly problem: string };

/** What a request says of its own body; null = the header is absent. */
export interface BodyHeaders {
  readonly contentLength: string | null;
  readonly contentType: string | null;
  readonly transferEncoding: string | null;
}

/**
 * Judges a notification request by its size and content type, before it is parsed.
 *
 * Shape: headers, the bytes that came (undefined = not read yet) → the refusal, or undefined when all is well.
 * Units: bytes.  Errors: none.
 */
export function refuseRequest(headers: BodyHeaders, bytes?: Uint8Array): RefusedRequest | undefined {
  const { contentLength, contentType } = headers;
  if (Math.max(Number(contentLength ?? 0) || 0, bytes?.byteLength ?? 0) > LARGEST_BODY_BYTES) {
    return { status: 413, problem: `The body is larger than ${LARGEST_BODY_BYTES} bytes.` };
  }
  if (!isJson(contentType)) {
    return { status: 415, problem: 'The content type must be application/json.' };
  }
  if (bytes === undefined) return undefined;
  if (bytes.byteLength === 0) return { status: 400, problem: toEmptyBodyProblem(headers) };
  return countValues(bytes) > MOST_VALUES
    ? { status: 413, problem: `The body holds more than ${MOST_VALUES} values.` }
    : undefined;
}

/** Each value of JSON but the outermost begins an array or object, or follows a comma; those in texts count too. */
function countValues(json: Uint8Array): number {
  let count = 0;
  for (const sign of [0x2c, 0x5b, 0x7b]) {
    for (let at = json.indexOf(sign); at !== -1 && count <= MOST_VALUES; at = json.indexOf(sign, at + 1)) count++;
  }
  return count;
}

/**
 * An empty body, or one that the Functions host kept: it hands a body to Node functions only when Content-Length is above 0.
 *
 * Source: https://github.com/Azure/azure-functions-host, GrpcMessageConversionExtensions.cs (`ToRpcHttp`).
 */
export function toEmptyBodyProblem({ transferEncoding }: Pick<BodyHeaders, 'transferEncoding'>): string {
  return /\bchunked\b/i.test(transferEncoding ?? '')
    ? 'The body came with transfer-encoding: chunked, which the Functions host does not hand over. Send it with Content-Length.'
    : 'The body is empty; it must be JSON.';
}

/** `application/json`, with or without parameters, or any `…+json`. */
function isJson(contentType: string | null): boolean {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return mediaType === 'application/json' || /^[\w.-]+\/[\w.-]+\+json$/.test(mediaType);
}

/**
 * Parses the bytes of a JSON body.
 *
 * Shape: UTF-8 bytes, with or without a byte order mark → the value, or undefined when they are no JSON text.
 */
export function parseJsonBytes(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}
