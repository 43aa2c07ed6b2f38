import { bug, type PlantedBug } from './planted-bug.ts';

const MACHINE = 'src/core/keepalive/keepalive-machine.ts';
const NEXT_ATTEMPT = 'src/core/keepalive/next-attempt.ts';
const START = 'src/calls/start-call.ts';

const BELIEVED_BEFORE_THE_DEADLINE = {
  file: 'src/core/keepalive/keepalive-limits.ts',
  find: '  confirmGoneAfterDeadlineMs: 0,\n',
  replace: '',
};

/** In what is decided about keepAlives: when the next one is sent, and what an answer means. */
export const KEEPALIVE_BUGS: readonly PlantedBug[] = [
  bug(
    'a success does not clear a doubt',
    'j',
    200,
    {
      file: MACHINE,
      find: '{ firstUnclearAtMs: _refuted, failingSinceMs: _over, ...rest }',
      replace: '{ failingSinceMs: _over, ...rest }',
    },
    BELIEVED_BEFORE_THE_DEADLINE,
  ),
  bug('a strange 404 is believed before the deadline', 'j', 200, BELIEVED_BEFORE_THE_DEADLINE),
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
  bug('a refusal is never tried again', 'a', 100, {
    file: MACHINE,
    find: "    case 'denied':\n    case 'retry':\n      return afterFailure",
    replace: `    case 'denied':
      return { ...afterFailure(tried, outcome, nowMs), nextKeepAliveAtMs: nowMs + 20 * 3_600_000 };
    case 'retry':
      return afterFailure`,
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
  bug('jitter from a random source', 'h', 20, {
    file: NEXT_ATTEMPT,
    find: '  return 0.8 + 0.4 * ((hash >>> 0) / 2 ** 32);\n',
    replace: '  return 0.8 + 0.4 * Math.random();\n',
  }),
  bug('the deadline counts from the last attempt', 'a', 200, {
    file: 'src/core/keepalive/keepalive-state.ts',
    find: '  return state.lastKeepAliveAtMs ?? state.firstSeenAtMs;\n',
    replace: '  return Math.max(state.lastKeepAliveAtMs ?? state.firstSeenAtMs, state.lastFailure?.atMs ?? 0);\n',
  }),
  bug('keepAlive every 40 minutes', 'a', 100, {
    file: 'src/core/keepalive/keepalive-machine.ts',
    find: '    nextKeepAliveAtMs: succeededAtMs + state.limits.intervalMs,\n',
    replace: '    nextKeepAliveAtMs: succeededAtMs + 40 * 60_000,\n',
  }),
  // Graph ends such a call only after half an hour of lobby of which nothing was told: about one seed in a hundred.
  bug('a call whose start nobody told counts as new', 'a', 600, {
    file: 'src/core/call-record/keepalive-so-far.ts',
    find: 'isStartTold ? undefined : nowMs',
    replace: 'undefined',
  }),
  bug('the first keepAlive counts from established', 'a', 200, {
    file: START,
    find: '    firstSeenAtMs: record.firstSeenAtMs,\n',
    replace: '    firstSeenAtMs: record.establishedAtMs ?? record.firstSeenAtMs,\n',
  }),
];
