import { EFFECT_BUGS } from './effect-bugs.ts';
import { KEEPALIVE_BUGS } from './keepalive-bugs.ts';
import { ORCHESTRATOR_BUGS } from './orchestrator-bugs.ts';
import { NOT_TOLD_AGAIN, type PlantedBug } from './planted-bug.ts';
import { RECONCILER_BUGS } from './reconciler-bugs.ts';
import { RECORD_BUGS } from './record-bugs.ts';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...ORCHESTRATOR_BUGS,
  ...KEEPALIVE_BUGS,
  ...RECORD_BUGS,
  ...EFFECT_BUGS,
  ...RECONCILER_BUGS,
];

/** Not a bug that can be seen without suspended instances: shows that the bugs above are found for their own sake. */
export const HARMLESS_BY_ITSELF: PlantedBug = {
  name: 'no second line',
  by: 'd',
  edits: [NOT_TOLD_AGAIN],
  budget: 40,
  without: 'operatorSuspends',
};
