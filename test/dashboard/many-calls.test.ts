import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { buildDashboard } from '../../scripts/build-dashboard.ts';
import type { CallStore } from '../../src/adapters/call-store.ts';
import type { DurableHub } from '../../src/adapters/durable-calls.ts';
import { type CallId, parseCallId } from '../../src/core/call-record/call-id.ts';
import type { CallRecord } from '../../src/core/call-record/call-record.ts';
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

/** A call kept alive up to 15 minutes ago; every hundredth is failing. */
function recordOf(number: number): CallRecord {
  const callId = callIdOf(number);
  const lastKeepAliveAtMs = WORLD_START_MS - (number % 900) * 1_000;
  const isFailing = number % 100 === 0;
  return {
    callId,
    graphCallId: callId,
    appId: 'app',
    phase: 'active',
    firstSeenAtMs: WORLD_START_MS - 60 * MINUTE_MS,
    lastKeepAliveAtMs,
    keepAlives: 4,
    ...(isFailing ? { failures: 2, lastFailureAtMs: WORLD_START_MS + 1, lastFailureReason: 'http 503' } : {}),
    facts: { tenantId: 'tenant', subject: `Call number ${number}` },
  };
}

describe('with ten thousand calls', () => {
  let world: VirtualWorld;
  const reads = { open: 0, lost: 0, engine: 0 };

  beforeAll(async () => {
    const memory = createMemoryCallStore();
    const store: CallStore = {
      ...memory,
      list(...query) {
        reads.open++;
        return memory.list(...query);
      },
      listPerhapsLost(...query) {
        reads.lost++;
        return memory.listPerhapsLost(...query);
      },
    };
    for (let number = 0; number < CALLS; number++) await store.insert(recordOf(number));
    const dashboard = await buildDashboard();
    const durable: Pick<DurableHub, 'status'> = {
      async status() {
        reads.engine++;
        return undefined;
      },
    };
    const createDurableCalls = () => durable as DurableHub;
    world = await startVirtualWorld({ store, dependencies: () => ({ dashboard, createDurableCalls }) });
  }, PATIENCE_MS);

  test('the table is read once for everybody who asks within ten seconds, the engine only about trouble on the page', async () => {
    const before = { ...reads };
    for (const text of ['number 77', 'number 78', 'number 1']) {
      const { status, body } = await world.request('GET', `/api/calls?text=${text}`);
      expect(status).toBe(200);
      expect(Object(body).value).toHaveLength(100);
    }
    expect(reads).toMatchObject({ open: before.open + 1, lost: before.lost + 1 });
    expect(reads.engine - before.engine).toBeLessThan(30);
    await world.clock.runFor(10_000);
    await world.request('GET', '/api/calls?text=number%2077');
    expect(reads).toMatchObject({ open: before.open + 2, lost: before.lost + 2 });
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
      expect(await page.locator('#matched').textContent()).toBe('1–100 of 10,000 calls');
      expect(await page.locator('#headline').textContent()).toMatch(/^100 of 10,000 calls are failing/);
      const firstIds = await page.locator('#rows .id').allTextContents();

      await page.locator('#next-page').click();
      await expect
        .poll(async () => (await page.locator('#rows .id').allTextContents()).some((id) => firstIds.includes(id)), POLL)
        .toBe(false);
      expect(new URL(page.url()).searchParams.get('after')).toMatch(/^0_\d+_/);
      await page.getByText('101–200 of 10,000 calls').first().waitFor();
      expect(await page.locator('#filter').evaluate((filter) => filter.getBoundingClientRect().top)).toBeLessThan(200);
      await page.locator('#previous-page').click();
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
