import type { Invariant } from '../../../local/simulation/invariants.ts';

/** One text of one source file, found exactly once, and what stands there instead. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A mistake that somebody could make. The simulation has to notice it within `budget` seeds. */
export interface PlantedBug {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly budget: number;
  /** The invariant that is there for it: what another part of the app hides from the others, or others see by chance. */
  readonly by: Invariant;
  /** Faults by which another planted edit would be noticed first. */
  readonly without?: string;
}

export const RECONCILE = 'src/core/reconcile/reconcile-call.ts';

/** Takes away the second line behind which some mistakes would hide. */
export const NOT_TOLD_AGAIN: Edit = {
  file: RECONCILE,
  find: "return { kind: 'repeatEnd' };\n",
  replace: 'return NOTHING;\n',
};

export function bug(name: string, by: Invariant, budget: number, ...edits: readonly Edit[]): PlantedBug {
  return { name, by, budget, edits };
}

/** One that the reconciler makes up for within its five minutes. */
export function hiddenBug(name: string, edit: Edit): PlantedBug {
  return { name, by: 'b', budget: 400, edits: [edit, NOT_TOLD_AGAIN], without: 'operatorSuspends' };
}
