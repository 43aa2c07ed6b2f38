import { bug, type PlantedBug, RECONCILE } from './planted-bug.ts';

/** In what mends the rest: the reconciler and its rescues. */
export const RECONCILER_BUGS: readonly PlantedBug[] = [
  bug('a 404 ends a call that was never established at once', 'j', 200, {
    file: 'src/calls/rescue-call.ts',
    find: "return kind === 'gone' && (record.phase !== 'observed' || isPastDeadline);",
    replace: "return kind === 'gone';",
  }),
  bug('a rescue ends a call when the status of its instance is unknown', 'j', 200, {
    file: 'src/calls/rescue-call.ts',
    find: '  if (saysItIsOver(effects, record, outcome)) await recordEnd(',
    replace: "  if (outcome.kind !== 'alive') await recordEnd(",
  }),
  bug('the filter of late calls compares with the wrong column', 'a', 200, {
    file: 'local/memory-call-store.ts',
    find: "select('listDue', ({ phase, nextLookAtMs,",
    replace: "select('listDue', ({ phase, lastFailureAtMs: nextLookAtMs,",
  }),
  bug('the hourly comparison forgets where it stopped', 'f', 200, {
    file: 'src/core/reconcile/compare-progress.ts',
    find: '  if (stored.nextSlice < SLICES) return stored;\n',
    replace: '  if (stored.nextSlice < SLICES) return nextTurn(NO_TURN_YET, nowMs);\n',
  }),
  bug('rows of the release before stay as they are', 'f', 200, {
    file: 'src/calls/fill-in-looks.ts',
    find: '  return record.nextLookAtMs === undefined && !isFinished(record);\n',
    replace: '  return record.nextLookAtMs === Number(isFinished(record));\n',
  }),
  bug(
    'an instance is terminated before its record says that the call has ended',
    'j',
    200,
    {
      file: 'src/calls/carry-out.ts',
      find: `      if (record === undefined || !(await markEnded(effects, record, action.ended))) return;
      await effects.durable.terminate(callId, 'does-not-come-to-its-end');
`,
      replace: `      await effects.durable.terminate(callId, 'does-not-come-to-its-end');
      if (record === undefined || !(await markEnded(effects, record, action.ended))) return;
`,
    },
    // No simulated day is long enough for the patience of a day, and no clean-up fails for so long.
    {
      file: 'src/functions/keep-call-alive.ts',
      find: `new RetryOptions(limits.firstDelayMs, CLEAN_UP_TRIES);
  retry.backoffCoefficient = 2;
  retry.maxRetryIntervalInMilliseconds = limits.overdueIntervalMs;
`,
      replace: 'new RetryOptions(60 * 60_000, CLEAN_UP_TRIES);\n',
    },
    { file: RECONCILE, find: 'NO_STEP_WHILE_ENDING_MS = 25 * HOUR_MS', replace: 'NO_STEP_WHILE_ENDING_MS = MINUTE_MS' },
  ),
  bug('an ended call whose instance failed is not closed', 'd', 200, {
    file: 'src/core/reconcile/reconcile-call.ts',
    find: 'const wasStarted = record.establishedAtMs !== undefined || ',
    replace: 'const wasStarted = ',
  }),
  bug('the reconciler leaves suspended instances alone', 'a', 200, {
    file: RECONCILE,
    find: "    case 'running':\n    case 'suspended':\n      return withLiveInstance",
    replace: "    case 'running':\n      return withLiveInstance",
  }),
  bug('the reconciler asks nobody about calls without established', 'a', 50, {
    file: RECONCILE,
    find: "  return { kind: 'probe' };\n",
    replace: '  return NOTHING;\n',
  }),
  bug('the reconciler does not start what is missing', 'f', 200, {
    file: RECONCILE,
    find: "record.phase === 'observed' ? afterSight(record, nowMs, limits) : start(record, instance, nowMs, limits)",
    replace: "record.phase === 'observed' ? afterSight(record, nowMs, limits) : NOTHING",
  }),
  bug('the reconciler does not tell an instance of the end again', 'e', 200, {
    file: RECONCILE,
    find: "return { kind: 'repeatEnd' };\n",
    replace: 'return NOTHING;\n',
  }),
];
