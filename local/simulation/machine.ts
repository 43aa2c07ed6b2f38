import { createCallEndedWebhook } from '../../src/adapters/call-ended-webhook.ts';
import type { CallbackTokenVerifier } from '../../src/adapters/callback-token.ts';
import { unlessAborted } from '../../src/adapters/clock.ts';
import { createGraphTokenSource } from '../../src/adapters/credentials.ts';
import { createGraphCalls } from '../../src/adapters/graph-calls.ts';
import { isPlainObject, ownText } from '../../src/core/values/plain-object.ts';
import { createInProcessDurableCalls } from '../in-process-durable-client.ts';
import { createInProcessFetch } from '../in-process-fetch.ts';
import { createRandom, type Random } from '../random.ts';
import { SAMPLE_BOT_APP_ID, SAMPLE_TENANT_ID } from '../start-environment.ts';
import { startVirtualApp, type VirtualApp } from '../virtual-app.ts';
import { CLAIMS_KEPT_MS, LONGEST_HOST_DOWN_MS, REDELIVERY_MS } from './assumptions.ts';
import { createFaultyDurable, createHubFaults } from './faulty-engine.ts';
import { createFaultyGraph } from './faulty-graph.ts';
import { createFaultyTable } from './faulty-table.ts';
import { createHostClock, type HostClock } from './host-clock.ts';
import { contains } from './intervals.ts';
import { withLostWorkers } from './lost-workers.ts';
import { createSimulatedBot } from './simulated-bot.ts';
import { parseToldEvent } from './told-event.ts';
import { noteTrouble } from './troubles.ts';
import type { Machine, World } from './world.ts';

const GRAPH_ORIGIN = 'https://graph.microsoft.com';
const SECRET = `whsec_${Buffer.from('simulation-simulation-simulation').toString('base64')}`;

/** Starts a host with the real app in it, on the world's task hub and table. */
export async function startMachine(world: World, slot: string, incarnation: number): Promise<void> {
  const name = `${slot}${incarnation}`;
  const clock = createHostClock(world.clock);
  const random = createRandom(world.plan.seed, 'machine', name);
  const never = new Promise<never>(() => {});
  const death = Promise.withResolvers<undefined>();
  let isAlive = true;
  let app: VirtualApp | undefined;
  const machine: Machine = {
    name,
    get isAlive() {
      return isAlive && app !== undefined;
    },
    stillThere: () => (isAlive ? Promise.resolve() : never),
    http: async (request) => Promise.race([app?.host.http.handle(request), death.promise]),
    durable: async (request) => (await app?.host.durable.handle(request).catch(() => undefined)) ?? { status: 503 },
    setClockError: clock.setError,
    replay: async (functionName, input) => app?.host.invoke(functionName, { string: input }),
    crash(when, crashRandom) {
      if (!isAlive) return;
      isAlive = false;
      const downMs = crashRandom.between(1_000, LONGEST_HOST_DOWN_MS);
      const claimsKeptMs = crashRandom.chance(0.5) ? CLAIMS_KEPT_MS : 0;
      world.journal.note(`${name} crashes ${when}, is away for ${Math.round(downMs)} ms`);
      noteTrouble(world, { lastsMs: Math.max(downMs, claimsKeptMs) + 1_000 });
      clock.cancelAll();
      app?.host.durable.kill(claimsKeptMs);
      clock.close();
      death.resolve(undefined);
      world.machines.splice(world.machines.indexOf(machine), 1);
      world.clock.after(downMs, () => void world.clock.track(startMachine(world, slot, incarnation + 1)));
    },
  };
  // The app loads this when it is needed: real time, in which virtual time would pass, but only in a process's first run.
  await import('../../src/adapters/webhook-signature.ts');
  clock.setError(world.plan.has('clockJumps') ? random.between(-2_000, 2_000) : 0);
  app = await startVirtualApp({
    clock,
    graph: { handle: () => never },
    hub: world.hub,
    store: createFaultyTable(world, machine),
    dependencies: toDependencies(world, machine, clock, random),
    log({ message }) {
      // The library's own warnings carry an id at random.
      world.journal.note(`${name} logs ${message.replace(/Invocation Id: \S+/, '')}`);
      const told = parseToldEvent(message, world.clock.nowMs());
      if (told !== undefined) world.journal.events.push(told);
    },
    onHostMessage: (message) => world.journal.note(`${name} host: ${message}`),
    engine: {
      faults: createHubFaults(world, machine),
      extensionVersion: world.plan.has('extension2') ? '2.13' : '3.19',
      redeliveryDelayMs: REDELIVERY_MS,
      newId: () => Array.from({ length: 4 }, () => random.int(2 ** 31, 2 ** 32 - 1).toString(16)).join(''),
    },
  });
  world.journal.note(`${name} is up`);
  world.machines.push(machine);
}

