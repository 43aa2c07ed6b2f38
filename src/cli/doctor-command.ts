import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { toVisibleText } from '../core/values/visible-text.ts';
import { type Api, networkCode, toDetail } from './api.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import type { Act, CommandContext } from './command-context.ts';
import { isLoopback, parseUrl } from './connection.ts';
import { EXIT } from './exit-codes.ts';
import { objectOf, objectsOf, textOf } from './json-value.ts';
import type { Colour } from './paint.ts';

interface DoctorOptions {
  readonly live?: true;
  readonly callbackUrl?: string;
}

interface Check {
  readonly name: string;
  readonly result: string;
  readonly detail: string;
  readonly remedy?: string;
}

export function defineDoctor(program: Command, act: Act): void {
  program
    .command('doctor')
    .description('Checks a deployment: settings, token, Graph, clock, storage, engine, keys; says what to do.')
    .option('--live', 'also send a keepAlive for a call that cannot exist: 404 from Graph proves the whole way')
    .option('--callback-url <url>', 'also check, from here, that the callback URL of the bot leads to the app')
    .addHelpText('after', '\nThe app makes the checks itself, with its own settings and identity; nothing is changed.')
    .addHelpText('after', '\nExample:\n  call-keepalive doctor --live')
    .action(act(diagnose));
}

async function diagnose(context: CommandContext, { live, callbackUrl }: DoctorOptions): Promise<number> {
  const api = await context.connect();
  const checks: readonly Check[] = [
    ...(await checkApp(api)),
    ...(live ? [await checkLive(api)] : []),
    ...(callbackUrl === undefined ? [] : [await checkCallback(context.io, callbackUrl)]),
  ];
  const failed = checks.filter(({ result }) => result === 'failed').length;
  if (context.json) context.printJson({ url: api.url, healthy: failed === 0, checks });
  else {
    for (const check of checks) printCheck(context, check);
    context.say(failed === 0 ? `${api.url} is well.` : `${failed} of ${checks.length} checks failed.`);
  }
  return failed === 0 ? EXIT.done : EXIT.failed;
}

const COLOURS: Readonly<Record<string, Colour>> = { ok: 'green', warning: 'yellow', failed: 'red' };

function printCheck({ print, paint }: CommandContext, { name, result, detail, remedy }: Check): void {
  const shown = paint(COLOURS[result] ?? 'plain', toVisibleText(result).padEnd(8));
  print([`${shown}${toVisibleText(name).padEnd(14)}${toVisibleText(detail)}`]);
  if (remedy !== undefined) print([`${' '.repeat(22)}→ ${toVisibleText(remedy)}`]);
}

/** What the app says of itself, and whether its key guards it. */
async function checkApp(api: Api): Promise<readonly Check[]> {
  try {
    const checks = objectsOf(await api.get('doctor'), 'checks');
    return [await checkKey(api), ...checks.map(toCheck)];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ name: 'app', result: 'failed', detail: error.message }];
  }
}

function toCheck(check: object): Check {
  const remedy = textOf(check, 'remedy');
  const [name, result, detail] = [textOf(check, 'name'), textOf(check, 'result'), textOf(check, 'detail')] as const;
  return { name, result, detail, ...(remedy === '' ? {} : { remedy }) };
}

/** The key was taken; whether the app asks for one at all shows only without. */
async function checkKey(api: Api): Promise<Check> {
  const isGuarded = await api.refusesStrangers();
  if (isGuarded) return { name: 'key', result: 'ok', detail: 'The app takes the key, and refuses who has none.' };
  const { hostname } = new URL(api.url);
  return {
    name: 'key',
    result: isLoopback(hostname) ? 'warning' : 'failed',
    detail: 'The app asks for no key: anybody who reaches it may stop calls.',
    remedy: 'Run it with its function keys on (locally: without --no-auth).',
  };
}

const LIVE_REMEDIES: Readonly<Record<string, string>> = {
  denied: "Check the bot's permission Calls.Initiate.All and its admin consent: docs/deploy.md, step 2.",
  unclear: 'Check GRAPH_BASE_URL and GRAPH_CLOUD: something else than Graph answered.',
  retry: 'See the checks of token and graph. Graph may also be busy: try again.',
};

async function checkLive(api: Api): Promise<Check> {
  try {
    const answer = await api.send('POST', `calls/${randomUUID()}/keepAlive`);
    const outcome = textOf(answer.body, 'outcome');
    const code = textOf(objectOf(answer.body, 'graph'), 'errorCode');
    if (outcome === 'gone') {
      const detail = `Graph knows no such call (404, ${code || 'no code'}): token, tenant, network and cloud are right.`;
      return { name: 'live', result: 'ok', detail };
    }
    const remedy = LIVE_REMEDIES[outcome] ?? "Look into the app's log.";
    return { name: 'live', result: 'failed', detail: toDetail(answer), remedy };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { name: 'live', result: 'failed', detail: error.message };
  }
}

/** What the callback URL answers to a notification without a token. */
const CALLBACK_ANSWERS: Readonly<Record<number, string>> = {
  404: 'There is nothing: the path is /api/notifications.',
  405: 'It takes no POST: the path is /api/notifications.',
  503: 'The app has wrong settings: run doctor without --callback-url.',
};

async function checkCallback(io: CliIo, text: string): Promise<Check> {
  const url = `${parseUrl(text)}${new URL(text).search}`;
  const name = 'callback';
  const failed = (detail: string, remedy: string): Check => ({ name, result: 'failed', detail, remedy });
  try {
    const response = await io.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"value":[]}',
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(15_000), io.signal]),
    });
    await response.body?.cancel();
    const { status } = response;
    if (status === 401) return { name, result: 'ok', detail: `${url} asks for Graph's token (401 without one).` };
    if (status < 300) {
      return failed(`${url} answers ${status} without a token.`, 'That is not this app, or a gateway answers for it.');
    }
    const remedy =
      CALLBACK_ANSWERS[status] ?? 'Graph needs an address that leads to the app without a redirect or a sign-in.';
    return failed(`${url} answers ${status} instead of 401.`, remedy);
  } catch (error) {
    io.signal.throwIfAborted();
    const remedy =
      'Graph calls it from the internet: check name, certificate, access restrictions and private endpoints.';
    return failed(`${url} cannot be reached from here (${networkCode(error)}).`, remedy);
  }
}
