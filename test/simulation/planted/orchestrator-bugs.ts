import { bug, type PlantedBug } from './planted-bug.ts';

const ORCHESTRATOR = 'src/functions/keep-call-alive.ts';

/** In the orchestrator: its order of waits, looks and generations. */
export const ORCHESTRATOR_BUGS: readonly PlantedBug[] = [
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
];
