/** One HTTP request that a candidate takes as "this call is established" or "this call has ended". */
export interface CallRequest {
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A candidate that serves. */
export interface Running {
  established(callId: string): CallRequest;
  ended(callId: string): CallRequest;
  /** Its processes without their descendants. */
  roots(): readonly number[];
  /** kill -9 of the process that does the work (not of a database or queue server), then at once a new one. */
  killWorker(): Promise<void>;
  stop(): Promise<void>;
}

export interface LaunchContext {
  /** An empty folder for its data. */
  readonly folder: string;
  /** Where the keepAlives go: `<origin>/v1.0/communications/calls/<id>/keepAlive`. */
  readonly targetOrigin: string;
  readonly beatMs: number;
  /** The bearer token that Graph would send; only the local host looks at it. */
  readonly token: () => string;
}

export interface Candidate {
  readonly name: string;
  /** What is on the disk before the 2xx, and how the library is used. */
  readonly notes: string;
  /** Debian packages it needs. */
  readonly debian: readonly string[];
  /** `ingest`: only the ingest is comparable, the rest is not measured. */
  readonly scope?: 'ingest';
  version(): string;
  launch(context: LaunchContext): Promise<Running>;
}
