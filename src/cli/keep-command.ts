import { type Command, InvalidArgumentError } from 'commander';
import type { Api } from './api.ts';
import { type ApiAnswer, toDetail } from './api-answer.ts';
import { type Act, type CommandContext, confirmOrRefuse } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { type JsonObject, objectOf, textOf } from './json-value.ts';
import { namedIds } from './read-calls.ts';
import { resolveCalls } from './resolve-call.ts';
import { sendForEach } from './send-for-each.ts';

interface KeepOptions {
  readonly callId?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly passThru?: true;
  readonly whatIf?: true;
  readonly confirm?: true;
  readonly yes?: true;
  readonly responseHeaders?: true;
}

const ALLOWED_HEADERS = ['client-request-id', 'Scenario-Id'] as const;

export function defineKeep(program: Command, act: Act): void {
  program
    .command('keep')
    .description(
      'Sends one keepAlive at once, as Invoke-MgKeepCommunicationCallAlive does. The schedule stays as it is.',
    )
    .argument('[ids...]', 'call ids; without any they are read from stdin')
    .option('--call-id <id>', 'a call id, as -CallId; may be repeated', append)
    .option('--headers <name=value>', 'client-request-id or Scenario-Id, handed on to Graph', addHeader)
    .option('--pass-thru', 'print true for each success')
    .option('--response-headers', "print the ids and the date of Graph's answer")
    .option('--what-if', 'say what would be sent, and send nothing')
    .option('--confirm', 'ask first')
    .option('--yes', 'do not ask, whatever --confirm says')
    .addHelpText(
      'after',
      `
stdin holds an id a line, JSON objects with callId, CallId or id, a JSON array of them, or what list --json prints.
Other headers are refused: they would travel with the bot's token, and Graph's keepAlive takes no other.
Not offered: -Break, -Proxy, -HttpPipelineAppend and -HttpPipelinePrepend, for the app sends the request, not this command.

Examples:
  call-keepalive keep 5b1f8d00-72c3-4e61-8d1b-4f60917b82e5 --pass-thru
  call-keepalive keep 5b1f8d00-72c3-4e61-8d1b-4f60917b82e5 --what-if
  call-keepalive list --danger late,failing --json | call-keepalive keep`,
    )
    .action(act(keepCalls));
}

async function keepCalls(context: CommandContext, options: KeepOptions, operands: readonly string[]): Promise<number> {
  const named = await namedIds(context.io, [...(options.callId ?? []), ...operands]);
  const api = await context.connect();
  const ids = await resolveCalls(api, named);
  if (options.confirm && !options.yes && !options.whatIf) {
    if (!(await confirmOrRefuse(context, `Send keepAlive for ${ids.length} call(s)?`))) return EXIT.failed;
  }
  const send = (id: string) => sendKeepAlive(api, id, options);
  return sendForEach(ids, 200, send, (id, answer) => report(context, options, id, answer));
}

function sendKeepAlive(api: Api, id: string, { headers = {}, whatIf }: KeepOptions): Promise<ApiAnswer> {
  return api.send('POST', `calls/${encodeURIComponent(id)}/keepAlive${whatIf ? '?dryRun=true' : ''}`, { headers });
}

function report(context: CommandContext, options: KeepOptions, id: string, answer: ApiAnswer): void {
  const { body, status } = answer;
  if (context.json) context.printJson({ callId: id, ok: status === 200, ...body }, 'line');
  else if (status !== 200) context.complain(`${id}: ${toDetail(answer)}`);
  else if (options.whatIf) context.say(toWhatIf(id, body));
  else if (options.passThru) context.say('true');
  else context.say(`${id}: alive (${textOf(objectOf(body, 'graph'), 'durationMs')} ms)`);
  if (options.responseHeaders && !context.json) sayHeaders(context, objectOf(body, 'graph'));
}

function toWhatIf(id: string, body: JsonObject): string {
  const [method, url, tenantId, audience] = ['method', 'url', 'tenantId', 'audience'].map((name) => textOf(body, name));
  return `${id}: would send ${method} ${url} with a token of tenant ${tenantId} for ${audience}`;
}

function sayHeaders(context: CommandContext, graph: JsonObject): void {
  const headers = { status: 'status', requestId: 'request-id', clientRequestId: 'client-request-id', date: 'date' };
  for (const [member, name] of Object.entries(headers)) {
    const value = textOf(graph, member);
    if (value !== '') context.say(`  ${name}: ${value}`);
  }
}

function append(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

function addHeader(text: string, headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
  const allowed = ALLOWED_HEADERS.find((known) => known.toLowerCase() === name.trim().toLowerCase());
  if (allowed === undefined)
    throw new InvalidArgumentError(`It takes ${ALLOWED_HEADERS.join('=… or ')}=…; see keep --help for why.`);
  // An id like those of the app's API; anything else could not be a header.
  if (!/^[\w.:-]{1,128}$/.test(value))
    throw new InvalidArgumentError(`${allowed} holds letters, digits and . : _ - only, 128 at most.`);
  return { ...headers, [allowed]: value };
}
