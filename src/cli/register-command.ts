import { type Command, InvalidArgumentError } from 'commander';
import { toCliError } from './api-answer.ts';
import { wrongUsage } from './cli-error.ts';
import { type Act, type CommandContext, wholeNumber } from './command-context.ts';
import { EXIT } from './exit-codes.ts';
import { isObject, type JsonObject, parseJson } from './json-value.ts';
import { putPatiently, toOutcome } from './put-patiently.ts';
import { registerFleet } from './register-fleet.ts';

interface RegisterOptions {
  readonly tenant?: string;
  readonly startedAt?: string;
  readonly joinUrl?: string;
  readonly chatInfo?: JsonObject;
  readonly meetingInfo?: JsonObject;
  readonly concurrency: number;
}

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
    .option('--concurrency <n>', 'so many calls at a time', wholeNumber(1, 64), 16)
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
  return registerFleet(context, options.concurrency, (call) => ({ ...toBody(options), ...call.others }));
}

async function registerOne(context: CommandContext, options: RegisterOptions, id: string): Promise<number> {
  if (options.tenant === undefined) throw wrongUsage('Name the tenant of the call with --tenant.');
  const api = await context.connect();
  const answer = await putPatiently(context.io, api, id, toBody(options));
  const outcome = toOutcome(answer);
  if (outcome === 'unknown' || outcome === 'refused') throw toCliError(answer);
  if (context.json) context.printJson(answer.body, 'line');
  else context.say(`${id} is kept alive ${outcome === 'registered' ? 'from now on' : 'already'}.`);
  return EXIT.done;
}

function toBody({ tenant, startedAt, joinUrl, chatInfo, meetingInfo }: RegisterOptions): object {
  return { tenantId: tenant, startedAt, joinUrl, chatInfo, meetingInfo };
}

function parseObject(text: string): JsonObject {
  const value = parseJson(text)?.value;
  if (!isObject(value)) throw new InvalidArgumentError('It is no JSON object.');
  return value;
}
