import type { Command } from 'commander';
import { toVisibleText } from '../core/values/visible-text.ts';
import { type Api, ForeignAnswerError, UnreachableError } from './api.ts';
import { askAll } from './ask-all.ts';
import { type CallFilterOptions, type CallList, callColumns, fetchCalls, toCountsText } from './call-rows.ts';
import { type Act, type CommandContext, wholeNumber } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { type JsonObject, textOf } from './json-value.ts';
import { withFilter } from './list-command.ts';
import { mergeLists } from './merge-lists.ts';
import { toTable } from './table.ts';
import { toInstantText } from './time-text.ts';

interface WatchOptions extends CallFilterOptions {
  readonly interval: number;
}

const CLEAR = '\u001b[H\u001b[2J';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** More would scroll away, and is not looked at. */
const MOST_CALLS = 1_000;

export function defineWatch(program: Command, act: Act): void {
  withFilter(program.command('watch').description('Shows the open calls again and again, until Ctrl-C.'))
    .option('--interval <seconds>', 'between two looks; the app reads its table every 10 s', wholeNumber(1, 3_600), 10)
    .addHelpText(
      'after',
      '\nOn a terminal the table is redrawn. Elsewhere a line tells each call that is new or has changed.',
    )
    .addHelpText('after', '\nExample:\n  call-keepalive watch --danger failing,overdue')
    .action(act(watchCalls));
}

async function watchCalls(context: CommandContext, options: WatchOptions): Promise<number> {
  const { io } = context;
  const apis = await context.connectAll();
  const show = context.json
    ? createJsonView(context)
    : io.out.isTerminal
      ? createScreenView(context)
      : createLog(context);
  try {
    await look(apis, options, show);
    for (;;) {
      await io.sleep(options.interval * 1_000);
      await look(apis, options, show).catch((error: unknown) => {
        if (!isPassing(error)) throw error;
        show.trouble(error.message);
      });
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
    return EXIT.interrupted; // Ctrl-C is how this is meant to end, and a script may want to know.
  } finally {
    show.end();
  }
}

interface View {
  /** With the problems of the apps whose calls are not in it. */
  list(list: CallList, problems: readonly string[]): void;
  trouble(problem: string): void;
  end(): void;
}

/** An app that restarts, or is deployed anew, is no reason to stop watching it. */
function isPassing(error: unknown): error is UnreachableError | ForeignAnswerError {
  return error instanceof UnreachableError || error instanceof ForeignAnswerError;
}

async function look(apis: readonly Api[], options: WatchOptions, show: View): Promise<void> {
  const problems: string[] = [];
  const ask = (api: Api) => fetchCalls(api, options, MOST_CALLS);
  const told = await askAll(apis, ask, (problem) => problems.push(problem)).catch((error: unknown) => {
    problems.forEach(show.trouble);
    throw error;
  });
  show.list(mergeLists(told, MOST_CALLS, apis.length), problems);
}

function createScreenView(context: CommandContext): View {
  const { io, paint } = context;
  io.out.write(HIDE_CURSOR);
  // The most endangered stand first: what does not fit on the screen can wait.
  const draw = (lines: readonly string[]) =>
    io.out.write(`${CLEAR}${lines.slice(0, (io.out.rows() ?? 24) - 1).join('\n')}\n`);
  return {
    list: (list, problems) =>
      draw([
        ...problems.map((problem) => paint('red', toVisibleText(problem))),
        ...(list.engineProblem === '' ? [] : [paint('yellow', toVisibleText(list.engineProblem))]),
        `${toVisibleText(toCountsText(list))}  ${paint('dim', 'Ctrl-C ends this.')}`,
        '',
        // The width anew each time: a window may be resized.
        ...toTable(callColumns(list.value), list.value, { paint, width: io.out.columns() ?? 80 }),
      ]),
    trouble: (problem) => io.out.write(`${paint('red', toVisibleText(problem))}\n`),
    end: () => io.out.write(SHOW_CURSOR),
  };
}

function createLog(context: CommandContext): View {
  let known = new Map<string, JsonObject>();
  return {
    list({ asOf, value }, problems) {
      problems.forEach(context.complain);
      const at = toInstantText(asOf);
      const rows = new Map(value.map((row) => [textOf(row, 'callId'), row]));
      for (const [callId, row] of rows) {
        if (toMark(known.get(callId)) === toMark(row)) continue;
        context.say(`${at} ${callId} ${textOf(row, 'state')}: ${textOf(row, 'why')}`);
      }
      for (const [callId, row] of known) {
        if (rows.has(callId)) continue;
        // It may be one of an app that does not answer just now.
        if (problems.length > 0) rows.set(callId, row);
        else context.say(`${at} ${callId} is not in the list any more`);
      }
      known = rows;
    },
    trouble: context.complain,
    end: () => {},
  };
}

/** What makes a line worth printing: not the time that passes. */
function toMark(row: JsonObject | undefined): string {
  return ['state', 'danger', 'keepAlives'].map((name) => textOf(row, name)).join();
}

function createJsonView(context: CommandContext): View {
  return {
    list(list, problems) {
      problems.forEach(context.complain);
      context.printJson(list, 'line');
    },
    trouble: context.complain,
    end: () => {},
  };
}
