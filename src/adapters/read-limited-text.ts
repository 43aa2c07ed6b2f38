/**
 * Reads a response body as UTF-8, but never more than `maximumBytes` of it.
 *
 * Shape: response → text, or undefined when the body is longer; the rest is then left unread and the connection closed.
 * Errors: those of the stream (reset, abort). Effects: consumes the body.
 */
export async function readLimitedText(response: Response, maximumBytes: number): Promise<string | undefined> {
  // A keepAlive is answered with nothing, and a stream of nothing costs a tenth of the whole activity.
  if (response.body === null || response.headers.get('content-length') === '0') return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > maximumBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
