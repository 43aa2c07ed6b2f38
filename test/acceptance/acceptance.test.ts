import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AcceptanceOptions, parseAcceptanceOptions } from '../../acceptance/acceptance-options.ts';
import { ALL_CHECKS } from '../../acceptance/checks/all-checks.ts';
import { runAcceptance } from '../../acceptance/run-acceptance.ts';
import { freePort } from '../../local/free-port.ts';
import { buildOnce } from '../support/build-once.ts';
import { START_TIMEOUT_MS } from '../support/eventually.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';
import { startTamperingProxy, type Tamper, type TamperedRequest, type TamperingProxy } from './tampering-proxy.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let host: SpawnedHost;
let app: TamperingProxy;
let graph: TamperingProxy;
let options: AcceptanceOptions;

beforeAll(async () => {
  await buildOnce();
  const [botPort, webhookPort, proxyPort] = [await freePort(), await freePort(), await freePort()];
  const azurite = inject('storageConnectionString');
  const tablePort = Number(/TableEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(azurite)?.[1]);
  host = await startSpawnedHost(
    [
      ...['--no-demo', '--speed', '60', '--storage', 'memory', '--relay', `http://127.0.0.1:${botPort}/api/calls`],
      ...['--traps', 'lost-events,early-timers'],
    ],
    {
      AzureWebJobsStorage: azurite.replace(`:${tablePort}/`, `:${proxyPort}/`),
      KEEPALIVE_INTERVAL_SECONDS: '180',
      CALL_ENDED_WEBHOOK_URL: `http://127.0.0.1:${webhookPort}/ended`,
      CALL_ENDED_WEBHOOK_SECRET: SECRET,
    },
  );
  app = await startTamperingProxy(host.origin);
  graph = await startTamperingProxy(host.graphOrigin);
  options = {
    url: app.origin,
    graph: graph.origin,
    keys: join(host.folder, '.local/keys.json'),
    botPort,
    webhookPort,
    webhookSecret: SECRET,
    storageProxy: { port: proxyPort, target: tablePort },
    slowSeconds: 12,
    patienceSeconds: 60,
    only: undefined,
  };
}, START_TIMEOUT_MS);

afterAll(async () => {
  app.close();
  graph.close();
  await host.stop();
});

afterEach(() => {
  app.tamper = () => undefined;
  graph.tamper = () => undefined;
});

async function run(changed: Partial<AcceptanceOptions> = {}) {
  const lines: string[] = [];
  const exitCode = await runAcceptance({ ...options, ...changed }, (line) => lines.push(line));
  return { exitCode, lines };
}

describe('the acceptance suite', () => {
  test('passes on the local host, whose engine loses events and fires timers early as the real one, a line for each check', async () => {
    const { exitCode, lines } = await run();
    expect(lines.filter((line) => !line.startsWith('ok    '))).toEqual([`${ALL_CHECKS.length} hold, 0 not tried.`]);
    expect(exitCode).toBe(0);
  }, 180_000);

  test('without a simulated Graph tries only what reads, and says of the rest why not', async () => {
    const { exitCode, lines } = await run({ graph: undefined, only: 'a' });
    expect(exitCode).toBe(0);
    const skipped = lines.filter((line) => line.startsWith('skip'));
    expect(skipped.length).toBeGreaterThan(10);
    expect(skipped.every((line) => line.endsWith('(no --graph)'))).toBe(true);
  });

  test('a sentence that no check has is a failure, not a run that holds', async () => {
    expect(await run({ only: 'no such sentence' })).toMatchObject({ exitCode: 1 });
  });
});

/** What would be wrong with an app of which the check does not hold. */
interface Fault {
  readonly app?: Tamper;
  readonly graph?: Tamper;
  readonly options?: Partial<AcceptanceOptions>;
}

const isNotification = ({ method, path }: TamperedRequest) => method === 'POST' && path === '/api/notifications';
/** Taken with 202, and forgotten. */
const swallows =
  (what: (request: TamperedRequest) => boolean): Tamper =>
  (request) =>
    what(request) ? { status: 202, body: { keepAlives: [] } } : undefined;
const answers =
  (method: string, path: RegExp, status: number, body?: unknown): Tamper =>
  (request) =>
    request.method === method && path.test(request.path) ? { status, body } : undefined;
const takesAnything = swallows(isNotification);
const swallowsEnds = swallows((request) => isNotification(request) && request.text.includes('terminated'));

