import { UnreachableError } from './api.ts';
import { type ApiAnswer, mayPass, toDetail } from './api-answer.ts';
import { CliError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { type Outcome, putPatiently, toOutcome } from './put-patiently.ts';
import { type NamedCall, readCalls } from './read-calls.ts';
import { sideBySide } from './side-by-side.ts';
import { toTable } from './table.ts';

type Counts = Record<Outcome, number>;

/** Where nobody looks, a line tells how far it is each time so many calls are done. */
const CALLS_A_LINE = 1_000;
/** One call that fails is that call's trouble; so many in a row are the app's. */
const MOST_FAILING = 16;

/**
 * Registers the calls of stdin, and tells how far it is, what was refused, and at the end a table of what became of them.
 *
 * Shape: → exit code, 0 when each is kept alive.  Errors: CliError when stdin or the app fails: what follows was not registered.
 */
export async function registerFleet(
  context: CommandContext,
  concurrency: number,
  toBody: (call: NamedCall) => object,
): Promise<number> {
  const { io } = context;
  const api = await context.connect();
  const counts: Counts = { registered: 0, running: 0, unknown: 0, refused: 0 };
  const progress = createProgress(context, counts);
  let failing = 0;
  try {
    await sideBySide(readCalls(io), concurrency, async (call) => {
      const answer = await putPatiently(io, api, call.id, toBody(call));
      const outcome = toOutcome(answer);
      counts[outcome]++;
      progress.clear();
      reportCall(context, call, outcome, answer);
      progress.show();
      failing = mayPass(answer) ? failing + 1 : 0;
      if (failing === MOST_FAILING) throw new UnreachableError(toDetail(answer));
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = `${error.message} What follows was NOT registered: mend that, and repeat the whole.`;
    throw new CliError(message, error.exitCode);
  } finally {
    progress.clear();
    tellCounts(context, counts);
  }
  return counts.unknown + counts.refused === 0 ? EXIT.done : EXIT.failed;
}

/** On stdout, unless that is for a program. */
function tellCounts(context: CommandContext, counts: Counts): void {
  const rows = toRows(counts);
  if (context.json) context.complain(rows.map(({ outcome, calls }) => `${calls} ${outcome}`).join(', '));
  else context.print(toTable(COLUMNS, rows, context));
}

const COLUMNS = [
  { title: 'OUTCOME', text: ({ outcome }: { outcome: string }) => outcome },
  { title: 'CALLS', text: ({ calls }: { calls: number }) => String(calls), alignRight: true as const },
];

function toRows(counts: Counts) {
  return [
    { outcome: 'kept alive from now on', calls: counts.registered },
    { outcome: 'kept alive already', calls: counts.running },
    { outcome: 'unknown to Graph: not kept alive', calls: counts.unknown },
    { outcome: 'refused: not kept alive', calls: counts.refused },
  ];
}

function createProgress({ io, json, complain }: CommandContext, counts: Counts) {
  const startedAtMs = io.nowMs();
  const text = (done: number) => {
    const seconds = (io.nowMs() - startedAtMs) / 1_000;
    const rate = seconds > 0 ? `, ${Math.round(done / seconds)}/s` : '';
    return `${done} done${rate}: ${counts.unknown + counts.refused} not kept alive`;
  };
  return {
    clear() {
      if (io.err.isTerminal) io.err.write('\r\u001b[K');
    },
    show() {
      const done = Object.values(counts).reduce((sum, count) => sum + count, 0);
      if (io.err.isTerminal) io.err.write(text(done));
      else if (!json && done % CALLS_A_LINE === 0) complain(text(done));
    },
  };
}

function reportCall(context: CommandContext, { id, line }: NamedCall, outcome: Outcome, answer: ApiAnswer): void {
  const isKept = outcome === 'registered' || outcome === 'running';
  const detail = isKept ? undefined : toDetail(answer);
  if (context.json) context.printJson({ line, callId: id, outcome, status: answer.status, detail }, 'line');
  else if (detail !== undefined) context.complain(`Line ${line}, ${id || 'no id'}: ${detail}`);
}
