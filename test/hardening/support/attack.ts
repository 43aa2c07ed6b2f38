import type { RawRequest } from './raw-request.ts';

/** What an attack may use. */
export interface AttackTools {
  /** A call of this attack alone. */
  readonly callId: string;
  /** A server that nobody may ever contact. */
  readonly trapOrigin: string;
  signToken(claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** One hostile notification, and all that may come of it. */
export interface Attack {
  readonly attack: string;
  readonly request: (tools: AttackTools) => Partial<RawRequest> | Promise<Partial<RawRequest>>;
  readonly status: number;
  /** Stands in the log as the reason why it was rejected; undefined: nothing is rejected. */
  readonly reason?: string;
  /** Whether the call that it speaks of is kept alive afterwards; default false. */
  readonly starts?: boolean;
}
