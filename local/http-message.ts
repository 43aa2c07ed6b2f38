/** One HTTP request as the parts of the local host hand it around (the body is already buffered). */
export interface HttpMessageRequest {
  readonly method: string;
  /** Absolute URL, query included. */
  readonly url: URL;
  /** Lower-case names. A header that came twice is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The answer to it. */
export interface HttpMessageResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}
