/** The largest body taken in: rosters of big meetings are large. */
export const LARGEST_BODY_BYTES = 4 * 1024 * 1024;

/** A request refused before its body is looked at. */
export type RefusedRequest = { readonly status: 400 | 413 | 415; readonly problem: string };

/**
 * Judges a notification request by its size and content type.
 *
 * Shape: Content-Length and Content-Type as sent (null = absent), the bytes that came (undefined = not read yet) →
 * the refusal, or undefined when all is well.  Units: bytes.  Errors: none.
 */
export function refuseRequest(
  contentLength: string | null,
  contentType: string | null,
  byteLength?: number,
): RefusedRequest | undefined {
  if (Math.max(Number(contentLength ?? 0) || 0, byteLength ?? 0) > LARGEST_BODY_BYTES) {
    return { status: 413, problem: `The body is larger than ${LARGEST_BODY_BYTES} bytes.` };
  }
  if (!isJson(contentType)) {
    return { status: 415, problem: 'The content type must be application/json.' };
  }
  return byteLength === 0 ? { status: 400, problem: 'The body is empty.' } : undefined;
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
