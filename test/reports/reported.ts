import type { PlainObject } from '../../src/core/values/plain-object.ts';

/** Tries what a report tells of, by the `input` of its file. */
export type Reported = (input: PlainObject) => Promise<void>;

/** The call of most files. */
export const CALL_ID = '4a1f7c00-6b1e-4d52-9c0a-3e5f80a71d24';