const FAULTS: Readonly<Record<string, Fault>> = {
  'health says': { app: answers('GET', /^\/api\/health/, 503, { status: 'unavailable' }) },
  'doctor finds': {
    app: answers('GET', /^\/api\/doctor/, 200, { checks: [{ name: 'token', result: 'failed', detail: 'no consent' }] }),
  },
  'the dashboard is': {
    app: ({ path }) => (path === '/api/dashboard' ? { status: 200, type: 'text/html', body: '<p>' } : undefined),
  },
  'openapi.json describes': { app: answers('GET', /^\/api\/openapi/, 200, { openapi: '2.0' }) },
  'the list of calls': { app: answers('GET', /^\/api\/calls/, 200, { value: null }) },
  'calls and instances': { app: answers('GET', /^\/api\/calls/, 200, { value: [] }) },
  'a notification without': { app: takesAnything },
  'a token for another bot': { app: takesAnything },
  'bad bodies are told apart': { app: takesAnything },
  'a call that was only seen': { app: answers('GET', /\/instances\/call-/, 200, { runtimeStatus: 'Running' }) },
  'an established call is kept alive': { app: swallowsEnds },
  'twenty repeats': { app: answers('GET', /\/instances\?instanceIdPrefix/, 200, [{}, {}]) },
  'a call that has ended stays ended': {
    app: (() => {
      let isLate = false;
      return (request) => {
        isLate ||= isNotification(request) && request.text.includes('commsNotification') && request.text.length < 400;
        return isLate && /\/instances\/call-/.test(request.path)
          ? { status: 200, body: { runtimeStatus: 'Running' } }
          : undefined;
      };
    })(),
  },
  'of 40 calls that end': { app: swallowsEnds },
  'a keepAlive that Graph refuses': { graph: answers('GET', /^\/control\/calls\//, 200, { keepAlives: [] }) },
  'a call whose end nobody told': { app: answers('POST', /\/keepAlive$/, 200) },
  'a keepAlive by hand': { app: answers('POST', /\/keepAlive$/, 200) },
  'a call is registered': { app: answers('DELETE', /^\/api\/calls\//, 202) },
  'the bot gets each notification': {
    app: (request) => (isNotification(request) ? { passOn: JSON.stringify(JSON.parse(request.text)) } : undefined),
  },
  'the webhook is told': { options: { webhookSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' } },
  'reconcileCalls closes': { app: answers('POST', /^\/admin\/functions\/reconcileCalls/, 202) },
  'purgeEndedCalls runs': { app: answers('POST', /^\/admin\/functions\/purgeEndedCalls/, 403) },
  'purgeEndedCalls runs, and leaves': { app: answers('GET', /^\/api\/calls\//, 404) },
  'while storage is saturated': { app: takesAnything, options: { slowSeconds: 0.5 } },
};

describe('each check fails when what it promises does not hold', () => {
  test('and each is tried here', () => {
    const untried = ALL_CHECKS.filter(({ title }) => !Object.keys(FAULTS).some((begin) => title.startsWith(begin)));
    expect(untried.map(({ title }) => title)).toEqual([]);
  });

  test.each(Object.entries(FAULTS))('%s …', async (begin, fault) => {
    app.tamper = fault.app ?? app.tamper;
    graph.tamper = fault.graph ?? graph.tamper;
    const title = ALL_CHECKS.find((check) => check.title.startsWith(begin))?.title ?? begin;
    const { exitCode, lines } = await run({ patienceSeconds: 1, ...fault.options, only: title });
    expect(lines[0]).toMatch(/^FAIL {2}.+\n {6}.*expected/);
    expect(exitCode).toBe(1);
  });
});

describe('its command line', () => {
  test.each([
    [[], '--url is missing: name the Functions host.'],
    [['--url', 'here'], '--url takes a URL, not "here".'],
    [['--url', 'http://127.0.0.1:1', '--bot-port', '0'], '--bot-port takes a port, not "0".'],
    [
      ['--url', 'http://127.0.0.1:1', '--storage-proxy', '1'],
      '--storage-proxy takes two ports, as in 20002:10002, not "1".',
    ],
    [['--url', 'http://127.0.0.1:1', '--webhook-port', '1'], '--webhook-port needs CALL_ENDED_WEBHOOK_SECRET'],
  ])('has one sentence for %j', (args, problem) => {
    expect(parseAcceptanceOptions(args, {})).toEqual({ kind: 'wrong', problem: expect.stringContaining(problem) });
  });
});
