import type { Command } from 'commander';
import { askAll } from './ask-all.ts';
import { type CallFilterOptions, callColumns, fetchCalls, toCountsText } from './call-rows.ts';
import { type Act, type CommandContext, wholeNumber } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { mergeLists } from './merge-lists.ts';
import { toTable } from './table.ts';

interface ListOptions extends CallFilterOptions {
  readonly top?: number;
}

export function defineList(program: Command, act: Act): void {
  withFilter(program.command('list').description('Lists the calls, the most endangered first.'))
    .option('--ended', 'also calls that have ended, as long as they are kept')
    .option('--top <n>', 'no more than so many', wholeNumber(1, 1_000_000))
    .addHelpText('after', '\nLEFT is the time until Graph drops the call, KEPT how many keepAlives have succeeded.')
    .addHelpText('after', '\nExample:\n  call-keepalive list --state retrying,overdue')
    .action(act(listCalls));
}

/** Adds the options that say which calls are wanted. */
export function withFilter(command: Command): Command {
  return command
    .option(
      '--state <states>',
      'observed, starting, waiting, retrying, overdue, suspended, unattended, lost, ended; with commas',
    )
    .option('--danger <dangers>', 'none, late, failing, overdue; with commas')
    .option('--tenant <id>', 'only calls of this tenant')
    .option('--text <text>', 'only calls with this in an id or the subject');
}

async function listCalls(context: CommandContext, options: ListOptions): Promise<number> {
  const apis = await context.connectAll();
  const most = options.top ?? Number.MAX_SAFE_INTEGER;
  const told = await askAll(apis, (api) => fetchCalls(api, options, most), context.complain);
  const list = mergeLists(told, most, apis.length);
  const exitCode = told.length === apis.length ? EXIT.done : EXIT.failed;
  if (context.json) {
    context.printJson(list);
    return exitCode;
  }
  if (list.engineProblem !== '') context.complain(list.engineProblem);
  if (list.value.length > 0) context.print(toTable(callColumns(list.value), list.value, context));
  const left = list.matched - list.value.length;
  const none = list.matched === 0 && isFiltered(options) ? 'No call fits the filter. ' : '';
  context.say(`${none}${toCountsText(list)}${left > 0 ? `; ${left} more with a larger --top` : ''}`);
  return exitCode;
}

function isFiltered({ state, danger, tenant, text }: CallFilterOptions): boolean {
  return [state, danger, tenant, text].some((value) => value !== undefined);
}