function toDependencies(world: World, machine: Machine, clock: HostClock, random: Random) {
  let requests = 0;
  const faultyDurable = createFaultyDurable(world, machine);
  const graph = createGraphCalls({
    graphBaseUrl: `${GRAPH_ORIGIN}/v1.0`,
    tokens: createGraphTokenSource({
      createCredential: (tenantId) => ({ getToken: () => getToken(world, machine, clock, random, tenantId) }),
      scope: `${GRAPH_ORIGIN}/.default`,
      clock,
    }),
    homeTenantId: SAMPLE_TENANT_ID,
    isTenantAllowed: () => true,
    clock,
    fetch: createInProcessFetch(createFaultyGraph(world, machine), clock),
    newRequestId: () => `${machine.name}-${++requests}`,
  });
  return {
    graph: withLostWorkers(world, graph, random),
    tokens: callbackTokens(world, machine),
    allowedTenantIds: '*' as const,
    attemptsPerGeneration: world.plan.attemptsPerGeneration,
    ...(world.plan.has('relay') ? { relay: createSimulatedBot(world, machine, random) } : {}),
    webhook: createCallEndedWebhook({
      url: 'https://hooks.example/call-ended',
      secret: SECRET,
      clock,
      fetch: webhookFetch(world, machine, random),
    }),
    createDurableCalls: (client: Parameters<typeof createInProcessDurableCalls>[0]) =>
      createInProcessDurableCalls(client, faultyDurable, clock),
  };
}

async function getToken(world: World, machine: Machine, clock: HostClock, random: Random, tenantId: string) {
  await world.pause(random.between(20, 200));
  const outage = world.plan.outages.find((one) => one.part === 'tokenEndpoint' && contains(one, world.clock.nowMs()));
  if (outage?.part === 'tokenEndpoint' && outage.how === 'hangs') await new Promise(() => {});
  await machine.stillThere();
  if (outage !== undefined) throw new Error('the simulated token endpoint is down');
  return { token: `simulated-${tenantId}`, expiresOnTimestamp: clock.nowMs() + random.between(10, 60) * 60_000 };
}

/** Signatures have their own tests; here, whether the platform's keys can be fetched is all that matters. */
function callbackTokens({ plan, clock }: World, machine: Machine): CallbackTokenVerifier {
  const outages = plan.outages.filter(({ part }) => part === 'callbackKeys');
  return {
    async verify(authorization) {
      await machine.stillThere();
      return outages.some((outage) => contains(outage, clock.nowMs()))
        ? { kind: 'unavailable', reason: 'simulated outage', retryAfterSeconds: 5 }
        : { kind: 'accepted', tenantId: tenantOf(authorization), appId: SAMPLE_BOT_APP_ID, issuer: 'simulated' };
    },
  };
}

/** The claims are believed: see above. */
function tenantOf(authorization = ''): string {
  const claims: unknown = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString() || '{}');
  return (isPlainObject(claims) && ownText(claims, 'tid', 64)) || SAMPLE_TENANT_ID;
}

/** A request that gets no answer until its caller gives up. */
function never(signal: AbortSignal | null | undefined): Promise<never> {
  const silence = new Promise<never>(() => {});
  return signal ? unlessAborted(silence, signal) : silence;
}

function webhookFetch(world: World, machine: Machine, random: Random): typeof fetch {
  const outages = world.plan.outages.filter(({ part }) => part === 'webhook');
  return async (_url, init) => {
    await world.pause(random.between(20, 500));
    const outage = outages.find((one) => contains(one, world.clock.nowMs()));
    const accepted = outage === undefined;
    if (outage?.part === 'webhook' && outage.how === 'hangs') await never(init?.signal);
    const messageId = new Headers(init?.headers).get('webhook-id') ?? '';
    const { callId } = JSON.parse(String(init?.body)).data;
    world.journal.deliveries.push({ callId, messageId, accepted });
    world.journal.note(`webhook ${String(callId).slice(0, 8)} ${accepted ? 'accepted' : 'refused'}`);
    await machine.stillThere();
    return new Response(null, { status: accepted ? 204 : 503 });
  };
}
