import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { buildDashboard } from '../../scripts/build-dashboard.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import type { DurableHub, LiveInstance } from '../../src/adapters/durable-calls.ts';
import { type CallId, parseCallId, toInstanceId } from '../../src/core/call-record/call-id.ts';
import { launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { serveWorld } from '../support/served-world.ts';
import { MINUTE_MS, startVirtualWorld, type VirtualWorld, WORLD_START_MS } from '../support/virtual-world.ts';

const CALLS = 10_000;
/** For a busy machine: what is counted here is work, not time. */
const PATIENCE_MS = 120_000;
const POLL = { timeout: PATIENCE_MS / 4 };

function callIdOf(number: number): CallId {
  const callId = parseCallId(`${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`);
  if (callId === undefined) throw new Error(`no call id for ${number}`);
  return callId;
}

const iso = (instantMs: number) => new Date(instantMs).toISOString();

/** A call kept alive up to 15 minutes ago; every hundredth is failing. */
function instanceOf(number: number): LiveInstance {
  const lastMs = WORLD_START_MS - (number % 900) * 1_000;
  const isFailing = number % 100 === 0;
  return {
    callId: callIdOf(number),
    instanceId: toInstanceId(callIdOf(number)),
    runtimeStatus: 'Running',
    createdTime: iso(WORLD_START_MS - 60 * MINUTE_MS),
    lastUpdatedTime: iso(lastMs),
    customStatus: {
      phase: 'waiting',
      keepAlives: 4,
      lastKeepAliveAt: iso(lastMs),
      nextKeepAliveAt: iso(lastMs + 15 * MINUTE_MS),
      deadlineAt: iso(lastMs + 45 * MINUTE_MS),
      consecutiveFailures: isFailing ? 2 : 0,
      ...(isFailing ? { lastFailure: { at: iso(WORLD_START_MS), reason: 'http 503' } } : {}),
      recent: [],
    },
    output: null,
  };
}

/** The hub of a host with ten thousand running calls; nothing but listing them is asked of it. */
function crowdedHub(onListed: () => void): DurableHub {
  const instances = Array.from({ length: CALLS }, (_, number) => instanceOf(number));
  const unused = () => Promise.reject(new Error('not asked for in this test'));
  return {
    livePage: () => Promise.reject(new Error('not asked')),
    async listLive() {
      onListed();
      return instances;
    },
    status: unused,
    start: unused,
    raiseCallEnded: unused,
    input: unused,
    terminate: unused,
    purgeFinished: unused,
  };
}

describe('with ten thousand calls', () => {
  let world: VirtualWorld;
  const reads = { table: 0, engine: 0 };

  beforeAll(async () => {
    const memory = createMemoryCallStore();
    const store: CallStore = {
      ...memory,
      list(...query) {
        reads.table++;
        return memory.list(...query);
      },
    };
    for (let number = 0; number < CALLS; number++) {
      const callId = callIdOf(number);
      await store.insert({
        callId,
        graphCallId: callId,
        appId: 'app',
        phase: 'active',
        firstSeenAtMs: WORLD_START_MS - 60 * MINUTE_MS,
        facts: { tenantId: 'tenant', subject: `Call number ${number}` },
      });
    }
    const dashboard = await buildDashboard();
    const createDurableCalls = () => crowdedHub(() => reads.engine++);
    world = await startVirtualWorld({ store, dependencies: () => ({ dashboard, createDurableCalls }) });
  }, PATIENCE_MS);

  test('table and engine are read once for everybody who asks within ten seconds, and an answer holds one page', async () => {
    const before = { ...reads };
    for (const text of ['number 77', 'number 78', '']) {
      const { status, body } = await world.request('GET', `/api/calls?text=${text}`);
      expect(status).toBe(200);
      expect(Object(body).value).toHaveLength(100);
    }
    expect(reads).toEqual({ table: before.table + 1, engine: before.engine + 1 });
    await world.clock.runFor(10_000);
    await world.request('GET', '/api/calls');
    expect(reads).toEqual({ table: before.table + 2, engine: before.engine + 2 });
  });

  test.skipIf(NO_CHROMIUM !== undefined)(
    `the page shows them a page at a time, finds one, and never holds more rows than it shows${NO_CHROMIUM === undefined ? '' : ` (skipped: ${NO_CHROMIUM})`}`,
    async () => {
      const browser = await launchChromium();
      onTestFinished(() => browser.close());
      const served = await serveWorld(world);
      onTestFinished(() => served.close());
      const page = await browser.context.newPage();
      await page.goto(`${served.origin}/api/dashboard`);
      await page.locator('#rows tr').nth(99).waitFor();
      expect(await page.locator('#rows tr').count()).toBe(100);
      expect(await page.locator('#matched').textContent()).toBe('100 of 10,000 calls');
      expect(await page.locator('#headline').textContent()).toMatch(/^100 of 10,000 calls are failing/);
      const firstIds = await page.locator('#rows .id').allTextContents();

      await page.getByRole('button', { name: 'Next page' }).click();
      await expect
        .poll(async () => (await page.locator('#rows .id').allTextContents()).some((id) => firstIds.includes(id)), POLL)
        .toBe(false);
      expect(new URL(page.url()).searchParams.get('after')).toMatch(/^0_\d+_/);
      await page.getByRole('button', { name: 'Back to the first page' }).click();
      await expect.poll(() => page.locator('#rows .id').allTextContents(), POLL).toEqual(firstIds);

      await page.getByRole('searchbox').fill('number 7777');
      await page.getByText('1 call', { exact: true }).waitFor();
      expect(await page.locator('#rows a').allTextContents()).toEqual(['Call number 7777']);

      await page.getByRole('searchbox').fill('');
      await page.locator('#rows tr').nth(99).waitFor();
      expect(await page.locator('#rows tr').count()).toBe(100);
    },
    PATIENCE_MS,
  );
});
