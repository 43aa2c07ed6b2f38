import type { Command } from 'commander';
import { askAll } from './ask-all.ts';
import { wrongUsage } from './cli-error.ts';
import type { Act, CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { type JsonObject, numberOf, objectOf, objectsOf, textOf } from './json-value.ts';
import { type Column, toTable } from './table.ts';
import { toDurationText, toInstantText } from './time-text.ts';

const DAY_MS = 24 * 60 * 60_000;

export function defineReport(program: Command, act: Act): void {
  program
    .command('report')
    .description('Tells what was kept alive, by the day (UTC) on which the keepalive ended.')
    .option('--since <days>', 'so many days back, or a first day: 30d, 2026-03-01', '30d')
    .addHelpText(
      'after',
      `
KEPT counts keepAlives that succeeded. WORST is the shortest time that was left to the 45 minutes at one of them; below
zero Graph took it late. MISSED are calls that Graph ended for want of a keepAlive (408/8537), TERMINATED counts them
too. Calls that are still open are in no day. The days stay when their calls are purged.

Example:
  call-keepalive report --since 7d`,
    )
    .action(act(report));
}

async function report(context: CommandContext, { since }: { readonly since: string }): Promise<number> {
  const apis = await context.connectAll();
  const path = `report?since=${encodeURIComponent(toDay(since, context.io.nowMs()))}`;
  const told = await askAll(apis, (api) => api.get(path, 'days'), context.complain);
  for (const { url, answer } of told) {
    if (context.json) context.printJson(apis.length === 1 ? answer : { app: url, ...answer });
    else showReport(context, answer, apis.length === 1 ? undefined : url);
  }
  return told.length === apis.length ? EXIT.done : EXIT.failed;
}

/** Days of several apps are not summed: each has a margin, and a worst call, of its own. */
function showReport(context: CommandContext, answer: JsonObject, url: string | undefined): void {
  if (url !== undefined) context.say(url);
  const total = { ...objectOf(answer, 'total'), day: 'total' };
  context.print(toTable(COLUMNS, [...objectsOf(answer, 'days'), total], context));
  for (const loss of objectsOf(answer, 'lost')) {
    context.say(
      `Lost: ${textOf(loss, 'callId')} at ${toInstantText(textOf(loss, 'at'))} UTC: ${textOf(loss, 'cause')}.`,
    );
  }
  const worst = textOf(total, 'worstMarginCallId');
  if (worst !== '') context.say(`The worst margin was that of call ${worst}.`);
}

function endsColumn(title: string, reason: string): Column<JsonObject> {
  return { title, text: (day) => textOf(objectOf(day, 'ends'), reason), alignRight: true };
}

const COLUMNS: readonly Column<JsonObject>[] = [
  { title: 'DAY', text: (day) => textOf(day, 'day') },
  { title: 'CALLS', text: (day) => textOf(day, 'calls'), alignRight: true },
  { title: 'KEPT', text: (day) => textOf(day, 'keepAlives'), alignRight: true },
  { title: 'WORST', text: worstText, alignRight: true, colour: (day) => (isNegative(day) ? 'red' : 'plain') },
  {
    title: 'MISSED',
    text: (day) => textOf(day, 'keepAliveMissed'),
    alignRight: true,
    colour: (day) => (numberOf(day, 'keepAliveMissed') === 0 ? 'plain' : 'red'),
  },
  endsColumn('TERMINATED', 'terminated'),
  endsColumn('NOT FOUND', 'notFound'),
  endsColumn('STOPPED', 'stopped'),
  endsColumn('EXPIRED', 'expired'),
];

function worstText(day: JsonObject): string {
  const worst = numberOf(day, 'worstMarginSeconds');
  return worst === undefined ? '' : toDurationText(worst);
}

function isNegative(day: JsonObject): boolean {
  return (numberOf(day, 'worstMarginSeconds') ?? 0) < 0;
}

/** `7d` → the day seven days ago; a day stays. */
function toDay(since: string, nowMs: number): string {
  if (/^\d{4}-\d\d-\d\d$/.test(since)) return since;
  const [, days] = /^(\d{1,4})d$/.exec(since) ?? [];
  if (days === undefined)
    throw wrongUsage(`--since is a number of days or a first day (30d, 2026-03-01), not "${since}".`);
  return new Date(nowMs - Number(days) * DAY_MS).toISOString().slice(0, 10);
}
