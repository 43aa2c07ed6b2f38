import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { toVisibleText } from '../core/values/visible-text.ts';
import type { Api } from './api.ts';
import { toDetail } from './api-answer.ts';
import { checkCallback } from './check-callback.ts';
import { CliError } from './cli-error.ts';
import type { Act, CommandContext } from './command-context.ts';
import { isLoopback } from './connection.ts';
import type { DeploymentCheck } from './deployment-check.ts';
import { EXIT } from './exit-codes.ts';
import { objectOf, objectsOf, textOf } from './json-value.ts';
import type { Colour } from './paint.ts';

interface DoctorOptions {
  readonly live?: true;
  readonly callbackUrl?: string;
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
  const checks: readonly DeploymentCheck[] = [
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

function printCheck({ print, paint }: CommandContext, { name, result, detail, remedy }: DeploymentCheck): void {
  const shown = paint(COLOURS[result] ?? 'plain', toVisibleText(result).padEnd(8));
  print([`${shown}${toVisibleText(name).padEnd(14)}${toVisibleText(detail)}`]);
  if (remedy !== undefined) print([`${' '.repeat(22)}→ ${toVisibleText(remedy)}`]);
}

/** What the app says of itself, and whether its key guards it. */
async function checkApp(api: Api): Promise<readonly DeploymentCheck[]> {
  try {
    const checks = objectsOf(await api.get('doctor', 'checks'), 'checks');
    return [await checkKey(api), ...checks.map(toCheck)];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ name: 'app', result: 'failed', detail: error.message }];
  }
}

function toCheck(check: object): DeploymentCheck {
  const remedy = textOf(check, 'remedy');
  const [name, result, detail] = [textOf(check, 'name'), textOf(check, 'result'), textOf(check, 'detail')] as const;
  return { name, result, detail, ...(remedy === '' ? {} : { remedy }) };
}

/** The key was taken; whether the app asks for one at all shows only without. */
async function checkKey(api: Api): Promise<DeploymentCheck> {
  const name = 'key';
  try {
    const isGuarded = await api.refusesStrangers();
    if (isGuarded) return { name, result: 'ok', detail: 'The app takes the key, and refuses who has none.' };
    const { hostname } = new URL(api.url);
    return {
      name,
      result: isLoopback(hostname) ? 'warning' : 'failed',
      detail: 'The app asks for no key: anybody who reaches it may stop calls.',
      remedy: 'Run it with its function keys on (locally: without --no-auth).',
    };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { name, result: 'failed', detail: error.message };
  }
}

const LIVE_REMEDIES: Readonly<Record<string, string>> = {
  denied: "DeploymentCheck the bot's permission Calls.Initiate.All and its admin consent: docs/deploy.md, step 2.",
  unclear: 'DeploymentCheck GRAPH_BASE_URL and GRAPH_CLOUD: something else than Graph answered.',
  retry: 'See the checks of token and graph. Graph may also be busy: try again.',
};

async function checkLive(api: Api): Promise<DeploymentCheck> {
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
