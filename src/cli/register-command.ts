import { type Command, InvalidArgumentError } from 'commander';
import { type Api, type ApiAnswer, toCliError, toDetail, UnreachableError } from './api.ts';
import { CliError, wrongUsage } from './cli-error.ts';
import { type Act, type CommandContext, wholeNumber } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { isObject, type JsonObject, parseJson } from './json-value.ts';
import { type NamedCall, readCalls } from './read-calls.ts';
import { sideBySide } from './side-by-side.ts';

interface RegisterOptions {
  readonly tenant?: string;
  readonly startedAt?: string;
  readonly joinUrl?: string;
  readonly chatInfo?: JsonObject;
  readonly meetingInfo?: JsonObject;
  readonly concurrency: number;
}

type Outcome = 'registered' | 'running' | 'failed';

const TRIES = 4;
const LONGEST_WAIT_SECONDS = 30;

export function defineRegister(program: Command, act: Act): void {
  program
    .command('register')
    .description('Has calls kept alive without a notification: one by options, or a running fleet from stdin.')
    .argument('[id]', 'the call id; without one, calls are read from stdin')
    .option('--tenant <id>', 'tenant of the call; on stdin: of the calls that name none')
    .option('--started-at <instant>', 'when the call began, ISO 8601; without it a keepAlive is sent at once')
    .option('--join-url <url>', 'the Teams link of its meeting, for a later rejoin')
    .option('--chat-info <json>', "the call's chatInfo, for a later rejoin", parseObject)
    .option('--meeting-info <json>', "the call's meetingInfo, for a later rejoin", parseObject)
    .option('--concurrency <n>', 'so many calls at a time', wholeNumber(1, 64), 8)
    .addHelpText(
      'after',
      `
stdin holds one call a line: an id, or a JSON object such as {"callId":"…","tenantId":"…","startedAt":"…"}; besides
chatInfo, meetingInfo and joinUrl. So a fleet that is in calls already is kept alive from now on, before any bot is
pointed at this app. Registering a call again changes nothing: after an interruption, repeat the whole.

Examples:
  call-keepalive register 5b1f8d00-72c3-4e61-8d1b-4f60917b82e5 --tenant b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f
  call-keepalive register --tenant b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f < call-ids.txt`,
    )
    .action(act(register));
}

async function register(context: CommandContext, options: RegisterOptions, [id]: readonly string[]): Promise<number> {
  if (id !== undefined) return registerOne(context, options, id);
  if (context.io.stdin.isTerminal) throw wrongUsage('Name the call, or give calls on stdin.');
  return registerFleet(context, options);
}

async function registerOne(context: CommandContext, options: RegisterOptions, id: string): Promise<number> {
  if (options.tenant === undefined) throw wrongUsage('Name the tenant of the call with --tenant.');
  const api = await context.connect();
  const answer = await putPatiently(context, api, id, toBody(options));
  if (toOutcome(answer) === 'failed') throw toCliError(answer);
  if (context.json) context.printJson(answer.body, 'line');
  else context.say(`${id} is kept alive ${toOutcome(answer) === 'registered' ? 'from now on' : 'already'}.`);
  return EXIT.done;
}

async function registerFleet(context: CommandContext, options: RegisterOptions): Promise<number> {
  const { io } = context;
  const api = await context.connect();
  const counts = { registered: 0, running: 0, failed: 0 };
  const summary = () =>
    `${counts.registered} registered, ${counts.running} kept alive already, ${counts.failed} failed`;
  const progress = (text: string) => {
    if (io.err.isTerminal) io.err.write(`\r\u001b[K${text}`);
  };
  try {
    await sideBySide(readCalls(io), options.concurrency, async (call) => {
      const answer = await putPatiently(context, api, call.id, toFleetBody(options, call));
      const outcome = toOutcome(answer);
      counts[outcome]++;
      progress('');
      reportFleetCall(context, call, outcome, answer);
      progress(summary());
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = `${error.message} What follows was NOT registered: mend that, and repeat the whole.`;
    throw new CliError(message, error.exitCode);
  } finally {
    progress('');
    context.complain(`${summary()}.`);
  }
  return counts.failed === 0 ? EXIT.done : EXIT.failed;
}

function reportFleetCall(context: CommandContext, { id, line }: NamedCall, outcome: Outcome, answer: ApiAnswer): void {
  const detail = outcome === 'failed' ? toDetail(answer) : undefined;
  if (context.json) context.printJson({ line, callId: id, outcome, status: answer.status, detail }, 'line');
  else if (detail !== undefined) context.complain(`Line ${line}, ${id}: ${detail}`);
}

/** A busy app asks for patience; one that restarts is back soon. Errors: UnreachableError when it does not come back. */
async function putPatiently({ io }: CommandContext, api: Api, id: string, body: object): Promise<ApiAnswer> {
  for (let tries = 1; ; tries++) {
    let waitSeconds = 2 ** tries / 2;
    try {
      const answer = await api.send('PUT', `calls/${encodeURIComponent(id)}`, { body });
      if ((answer.status !== 503 && answer.status !== 429) || tries === TRIES) return answer;
      waitSeconds = answer.retryAfterSeconds ?? waitSeconds;
    } catch (error) {
      if (!(error instanceof UnreachableError) || tries === TRIES) throw error;
    }
    await io.sleep(Math.min(waitSeconds, LONGEST_WAIT_SECONDS) * 1_000);
  }
}

function toOutcome({ status }: ApiAnswer): Outcome {
  return status === 202 ? 'registered' : status === 200 ? 'running' : 'failed';
}

function toBody({ tenant, startedAt, joinUrl, chatInfo, meetingInfo }: RegisterOptions): object {
  return { tenantId: tenant, startedAt, joinUrl, chatInfo, meetingInfo };
}

/** What the call says of itself wins over the options. */
function toFleetBody(options: RegisterOptions, { others }: NamedCall): object {
  return { ...toBody(options), ...others };
}

function parseObject(text: string): JsonObject {
  const value = parseJson(text)?.value;
  if (!isObject(value)) throw new InvalidArgumentError('It is no JSON object.');
  return value;
}
