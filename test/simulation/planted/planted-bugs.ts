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

const ORCHESTRATOR = 'src/functions/keep-call-alive.ts';
const MACHINE = 'src/core/keepalive/keepalive-machine.ts';
const NEXT_ATTEMPT = 'src/core/keepalive/next-attempt.ts';
const RECORD = 'src/core/call-record/call-record.ts';
const RECONCILE = 'src/core/reconcile/reconcile-call.ts';
const START = 'src/calls/start-call.ts';

/** Takes away the second line behind which some mistakes would hide. */
const NOT_TOLD_AGAIN: Edit = { file: RECONCILE, find: "return { kind: 'repeatEnd' };\n", replace: 'return NOTHING;\n' };

const BELIEVED_BEFORE_THE_DEADLINE: Edit = {
  file: 'src/core/keepalive/keepalive-limits.ts',
  find: '  confirmGoneAfterDeadlineMs: 0,\n',
  replace: '',
};

/** Not a bug that can be seen without suspended instances: shows that the bugs below are found for their own sake. */
export const HARMLESS_BY_ITSELF: PlantedBug = {
  name: 'no second line',
  by: 'd',
  edits: [NOT_TOLD_AGAIN],
  budget: 40,
  without: 'operatorSuspends',
};

export const PLANTED_BUGS: readonly PlantedBug[] = [
  bug('continueAsNew before the look at callEnded', 'b', 200, {
    file: ORCHESTRATOR,
    find: '    if (isDone(callEnded)) state = end(state, parseCallEnded(callEnded.result));\n',
    replace: `    if (attempts >= attemptsPerGeneration) {
      df.continueAsNew(state);
      return undefined;
    }
    if (isDone(callEnded)) state = end(state, parseCallEnded(callEnded.result));
`,
  }),
  bug('an event that the engine does not take counts as raised', 'f', 200, {
    file: 'src/adapters/durable-calls.ts',
    find: "        throw failure('take the event callEnded', callId, error);\n",
    replace: '',
  }),
  bug('an end soon after the start is told at once', 'i', 200, {
    file: 'src/adapters/durable-calls.ts',
    find: '      if (isYoung) await untilStarted(callId);\n',
    replace: '',
  }),
  bug('a 404 ends a call that was never established at once', 'j', 200, {
    file: 'src/calls/rescue-call.ts',
    find: "return kind === 'gone' && (record.phase !== 'observed' || isPastDeadline);",
    replace: "return kind === 'gone';",
  }),
  bug('the first sight is overwritten at established', 'j', 200, {
    file: RECORD,
    find: "  return { ...(known ?? stored), phase: 'starting', establishedAtMs: nowMs };\n",
    replace: "  return { ...(known ?? stored), phase: 'starting', firstSeenAtMs: nowMs, establishedAtMs: nowMs };\n",
  }),
  bug(
    'a success does not clear a doubt',
    'j',
    200,
    {
      file: MACHINE,
      find: 'withTenant(withoutDoubt(withoutSeries(state)), outcome.tenantId)',
      replace: 'withTenant(withoutSeries(state), outcome.tenantId)',
    },
    BELIEVED_BEFORE_THE_DEADLINE,
  ),
  bug('a heartbeat is written with the phase', 'g', 200, {
    file: 'src/core/call-record/heartbeat.ts',
    find: '      return { lastKeepAliveAtMs, nextLookAtMs, ...countSuccess(sender, lastKeepAliveAtMs) };\n',
    replace:
      "      const all = { lastKeepAliveAtMs, nextLookAtMs, phase: 'active', ...countSuccess(sender, lastKeepAliveAtMs) };\n      return all;\n",
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
    file: 'src/calls/compare-calls.ts',
    find: 'nextTurn(await store.readProgress(), clock.nowMs())',
    replace: 'nextTurn(undefined, clock.nowMs())',
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
    // No simulated day is long enough for the patience of a day.
    { file: RECONCILE, find: 'NO_STEP_WHILE_ENDING_MS = 25 * HOUR_MS', replace: 'NO_STEP_WHILE_ENDING_MS = MINUTE_MS' },
  ),
  bug('a strange 404 is believed before the deadline', 'j', 200, BELIEVED_BEFORE_THE_DEADLINE),
  bug('a wait for the event in each round', 'b', 100, {
    file: ORCHESTRATOR,
    find: `  const callEnded = df.waitForExternalEvent(CALL_ENDED_EVENT);

  for (let attempts = 0; ; attempts++) {
`,
    replace: `  for (let attempts = 0; ; attempts++) {
    const callEnded = df.waitForExternalEvent(CALL_ENDED_EVENT);
`,
  }),
  bug(
    'no look at isCompleted after the activity',
    'b',
    100,
    {
      file: ORCHESTRATOR,
      find: '    if (isDone(callEnded)) state = end(state, parseCallEnded(callEnded.result));\n',
      replace: '',
    },
    {
      file: ORCHESTRATOR,
      find: '        if (!isDone(timer)) timer.cancel();\n',
      replace: `        if (!isDone(timer)) timer.cancel();
        state = end(state, parseCallEnded(callEnded.result));
`,
    },
  ),
  bug('timer not cancelled when the event wins', 'e', 50, {
    file: ORCHESTRATOR,
    find: '        if (!isDone(timer)) timer.cancel();\n',
    replace: '',
  }),
  bug('continueAsNew with an open timer', 'b', 100, {
    file: ORCHESTRATOR,
    find: '      df.continueAsNew(state);\n',
    replace: `      const open = df.createTimer(new Date(nowMs + 60 * 60_000));
      yield df.Task.any([open, df.createTimer(new Date(nowMs + 3_000))]);
      df.continueAsNew(state);
`,
  }),
  bug('an activity that fails, fails the orchestration', 'h', 50, {
    file: ORCHESTRATOR,
    find: `      result = yield df.callActivity(KEEP_ALIVE_ACTIVITY, toInput(state));
    } catch {
`,
    replace: `      result = yield df.callActivity(KEEP_ALIVE_ACTIVITY, toInput(state));
    } finally {
    }
    if (result === undefined) {
`,
  }),
  bug('the orchestrator reads the clock of the machine', 'h', 20, {
    file: ORCHESTRATOR,
    find: '    const doneAtMs = df.currentUtcDateTime.getTime();\n',
    replace: '    const doneAtMs = df.currentUtcDateTime.getTime() + (Date.now() % 1_000);\n',
  }),
  bug('clean-up is not retried', 'd', 100, {
    file: ORCHESTRATOR,
    find: 'df.callActivityWithRetry(CLEAN_UP_ACTIVITY, cleanUpRetry(state), input)',
    replace: 'df.callActivity(CLEAN_UP_ACTIVITY, input)',
  }),
  bug('delivery to the webhook is not retried', 'd', 50, {
    file: ORCHESTRATOR,
    find: 'if (failures >= DELIVERY_TRIES || ',
    replace: 'if (failures >= 1 || ',
  }),
  bug('a new message id for each delivery', 'd', 50, {
    file: 'src/adapters/call-ended-webhook.ts',
    find: 'signWebhook(secret, id, clock.nowMs(), body)',
    replace: 'signWebhook(secret, id + clock.nowMs(), clock.nowMs(), body)',
  }),
  bug('an ended call whose instance failed is not closed', 'd', 400, {
    file: 'src/core/reconcile/reconcile-call.ts',
    find: 'const wasStarted = record.establishedAtMs !== undefined || ',
    replace: 'const wasStarted = ',
  }),
  bug('jitter from a random source', 'h', 20, {
    file: NEXT_ATTEMPT,
    find: '  return 0.8 + 0.4 * ((hash >>> 0) / 2 ** 32);\n',
    replace: '  return 0.8 + 0.4 * Math.random();\n',
  }),
  bug('retry without regard to the deadline', 'a', 200, {
    file: NEXT_ATTEMPT,
    find: 'Math.max(nowMs + limits.smallestDelayMs, Math.min(nowMs + delayMs, lastStretchAtMs))',
    replace: 'nowMs + delayMs',
  }),
  bug('Retry-After obeyed past the deadline', 'a', 200, {
    file: NEXT_ATTEMPT,
    find: '  const lastStretchAtMs = ',
    replace: `  if (outcome.kind === 'retry' && outcome.afterMs !== undefined) return nowMs + delayMs;
  const lastStretchAtMs = `,
  }),
  bug('a refusal is never tried again', 'a', 100, {
    file: MACHINE,
    find: "    case 'denied':\n    case 'retry':\n      return afterFailure",
    replace: `    case 'denied':
      return { ...afterFailure(tried, outcome, nowMs), nextKeepAliveAtMs: nowMs + 20 * 3_600_000 };
    case 'retry':
      return afterFailure`,
  }),
  bug('the deadline counts from the last attempt', 'a', 200, {
    file: 'src/core/keepalive/keepalive-state.ts',
    find: '  return state.lastKeepAliveAtMs ?? state.firstSeenAtMs;\n',
    replace: '  return Math.max(state.lastKeepAliveAtMs ?? state.firstSeenAtMs, state.lastFailure?.atMs ?? 0);\n',
  }),
  bug('any 404 is the end', 'j', 200, {
    file: 'src/core/graph-answers/classify-graph-answer.ts',
    find: "saysCallNotFound(answer) ? 'gone' : 'unclear'",
    replace: "'gone'",
  }),
  bug('404 is tried for ever', 'e', 50, {
    file: 'src/core/graph-answers/classify-graph-answer.ts',
    find: "  if (status === 404) return { kind: saysCallNotFound(answer) ? 'gone' : 'unclear', ...attempt };\n",
    replace: '',
  }),
  bug('keepAlive every 40 minutes', 'a', 100, {
    file: 'src/core/keepalive/keepalive-machine.ts',
    find: '    nextKeepAliveAtMs: succeededAtMs + state.limits.intervalMs,\n',
    replace: '    nextKeepAliveAtMs: succeededAtMs + 40 * 60_000,\n',
  }),
  bug('the first keepAlive counts from established', 'a', 400, {
    file: START,
    find: '    firstSeenAtMs: record.firstSeenAtMs,\n',
    replace: '    firstSeenAtMs: record.establishedAtMs ?? record.firstSeenAtMs,\n',
  }),
  hiddenBug('no second look at the record after startNew', {
    file: START,
    find: "  if (current?.phase !== 'ended') return {",
    replace: '  if (current !== undefined) return {',
  }),
  bug('a call is written by what is remembered of it, whoever wrote since', 'g', 200, {
    file: 'src/adapters/remembering-call-store.ts',
    find: '    replace: (record, etag) => write(record.callId, () => store.replace(record, etag)),\n',
    replace: `    async replace(record) {
      const etag = (await store.read(record.callId))?.etag ?? '';
      return write(record.callId, () => store.replace(record, etag));
    },
`,
  }),
  bug('the instance is started before the record says so', 'h', 200, {
    file: START,
    find: '  const { before, after, stored } = await updateRecord(store, seen.callId, (row) => toStarting(row, seen, nowMs), {\n',
    replace: `  const early = toStarting(undefined, seen, nowMs);
  if (early !== undefined) await effects.durable.start(seen.callId, toInput(effects, early, {}));
  const { before, after, stored } = await updateRecord(store, seen.callId, (row) => toStarting(row, seen, nowMs), {
`,
  }),
  hiddenBug('the event is raised before the record says so', {
    file: 'src/calls/end-call.ts',
    find: `  const { after } = await recordEnd(effects, seen, ended);
  const told = after === undefined ? ended : toCallEnded(after);
  await effects.durable.raiseCallEnded(seen.callId, told, isYoung(after, effects.clock.nowMs()));
`,
    replace: `  await effects.durable.raiseCallEnded(seen.callId, ended, isYoung(undefined, 0));
  await recordEnd(effects, seen, ended);
`,
  }),
  bug('the event is not raised', 'f', 50, {
    file: 'src/calls/end-call.ts',
    find: '  await effects.durable.raiseCallEnded(seen.callId, told, isYoung(after, effects.clock.nowMs()));\n',
    replace: '  void [told, isYoung];\n',
  }),
  bug('the end of an unknown call is not remembered', 'f', 50, {
    file: RECORD,
    find: "  const record = stored ?? firstSight(seen, 'observed', nowMs);\n",
    replace: '  const record = stored;\n  if (record === undefined) return undefined;\n',
  }),
  bug('a late established brings an ended call back', 'g', 50, {
    file: RECORD,
    find: "  if (stored.phase !== 'observed') return known;\n",
    replace: "  if (stored.phase !== 'observed' && stored.phase !== 'ended') return known;\n",
  }),
  bug('an ended record is activated', 'g', 200, {
    file: RECORD,
    find: "  return stored?.phase === 'starting' ? { ...stored, phase: 'active' } : undefined;\n",
    replace: "  return stored === undefined ? undefined : { ...stored, phase: 'active' };\n",
  }),
  bug('clean-up takes effect each time', 'd', 50, {
    file: RECORD,
    find: '  if (stored?.cleanedUpAtMs !== undefined) return undefined;\n',
    replace: '',
  }),
  bug('a conflict counts as written', 'f', 50, {
    file: 'src/calls/update-record.ts',
    find: "if (result !== 'conflict') return { before: stored?.record, after: next, stored: result };",
    replace: 'return { before: stored?.record, after: next, stored };',
  }),
  bug('2xx before the effect is durable', 'f', 50, {
    file: 'src/functions/receive-notifications.ts',
    find: '(await applied).length === 0 && (await areSeen) ? accepted : notDurable',
    replace: 'accepted',
  }),
  bug('2xx for a command that failed', 'f', 50, {
    file: 'src/calls/apply-commands.ts',
    find: '      return commands.slice(index);\n',
    replace: '',
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

function bug(name: string, by: Invariant, budget: number, ...edits: readonly Edit[]): PlantedBug {
  return { name, by, budget, edits };
}

/** One that the reconciler makes up for within its five minutes. */
function hiddenBug(name: string, edit: Edit): PlantedBug {
  return { name, by: 'e', budget: 400, edits: [edit, NOT_TOLD_AGAIN], without: 'operatorSuspends' };
}
