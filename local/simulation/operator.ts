import type { HttpMessageRequest } from '../http-message.ts';
import { createRandom } from '../random.ts';
import type { World } from './world.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const FOR_GOOD = Number.POSITIVE_INFINITY;

/** Somebody uses the status API and the app's own: suspends, terminates, stops, registers calls, keeps them alive by hand. */
export function planOperator(world: World, callIds: readonly string[]): void {
  const { plan, clock, journal } = world;
  const random = createRandom(plan.seed, 'operator');
  const schedule = (count: number, act: (callId: string) => Promise<void>) => {
    for (let time = 0; time < count; time++) {
      clock.after(random.between(0, plan.endMs - plan.startMs), () => {
        const callId = callIds[random.int(0, Math.max(0, callIds.length - 1))];
        if (callId !== undefined) void act(callId);
      });
    }
  };
  schedule(plan.has('operatorSuspends') ? random.int(1, 6) : 0, async (callId) => {
    const forMs = random.chance(0.4) ? FOR_GOOD : random.between(MINUTE_MS, 120 * MINUTE_MS);
    const fromMs = clock.nowMs();
    if (!(await order(world, callId, 'suspend'))) return;
    journal.operated.push({ callId, kind: 'suspended', interval: { fromMs, toMs: fromMs + forMs } });
    if (forMs !== FOR_GOOD) clock.after(forMs, () => void order(world, callId, 'resume'));
  });
  schedule(plan.has('operatorTerminates') ? random.int(1, 3) : 0, async (callId) => {
    const fromMs = clock.nowMs();
    if (!(await order(world, callId, 'terminate'))) return;
    journal.operated.push({ callId, kind: 'terminated', interval: { fromMs, toMs: FOR_GOOD } });
  });
  schedule(plan.has('operatorStops') ? random.int(1, 3) : 0, async (callId) => {
    await stop(world, callId);
    // He may have meant another call: registered again at once, or when Graph is about to end it.
    if (random.chance(0.6)) clock.after(random.between(0, 30 * MINUTE_MS), () => void register(world, callId));
  });
  schedule(plan.has('operatorRegisters') ? random.int(1, 4) : 0, async (callId) => {
    void register(world, callId);
    if (random.chance(0.5)) clock.after(random.between(0, 5 * SECOND_MS), () => void register(world, callId));
  });
  schedule(plan.has('operatorKeepsAlive') ? random.int(1, 12) : 0, async (callId) => {
    const headers = { 'client-request-id': 'operator' };
    await ask(world, { method: 'POST', path: `calls/${callId}/keepAlive`, headers });
  });
}

/** `PUT /api/calls/{callId}`: half of the operators know when the call started. */
export async function register(world: World, callId: string): Promise<void> {
  const { clock, graph, journal } = world;
  const call = graph.call(callId);
  // Where Graph knows a call only once it is established, nobody who knows that registers it before.
  const isTooEarly = call?.establishedAt === undefined && world.plan.has('graphUnknownBeforeEstablished');
  if (call === undefined || isTooEarly) return;
  const fromMs = clock.nowMs();
  const startedAt = createRandom(world.plan.seed, 'register', callId).chance(0.5) ? call.startedAt : undefined;
  // What comes back to an ended call may do so at any moment from now on.
  const attempt = { callId, kind: 'registered', interval: { fromMs, toMs: FOR_GOOD } } as const;
  const index = journal.operated.push(attempt) - 1;
  const status = await ask(world, {
    method: 'PUT',
    path: `calls/${callId}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tenantId: call.tenantId, startedAt }),
  });
  const isDone = status === 200 || status === 202;
  journal.operated[index] = {
    ...attempt,
    interval: { fromMs, toMs: clock.nowMs() },
    ...(isDone ? { answeredAtMs: clock.nowMs() } : {}),
  };
}

async function stop(world: World, callId: string): Promise<void> {
  const { clock, journal } = world;
  const interval = { fromMs: clock.nowMs(), toMs: FOR_GOOD };
  journal.operated.push({ callId, kind: 'stopped', interval });
  await ask(world, { method: 'DELETE', path: `calls/${callId}`, headers: {} });
}

/** A request to the app's own API by way of any host. */
async function ask(
  { machines, journal }: World,
  request: Pick<HttpMessageRequest, 'method' | 'headers'> & { readonly path: string; readonly body?: string },
): Promise<number | undefined> {
  const machine = machines.find(({ isAlive }) => isAlive);
  const { method, path, headers, body = '' } = request;
  const url = new URL(`https://host.example/api/${path}`);
  const answer = await machine?.http({ method, url, headers, body: new TextEncoder().encode(body) });
  journal.note(`operator: ${method} ${path}: ${answer?.status ?? 'no answer'}`);
  return answer?.status;
}

/** An order through the status API. True when it was, or may have been, obeyed. */
async function order({ machines, journal }: World, callId: string, operation: string): Promise<boolean> {
  const machine = machines.find(({ isAlive }) => isAlive);
  const path = `instances/call-${callId}/${operation}?reason=x`;
  const url = new URL(`https://host.example/runtime/webhooks/durabletask/${path}`);
  const status = (await machine?.durable({ method: 'POST', url, headers: {}, body: new Uint8Array() }))?.status;
  journal.note(`operator: ${operation} ${callId.slice(0, 8)}: ${status ?? 'no host'}`);
  return status === 202 || status === 503;
}
