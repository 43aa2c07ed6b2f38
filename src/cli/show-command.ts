import type { Command } from 'commander';
import { toVisibleText } from '../core/values/visible-text.ts';
import { dangerColour } from './call-rows.ts';
import type { Act, CommandContext } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { isObject, type JsonObject, numberOf, objectOf, objectsOf, textOf } from './json-value.ts';
import { resolveCall } from './resolve-call.ts';
import { toTable } from './table.ts';
import { toDurationText, toInstantText } from './time-text.ts';

export function defineShow(program: Command, act: Act): void {
  program
    .command('show')
    .description('Shows all that is known of one call, and its history.')
    .argument('<id>', 'the call id, with or without dashes, or its first 6 or more digits')
    .addHelpText('after', '\nExample:\n  call-keepalive show 5b1f8d00-72c3-4e61-8d1b-4f60917b82e5')
    .action(act(showCall));
}

async function showCall(context: CommandContext, _options: unknown, [id = '']: readonly string[]): Promise<number> {
  const api = await context.connect();
  const call = await api.get(`calls/${encodeURIComponent(await resolveCall(api, id))}`, 'callId');
  if (context.json) {
    context.printJson(call);
    return EXIT.done;
  }
  const row = objectOf(call, 'row');
  const { paint } = context;
  context.print([
    `${paint('bold', toVisibleText(textOf(call, 'callId')))}  ${paint(dangerColour(row), toVisibleText(textOf(row, 'state')))}`,
    toVisibleText(textOf(call, 'why')),
    '',
    ...toFacts(call, row).map(([name, value]) => `${paint('dim', name.padEnd(16))}${toVisibleText(value)}`),
    '',
    ...toTable(TIMELINE_COLUMNS, objectsOf(call, 'timeline'), context),
  ]);
  return EXIT.done;
}

const TIMELINE_COLUMNS = [
  { title: 'AT (UTC)', text: (entry: JsonObject) => toInstantText(textOf(entry, 'at')) },
  { title: 'WHAT', text: (entry: JsonObject) => textOf(entry, 'kind') },
  { title: 'RESULT', text: (entry: JsonObject) => textOf(entry, 'result') },
  { title: 'MS', text: (entry: JsonObject) => textOf(entry, 'ms'), alignRight: true as const },
  { title: 'REQUEST ID', text: (entry: JsonObject) => textOf(entry, 'requestId') },
];

/** What is known, by name; what is not is left out. */
function toFacts(call: JsonObject, row: JsonObject): readonly (readonly [string, string])[] {
  const record = objectOf(call, 'record');
  const instance = call.instance;
  const failure = objectOf(row, 'lastFailure');
  const margin = numberOf(row, 'marginSeconds');
  const worst = numberOf(record, 'worstMarginSeconds');
  const instants = ['firstSeenAt', 'establishedAt', 'lastKeepAliveAt', 'nextKeepAliveAt', 'deadlineAt', 'endedAt'];
  const facts: readonly (readonly [string, string])[] = [
    ...['tenantId', 'direction', 'subject', 'threadId', 'callChainId', 'scenarioId'].map(
      (name) => [toWords(name), textOf(row, name)] as const,
    ),
    ...instants.map((name) => [toWords(name), toInstantText(textOf(row, name))] as const),
    ['left', margin === undefined ? '' : toDurationText(margin)],
    ['keepAlives', textOf(row, 'keepAlives')],
    ['worst margin', worst === undefined ? '' : toDurationText(worst)],
    ['failures in a row', numberOf(row, 'consecutiveFailures') === 0 ? '' : textOf(row, 'consecutiveFailures')],
    ['last failure', `${toInstantText(textOf(failure, 'at'))} ${textOf(failure, 'reason')}`.trim()],
    ['end reason', textOf(row, 'endReason')],
    [
      'instance',
      isObject(instance) ? `${textOf(instance, 'instanceId')} ${textOf(instance, 'runtimeStatus')}` : 'none',
    ],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** `lastKeepAliveAt` → `last keepAlive`, `tenantId` → `tenant`. */
function toWords(name: string): string {
  return name
    .replace(/(At|Id)$/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace('keep alive', 'keepAlive');
}
