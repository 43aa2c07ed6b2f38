import type { OrchestrationContext, Task } from 'durable-functions';
import { RetryOptions, type TimerTask } from 'durable-functions';
import * as fc from 'fast-check';
import type { App } from './hub.ts';

/** One step of an orchestrator that is made up. */
export type Step =
  | { readonly kind: 'activity' | 'failing' | 'sub' | 'newWait' | 'yieldEarlier' | 'yieldPending' }
  | { readonly kind: 'retried'; readonly failures: number }
  | { readonly kind: 'timer'; readonly minutes: number }
  | { readonly kind: 'race'; readonly minutes: number; readonly cancels: boolean }
  | { readonly kind: 'activityRace'; readonly minutes: number }
  | { readonly kind: 'all'; readonly count: number };

export interface Program {
  readonly steps: readonly Step[];
  readonly generations: number;
  readonly ends: 'returns' | 'throws' | 'leavesTimerOpen';
}

/** What happens to it from outside. */
export type Act =
  | { readonly kind: 'raise'; readonly name: string }
  | { readonly kind: 'suspend' | 'resume' | 'terminate' | 'restart' };

export interface RandomLife {
  readonly program: Program;
  readonly acts: readonly { readonly afterMinutes: number; readonly act: Act }[];
}

const minutes = fc.integer({ min: 1, max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    { kind: 'activity' },
    { kind: 'failing' },
    { kind: 'sub' },
    { kind: 'newWait' },
    { kind: 'yieldEarlier' },
    { kind: 'yieldPending' },
  ),
  fc.record({ kind: fc.constant('retried' as const), failures: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ kind: fc.constant('timer' as const), minutes: fc.oneof(minutes, fc.constant(20_000)) }),
  fc.record({ kind: fc.constant('race' as const), minutes, cancels: fc.boolean() }),
  fc.record({ kind: fc.constant('activityRace' as const), minutes }),
  fc.record({ kind: fc.constant('all' as const), count: fc.integer({ min: 1, max: 3 }) }),
);
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('raise' as const), name: fc.constantFrom('a', 'b') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('suspend', 'resume', 'restart') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const) }) },
) as fc.Arbitrary<Act>;

export const randomLife: fc.Arbitrary<RandomLife> = fc.record({
  program: fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 10 }),
    generations: fc.integer({ min: 1, max: 3 }),
    ends: fc.constantFrom('returns', 'returns', 'throws', 'leavesTimerOpen'),
  }),
  acts: fc.array(fc.record({ afterMinutes: fc.integer({ min: 0, max: 20 }), act }), { maxLength: 8 }),
});

/** An app whose orchestrator `program` does what its input says, and shows in its status what it sees of time and replay. */
export function programApp(): App {
  const tries = new Map<string, number>();
  return {
    orchestrators: { program, sub },
    activities: {
      echo: (input: unknown) => ({ echo: input }),
      fail: () => {
        throw new Error('as asked');
      },
      failFirst: ({ key, failures }: { readonly key: string; readonly failures: number }) => {
        const count = (tries.get(key) ?? 0) + 1;
        tries.set(key, count);
        if (count <= failures) throw new Error(`try ${count}`);
        return count;
      },
    },
  };
}

function* sub(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
  return yield context.df.callActivity('echo', 'sub');
}

function* program(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { df } = context;
  const input = df.getInput<Program & { readonly generation?: number }>();
  const generation = input.generation ?? 0;
  const seen: unknown[] = [];
  const waits = [df.waitForExternalEvent('a')];
  let earlier: Task | undefined;
  let pending: Task | undefined;
  const show = (what: unknown) => {
    seen.push(what);
    const status = { at: df.currentUtcDateTime, version: df.version, guid: df.newGuid('x'), steps: seen.length };
    // Read when the turn ends, for what came before in this turn and in a replay of it differs.
    df.setCustomStatus({ toJSON: () => ({ ...status, isReplaying: df.isReplaying }) });
  };
  const inMinutes = (count: number) => df.createTimer(new Date(df.currentUtcDateTime.getTime() + count * 60_000));

  for (const [index, next] of input.steps.entries()) {
    const key = `${generation}-${index}`;
    switch (next.kind) {
      case 'activity':
        show(yield df.callActivity('echo', { index, text: 'x' }));
        break;
      case 'failing':
        try {
          yield df.callActivity('fail', index);
        } catch (error) {
          show(String(error));
        }
        break;
      case 'retried': {
        const retry = new RetryOptions(30_000, 3);
        retry.backoffCoefficient = 2;
        try {
          show(yield df.callActivityWithRetry('failFirst', retry, { key, failures: next.failures }));
        } catch (error) {
          show(String(error));
        }
        break;
      }
      case 'sub':
        show(yield df.callSubOrchestrator('sub', index, `sub-${key}`));
        break;
      case 'newWait':
        waits.push(df.waitForExternalEvent('b'));
        break;
      case 'timer':
        yield inMinutes(next.minutes);
        show('timer');
        break;
      case 'race': {
        const timer = inMinutes(next.minutes);
        const wait = waits.at(-1);
        if (wait === undefined || wait.isCompleted) {
          yield timer;
          break;
        }
        const winner = yield df.Task.any([wait, timer]);
        show(winner === wait ? wait.result : 'timer');
        earlier = wait.isCompleted ? wait : earlier;
        if (winner === wait && next.cancels && !timer.isCompleted) (timer as TimerTask).cancel();
        else if (winner === wait) pending = timer;
        break;
      }
      case 'activityRace': {
        const timer = inMinutes(next.minutes);
        const activity = df.callActivity('echo', { race: index });
        const winner = yield df.Task.any([activity, timer]);
        show(winner === activity);
        earlier = activity;
        pending = winner === activity ? timer : pending;
        break;
      }
      case 'yieldEarlier':
        if (earlier !== undefined) show(yield earlier);
        break;
      case 'yieldPending':
        if (pending !== undefined) show(yield pending);
        break;
      case 'all':
        show(yield df.Task.all(Array.from({ length: next.count }, (_, item) => df.callActivity('echo', item))));
        break;
    }
  }
  if (generation + 1 < input.generations) {
    df.continueAsNew({ ...input, generation: generation + 1 });
    return undefined;
  }
  if (input.ends === 'leavesTimerOpen') yield df.Task.any([df.callActivity('echo', 'last'), inMinutes(45)]);
  if (input.ends === 'throws') throw new Error('the end');
  return seen;
}
