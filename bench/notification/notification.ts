import { createInvoke } from '../../local/functions-host/create-invoke.ts';
import { installFunctionsCore, loadFunctionApp } from '../../local/functions-host/functions-core.ts';
import type { Invoke } from '../../local/functions-host/invocation.ts';
import { toRpcHttp } from '../../local/functions-host/rpc-http.ts';
import { alternate, median, medianRatio } from '../alternate.ts';
import type { Bench, Effort, Measurement } from '../bench.ts';
import { type Outside, startOutside } from '../outside/outside.ts';
import { sampleCallId, stateNotification } from '../sample-call.ts';
import type { Floor } from './floor.ts';

const AIM = 1.5;
const PARTICIPANTS = 1_000;
/** The cheaper, the more often. */
const REPETITIONS = { established: 12, repeated: 40, ignored: 10, refused: 80 } as const;
const EXPECTED_STATUS = { established: 202, repeated: 202, ignored: 202, refused: 401 } as const;

export const notification: Bench = {
  name: 'notification',
  about:
    'CPU of the whole worker process per notification, against a floor: functions with the same packages that do only ' +
    'what cannot be avoided (one RS256 verification, JSON.parse, the same requests to table and engine). App and floor in turn.',
  notMeasured:
    'the Functions host in front of the worker, TLS, the time that table and engine take, what the packages themselves cost: ' +
    'the floor pays for them too.',
  async run(effort) {
    const outside = await startOutside();
    try {
      Object.assign(process.env, outside.environment);
      process.env.WEBSITE_HOSTNAME ??= 'bench.example';
      // First, for @azure/functions looks for its core module once, when it is loaded.
      installFunctionsCore();
      const { registerFloor } = await import('./floor.ts');
      const clientBinding = () => outside.clientBinding;
      const app = createInvoke({ registry: await loadFunctionApp(() => import('../../src/main.ts')), clientBinding });
      const floor = createInvoke({ registry: await loadFunctionApp(() => registerFloor(outside)), clientBinding });
      return await measure(outside, app, floor, effort);
    } finally {
      await outside.close();
    }
  },
};

async function measure(outside: Outside, app: Invoke, floor: Invoke, effort: Effort): Promise<readonly Measurement[]> {
  const kinds = Object.keys(EXPECTED_STATUS) as Floor[];
  let calls = 0;
  const requestOf = (kind: Floor) => toRequest(outside, kind, kind === 'established' ? ++calls : 1);
  const cpuMs = async (invoke: Invoke, name: string, kind: Floor) => {
    const repetitions = effort === 'full' ? REPETITIONS[kind] : 1;
    const requests = Array.from({ length: repetitions }, () => requestOf(kind));
    const before = process.cpuUsage();
    for (const request of requests) await post(invoke, name, request, EXPECTED_STATUS[kind]);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / repetitions;
  };
  const variants = Object.fromEntries(
    kinds.flatMap((kind) => [
      [`app ${kind}`, () => cpuMs(app, 'receiveNotifications', kind)],
      [`floor ${kind}`, () => cpuMs(floor, kind, kind)],
    ]),
  );
  const values = await alternate<string>(variants, effort === 'full' ? 31 : 1);
  const of = (name: string) => values[name] ?? [];
  return [
    ...kinds.flatMap((kind) => [
      { what: `${kind}: app`, value: median(of(`app ${kind}`)), unit: 'CPU-ms' },
      {
        what: `${kind}: app ÷ floor`,
        value: medianRatio(of(`app ${kind}`), of(`floor ${kind}`)),
        unit: '×',
        aim: { atMost: AIM },
      },
    ]),
    {
      what: 'refused ÷ repeated',
      value: medianRatio(of('app refused'), of('app repeated')),
      unit: '×',
      aim: { atMost: 1 },
    },
  ];
}

type Request = ReturnType<typeof toRpcHttp>;

function toRequest({ token }: Outside, kind: Floor, call: number): Request {
  const callId = sampleCallId(call);
  const body = new TextEncoder().encode(kind === 'ignored' ? roster(callId) : stateNotification(callId, 'established'));
  const shown = kind === 'refused' ? `${token.slice(0, -8)}AAAAAAAA` : token;
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.byteLength),
    authorization: `Bearer ${shown}`,
  };
  const url = new URL('https://keepalive.example/api/notifications');
  return toRpcHttp({ method: 'POST', url, headers, body }, {});
}

async function post(invoke: Invoke, name: string, request: Request, expected: number): Promise<void> {
  const answer: unknown = await invoke(name, request);
  const { statusCode } = Object(answer);
  if (Number(statusCode) !== expected) throw new Error(`${name} answered ${statusCode}, not ${expected}`);
}

/** Who is in a big meeting: the commonest of the notifications that the app ignores. */
function roster(callId: string): string {
  const participants = Array.from({ length: PARTICIPANTS }, (_, index) => ({
    '@odata.type': '#microsoft.graph.participant',
    id: sampleCallId(index),
    info: { identity: { user: { id: sampleCallId(index), displayName: `Participant ${index}` } } },
    mediaStreams: [{ mediaType: 'audio', sourceId: String(index), direction: 'sendReceive' }],
    isMuted: true,
    isInLobby: false,
  }));
  const entry = { changeType: 'updated', resource: `/app/calls/${callId}/participants`, resourceData: participants };
  return JSON.stringify({ value: [entry] });
}
