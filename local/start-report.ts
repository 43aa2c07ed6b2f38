import type { HostKeys } from './functions-host/keys.ts';
import type { SimulatedGraph } from './simulated-graph/simulated-graph.ts';
import type { StartOptions } from './start-options.ts';
import type { StartedStorage } from './start-storage.ts';

export interface StartedGraph {
  /** Of a simulated Graph on this machine; undefined when the environment names another one. */
  readonly origin: string | undefined;
  /** Undefined when it runs in another process. */
  readonly simulated: SimulatedGraph | undefined;
}

/** The start-up lines: where everything is, and what remains of it. */
export function describeRun(run: {
  readonly origin: string;
  readonly graph: StartedGraph;
  readonly storage: Pick<StartedStorage, 'hubText' | 'tableText'>;
  readonly options: Pick<StartOptions, 'speed' | 'auth' | 'demo' | 'relay'>;
  readonly keys: HostKeys | undefined;
  /** Calls that the task hub held at the start. */
  readonly earlierCalls: number;
  /** The app found its settings wrong: it says what is wrong, and does nothing else. */
  readonly isMisconfigured: boolean;
}): readonly string[] {
  const { origin, graph, storage, keys, isMisconfigured } = run;
  const { speed, auth, demo, relay } = run.options;
  const durable = `${origin}/runtime/webhooks/durabletask/instances?instanceIdPrefix=call-`;
  const isSimulated = graph.simulated !== undefined;
  return [
    '',
    isMisconfigured
      ? 'WRONG SETTINGS   each is named above; until they are right the app answers 503'
      : `Dashboard        ${origin}/api/dashboard${keys === undefined ? '' : `#key=${keys.functionKey}`}`,
    `App              ${origin}/api/health`,
    `Callback URI     ${origin}/api/notifications`,
    isSimulated ? `Simulated Graph  ${graph.origin}/control/calls` : 'Graph            as GRAPH_BASE_URL says',
    ...(relay === undefined || isMisconfigured
      ? []
      : [`Relay            ${relay} gets every notification; its answer goes to Graph`]),
    `Task hub         ${storage.hubText}`,
    `Table of calls   ${storage.tableText}`,
    `Running calls    ${durable}${keys === undefined ? '' : `&code=${keys.systemKeys.durabletask_extension}`}`,
    `Function key     ${keys?.functionKey ?? 'none needed (--no-auth)'}`,
    ...(graph.origin === undefined
      ? []
      : [`Speed            ${speed}: 15 minutes take ${900 / speed} s, the 45 minutes ${2_700 / speed} s`]),
    ...(run.earlierCalls === 0 ? [] : [`From before      ${describeEarlierCalls(run.earlierCalls, isSimulated)}`]),
    ...(auth ? [] : ['Keys are off; callback tokens are verified all the same.']),
    `Stop with Ctrl-C.${demo && isSimulated && !isMisconfigured ? ` ${relay === undefined ? 'Four' : 'Five'} simulated calls begin now:` : ''}`,
    '',
  ];
}

/** A simulated Graph of the same process begins without calls, so those of the hub are new to it. */
function describeEarlierCalls(count: number, isSimulated: boolean): string {
  const calls = count === 1 ? '1 running call' : `${count} running calls`;
  return isSimulated
    ? `${calls}, which the new simulated Graph does not know: they end at the next keepAlive or count as lost (--fresh forgets them now)`
    : `${calls}, kept alive from where they were`;
}
