import type { World } from './world.ts';

/** What a check cannot do without; where it is missing, the check is skipped with a line that says what to give. */
export type Need = 'graph' | 'keys' | 'bot' | 'webhook' | 'storageProxy';

/** One promise, tried from outside. */
export interface Check {
  /** A sentence: what holds when it passes. */
  readonly title: string;
  readonly needs?: readonly Need[];
  /** Resolves with a remark when a part could not be tried. Errors: ExpectationError with what was expected. */
  run(world: World): Promise<string | undefined>;
}
