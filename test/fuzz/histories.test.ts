import type { OrchestrationContext, Task } from 'durable-functions';
import fc from 'fast-check';
import { expect } from 'vitest';
import { parseCallId } from '../../src/core/call-record/call-id.ts';
import { toKeepaliveLimits } from '../../src/core/keepalive/keepalive-limits.ts';
import { startKeepalive } from '../../src/core/keepalive/keepalive-state.ts';
import { parseInstanceView } from '../../src/core/operator-views/instance-view.ts';
import { keepCallAlive } from '../../src/functions/keep-call-alive.ts';
import { MEANT_CALL } from './any-notification.ts';
import { expectNoSecretIn, FUZZ_SECRET, fuzz, quickly } from './fuzz-run.ts';

const START_MS = Date.UTC(2026, 2, 1);
const callId = parseCallId(MEANT_CALL);
if (callId === undefined) throw new Error('no call id');
const STATE = startKeepalive({
  callId,
  graphCallId: callId,
  firstSeenAtMs: START_MS,
  limits: toKeepaliveLimits({ intervalMs: 900_000, timeScale: 1 }),
});

const anyInput = fc
  .dictionary(fc.constantFrom(...Object.keys(STATE), 'lastKeepAliveAtMs', 'ended'), fc.jsonValue({ maxDepth: 1 }), {
    maxKeys: 1,
    noNullPrototype: true,
  })
  .map((changes) => ({ ...STATE, ...changes }));

/** What the history says that an activity gave: nearly what ours gives. */
const anyResult = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.record(
    {
      kind: fc.oneof(fc.constantFrom('alive', 'gone', 'unclear', 'denied', 'retry'), fc.string()),
      sentAtMs: fc.oneof(fc.constant(START_MS), fc.double(), fc.jsonValue({ maxDepth: 0 })),
      durationMs: fc.oneof(fc.nat(), fc.jsonValue({ maxDepth: 0 })),
      reason: fc.jsonValue({ maxDepth: 0 }),
      code: fc.jsonValue({ maxDepth: 0 }),
      afterMs: fc.oneof(fc.double(), fc.jsonValue({ maxDepth: 0 })),
      requestId: fc.jsonValue({ maxDepth: 0 }),
      tenantId: fc.jsonValue({ maxDepth: 0 }),
      lastSuccessAtMs: fc.oneof(fc.double(), fc.jsonValue({ maxDepth: 0 })),
      body: fc.constant(FUZZ_SECRET),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
);
const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('done' as const), result: anyResult }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failed' as const), result: anyResult }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('ended' as const), result: anyResult }) },
);
const anyHistory = fc.record({ input: anyInput, steps: fc.array(anyStep, { maxLength: 12 }) });

interface FakeTask {
  readonly kind: 'event' | 'timer' | 'activity' | 'any';
  readonly atMs?: number;
  isCompleted: boolean;
  result?: unknown;
}

/** Plays the history to the orchestrator. Shape: → all that it told the engine, and how it ended. */
function play(input: unknown, steps: readonly { readonly kind: string; readonly result: unknown }[]) {
  const told: unknown[] = [];
  let nowMs = START_MS;
  const event: FakeTask = { kind: 'event', isCompleted: false };
  const activity = (_name: string, given: unknown): FakeTask => {
    told.push(given);
    return { kind: 'activity', isCompleted: false };
  };
  const df = {
    instanceId: `call-${MEANT_CALL}`,
    version: '1.0',
    getInput: () => input,
    get currentUtcDateTime() {
      return new Date(nowMs);
    },
    waitForExternalEvent: () => event,
    createTimer(at: Date): FakeTask {
      expect(Number.isNaN(at.getTime())).toBe(false);
      return { kind: 'timer', atMs: at.getTime(), isCompleted: false, ...{ cancel: () => undefined } };
    },
    callActivity: activity,
    callActivityWithRetry: (name: string, _retry: unknown, given: unknown) => activity(name, given),
    setCustomStatus: (status: unknown) => void told.push(status),
    continueAsNew: (state: unknown) => void told.push(state),
    Task: { any: (tasks: readonly FakeTask[]) => tasks.find(({ kind }) => kind === 'timer') },
  };
  const running = keepCallAlive({ df } as unknown as OrchestrationContext) as Generator<Task, unknown, unknown>;
  let turn = running.next();
  for (const { kind, result } of steps) {
    if (turn.done) break;
    const task = turn.value as unknown as FakeTask;
    if (kind === 'ended' && !event.isCompleted) Object.assign(event, { isCompleted: true, result });
    if (task.kind === 'timer') {
      if (event.isCompleted) turn = running.next(event);
      else {
        nowMs = Math.max(nowMs, task.atMs ?? nowMs);
        turn = running.next(task);
      }
    } else turn = kind === 'failed' ? running.throw(new Error('the activity failed')) : running.next(result);
  }
  if (turn.done) told.push(turn.value);
  return told;
}

fuzz(
  'histories are gone through, whatever they hold, or refused with our own words',
  anyHistory,
  async ({ input, steps }) => {
    const told = await quickly(async () => {
      try {
        return play(input, steps);
      } catch (error) {
        expect(String(error)).toContain('was started without the state of its call');
        return [];
      }
    });
    expectNoSecretIn(told);
    for (const { result } of steps) {
      const times = { createdTime: 'never', lastUpdatedTime: 'never' };
      const status = { runtimeStatus: 'Completed', ...times, customStatus: result, output: result };
      expectNoSecretIn(parseInstanceView(status));
    }
  },
);
