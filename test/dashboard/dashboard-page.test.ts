import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createMemoryCallStore } from '../../local/memory-call-store.ts';
import { buildDashboard } from '../../scripts/build-dashboard.ts';
import type { DurableHub } from '../../src/adapters/durable-calls.ts';
import { newRecord } from '../contract/call-store-contract.ts';
import { launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { accessibilityProblems, watchComplaints } from '../support/page-checks.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type ServedWorld, serveWorld } from '../support/served-world.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  startVirtualWorld,
  type VirtualWorld,
  WORLD_START_MS,
} from '../support/virtual-world.ts';

/** The pictures of the documentation are taken anew with DASHBOARD_PICTURES=1. */
const TAKES_PICTURES = process.env.DASHBOARD_PICTURES === '1';

/** Tells a call's subject, as Graph does for some calls. */
function subjectNotification(callId: string, subject: string): object {
  const resourceData = { '@odata.type': '#microsoft.graph.call', state: 'established', subject };
  return { value: [{ changeType: 'updated', resource: `/app/calls/${callId}`, resourceData }] };
}

describe.skipIf(NO_CHROMIUM !== undefined)(
  `the dashboard${NO_CHROMIUM === undefined ? '' : ` (skipped: ${NO_CHROMIUM})`}`,
  () => {
    let browser: Awaited<ReturnType<typeof launchChromium>>;
    let world: VirtualWorld;
    let served: ServedWorld;
    let page: Page;
    let complaints: readonly string[];
    let assets: Readonly<Record<string, string>>;

    beforeAll(async () => {
      browser = await launchChromium({ timezoneId: 'Europe/Berlin' });
      assets = await buildDashboard();
    });
    afterAll(() => browser.close());

    beforeEach(async () => {
      world = await startVirtualWorld({ dependencies: () => ({ dashboard: assets }) });
      served = await serveWorld(world);
      page = await browser.context.newPage();
      page.setDefaultTimeout(10_000);
      complaints = watchComplaints(page, (text) => /status of (401|500|503)|ERR_CONNECTION_REFUSED/.test(text));
      return async () => {
        await page.close();
        await served.close();
      };
    });

    async function openPage(search = ''): Promise<void> {
      await page.goto(`${served.origin}/api/dashboard${search}`);
    }
    const headline = () => page.locator('#headline');

    /** Waits until the page has taken the world's present state in. */
    async function untilShown(text: string | RegExp): Promise<void> {
      await page.getByText(text).first().waitFor();
    }

    async function checkAndPicture(name: string): Promise<void> {
      expect(await accessibilityProblems(page), name).toEqual([]);
      expect(complaints, name).toEqual([]);
      if (TAKES_PICTURES) await page.screenshot({ path: join(REPOSITORY, `docs/images/dashboard-${name}.png`) });
    }

    /** Some hours of a bot's calls: most are well, one fails, one is past its deadline, one rings. */
    async function someCalls(): Promise<{ readonly failing: string; readonly well: string }> {
      const overdue = await world.startCall({ kind: 'meeting' });
      world.graph.addFault({
        operation: 'notification',
        callId: overdue,
        state: 'terminated',
        times: 'always',
        lost: true,
      });
      const well = await world.startCall({ kind: 'meeting' });
      await world.clock.runFor(2 * HOUR_MS);
      const failing = await world.startCall({ kind: 'p2p' });
      await world.clock.runFor(MINUTE_MS);
      await world.notify(subjectNotification(overdue, 'Board meeting, recorded'));
      await world.notify(subjectNotification(well, 'Weekly recording'));
      await world.notify(subjectNotification(failing, 'Help line'));
      world.graph.addFault({
        operation: 'keepAlive',
        callId: overdue,
        times: 'always',
        status: 403,
        errorCode: '7504',
      });
      await world.clock.runFor(48 * MINUTE_MS);
      world.graph.addFault({ operation: 'keepAlive', callId: failing, times: 'always', status: 503 });
      for (let number = 0; number < 5; number++) {
        await world.startCall({ kind: number % 2 === 0 ? 'meeting' : 'p2p' });
        await world.clock.runFor(2 * MINUTE_MS);
      }
      await world.clock.runFor(13 * MINUTE_MS);
      await world.startCall({ establishAfterSeconds: 60 });
      await world.clock.runFor(20 * SECOND_MS);
      return { failing, well };
    }

    test('a subject neither turns the reading direction nor hides anything', async () => {
      const callId = await world.startCall({ kind: 'meeting' });
      await world.notify(subjectNotification(callId, 'pay\u202e\u200b\u0007 שלום!'));
      await openPage();
      const shown = 'pay\\u202e\\u200b� שלום!';
      await untilShown(shown);
      const link = page.locator('#rows a');
      expect(await link.textContent()).toBe(shown);
      await link.click();
      await page.locator('#details-title').getByText(shown).waitFor();
      await page.getByRole('button', { name: 'Stop…' }).click();
      expect(await page.locator('dialog bdi').textContent()).toBe(shown);
      for (const place of ['#rows a', '#details-title', 'dialog bdi']) {
        const isolation = await page
          .locator(place)
          .evaluate((found) => found.ownerDocument.defaultView?.getComputedStyle(found).unicodeBidi);
        expect(isolation, place).toMatch(/isolate|plaintext/);
      }
    });

    test('shows the calls, the most endangered first, and one sentence that says it all', async () => {
      await someCalls();
      await openPage();
      await untilShown('Board meeting, recorded');
      expect(await headline().textContent()).toMatch(/^1 call is past the deadline: Graph may have dropped it\./);
      expect(await page.title()).toMatch(/^\(!\)/);
      const labels = await page.locator('#rows a').allTextContents();
      expect(labels.slice(0, 2)).toEqual(['Board meeting, recorded', 'Help line']);
      expect(await page.locator('#views').textContent()).toMatch(/^9Open0Late1Failing1Overdue0Lost \(24 h\)–Ended$/);
      await checkAndPicture('list');
      await page.emulateMedia({ colorScheme: 'dark' });
      await checkAndPicture('list-dark');
    });

    test('shows the life of one call, with its timeline', async () => {
      const { failing } = await someCalls();
      await openPage();
      await page.getByRole('link', { name: 'Help line' }).click();
      await page.locator('figure svg').waitFor();
      expect(new URL(page.url()).searchParams.get('call')).toBe(failing);
      expect(await page.locator('.panel-why').textContent()).toMatch(/^No success for .*Graph answers 503/);
      expect(await page.locator('figure svg').getAttribute('aria-label')).toMatch(
        /^Timeline: 12 tries, \d+ of them failed\./,
      );
      expect(await page.locator('.happenings li').count()).toBeGreaterThanOrEqual(14);
      const time = page.locator('.happenings time').first();
      expect(await time.getAttribute('title')).toMatch(/^2026-03-02 1\d:\d\d:\d\d UTC$/);
      await checkAndPicture('call');
      await page.emulateMedia({ colorScheme: 'dark' });
      await checkAndPicture('call-dark');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 390, height: 844 });
      await checkAndPicture('call-narrow');
      await page.getByRole('button', { name: 'Close' }).click();
      await checkAndPicture('list-narrow');
    });

    test('a link brings the key in its fragment, which the address bar loses at once', async () => {
      await world.startCall();
      await openPage('?view=open#key=secret-of-the-link');
      await page.locator('#rows tr').waitFor();
      expect(page.url()).toBe(`${served.origin}/api/dashboard?view=open`);
      expect(await page.evaluate(() => sessionStorage.getItem('function-key'))).toBe('secret-of-the-link');
      expect(served.requests().some((request) => request.includes('secret'))).toBe(false);
    });

    test('a call that was lost is red, counted, first in the headline, and says why', async () => {
      const callId = await world.startCall({ kind: 'meeting' });
      await world.notify(subjectNotification(callId, 'Board meeting, recorded'));
      await world.startCall();
      world.graph.addFault({ operation: 'keepAlive', callId, times: 'always', status: 503 });
      await world.clock.runFor(50 * MINUTE_MS);
      await openPage();
      await untilShown('Board meeting, recorded');
      expect(await headline().textContent()).toMatch(
        /^1 call was lost at \d\d:\d\d( [AP]M)?: no success for 45 min, Graph answers 503 ServiceUnavailable\.$/,
      );
      expect(await page.locator('#views').textContent()).toContain('1Lost (24 h)');
      await page.getByRole('button', { name: 'Lost (24 h)' }).click();
      await expect.poll(() => page.locator('#rows tr').count()).toBe(1);
      await page.getByRole('link', { name: 'Board meeting, recorded' }).click();
      await page.locator('.facts .loss').waitFor();
      expect(await page.locator('.facts .loss').textContent()).toContain('no success for 45 min, Graph answers 503');
      expect(await page.getByRole('button', { name: 'Keep alive now…' }).isVisible()).toBe(false);
      await checkAndPicture('lost');
    });

    test('with an engine that does not answer the calls are there, and one line says so', async () => {
      const store = createMemoryCallStore();
      const status = () => Promise.reject(new Error('The engine did not answer.'));
      const cut = await startVirtualWorld({
        store,
        dependencies: () => ({ dashboard: assets, createDurableCalls: () => ({ status }) as unknown as DurableHub }),
      });
      const overdue = { firstSeenAtMs: WORLD_START_MS - HOUR_MS, establishedAtMs: WORLD_START_MS - HOUR_MS };
      await store.insert(newRecord({ phase: 'active', ...overdue }));
      const servedCut = await serveWorld(cut);
      onTestFinished(() => servedCut.close());
      await page.goto(`${servedCut.origin}/api/dashboard`);
      await page.locator('#engine-problem').waitFor();
      expect(await page.locator('#engine-problem').textContent()).toBe(
        'The engine did not answer. The calls are shown as the table has them.',
      );
      expect(await page.locator('#rows tr').count()).toBe(1);
    });

    test('several selected calls are kept alive, or stopped, after one question', async () => {
      const calls = [await world.startCall(), await world.startCall(), await world.startCall()];
      await world.clock.runFor(5 * MINUTE_MS);
      await openPage();
      await expect.poll(() => page.locator('#rows tr').count()).toBe(3);
      await page.getByLabel('Select all calls of this page').check();
      expect(await page.locator('#selected').textContent()).toBe('3 calls selected');
      await page.locator('#rows .tick-box').first().uncheck();
      await page.locator('#selection').getByRole('button', { name: 'Keep alive now…' }).click();
      await page.getByRole('button', { name: 'Send them' }).click();
      await page.getByText('2 of 2 calls kept alive.').waitFor();
      expect(calls.map((callId) => world.keepAlives(callId).length).toSorted()).toEqual([0, 1, 1]);
      await page.getByLabel('Select all calls of this page').check();
      await page.locator('#selection').getByRole('button', { name: 'Stop…' }).click();
      await page.getByRole('button', { name: 'Stop them' }).click();
      await page.getByText('3 of 3 calls stopped.').waitFor();
      await expect.poll(() => page.locator('#rows tr').count()).toBe(0);
    });

    test('a column sorts the page up, down, and back to the order of danger', async () => {
      await someCalls();
      await openPage();
      await untilShown('Help line');
      const states = () => page.locator('#rows .chip').allTextContents();
      const byDanger = await states();
      const head = page.getByRole('button', { name: 'State' });
      await head.click();
      expect(await states()).toEqual(byDanger.toSorted());
      expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
      await head.click();
      expect(await states()).toEqual(byDanger.toSorted().toReversed());
      await head.click();
      expect(await states()).toEqual(byDanger);
      expect(await page.locator('th[aria-sort]').count()).toBe(0);
    });

    test('at 320 pixels nothing lies over anything, and nothing scrolls sideways', async () => {
      await someCalls();
      await page.setViewportSize({ width: 320, height: 700 });
      await openPage();
      await page.getByRole('link', { name: 'Help line' }).click();
      await page.locator('figure svg').waitFor();
      const boxes = await page.locator('.chart text').evaluateAll((texts) =>
        texts.map((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          return { left, right, top, bottom, text: text.textContent };
        }),
      );
      expect(boxes.length).toBeGreaterThan(2);
      for (const [index, one] of boxes.entries()) {
        for (const other of boxes.slice(index + 1)) {
          const isApart =
            one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
          expect(isApart, `${one.text} and ${other.text}`).toBe(true);
        }
      }
      const wide = await page.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth);
      expect(wide).toBe(0);
      expect(await accessibilityProblems(page)).toEqual([]);
    });

    test('tells what to do when there is no call', async () => {
      await openPage();
      await untilShown('Nothing to keep alive yet');
      expect(await page.locator('.callback').textContent()).toBe(`${served.origin}/api/notifications`);
      await checkAndPicture('empty');
      await page.getByRole('button', { name: 'Overdue' }).click();
      await untilShown('No call is overdue');
      expect(new URL(page.url()).search).toBe('?view=overdue');
      await checkAndPicture('empty-view');
    });

    test('keeps what it has and says how old it is while the host fails, and goes on by itself', async () => {
      await someCalls();
      await openPage();
      await untilShown('Help line');
      served.failWith(503);
      await page.locator('#banner').waitFor({ timeout: 10_000 });
      expect(await page.locator('#banner-text').textContent()).toMatch(
        /answered 503\. What you see is from .*tries again every few seconds\.$/,
      );
      expect(await page.locator('#live').textContent()).toMatch(/^Not live/);
      expect(await page.getByRole('link', { name: 'Help line' }).isVisible()).toBe(true);
      await checkAndPicture('error');
      const asked = served.requests().length;
      await page.getByRole('button', { name: 'Try now' }).click();
      await expect.poll(() => served.requests().length).toBeGreaterThan(asked);
      served.failWith(undefined);
      await page.locator('#banner').waitFor({ state: 'hidden', timeout: 15_000 });
      expect(await page.locator('#live').textContent()).toMatch(/^Live/);
    });

    test('has every view and filter in its address', async () => {
      await someCalls();
      await openPage('?view=failing');
      await untilShown('Help line');
      expect(await page.locator('#rows tr').count()).toBe(1);
      await page.getByRole('button', { name: 'Open' }).click();
      await expect.poll(() => page.locator('#rows tr').count()).toBe(9);
      await page.getByRole('searchbox').fill('weekly');
      await expect.poll(() => page.locator('#rows tr').count()).toBe(1);
      expect(new URL(page.url()).search).toBe('?text=weekly');
      await page.getByRole('searchbox').fill('no such call');
      await untilShown('No call fits the filter');
      await page.getByRole('button', { name: 'Clear the filter' }).click();
      await expect.poll(() => page.locator('#rows tr').count()).toBe(9);
      await page.goBack();
      await untilShown('No call fits the filter');
    });

    test('can be used with the keyboard alone', async () => {
      await someCalls();
      await openPage();
      await untilShown('Help line');
      const focused = () => page.locator(':focus').textContent();
      await page.getByRole('link', { name: 'Board meeting, recorded' }).focus();
      expect(await page.locator(':focus').getAttribute('aria-label')).toMatch(
        /^Board meeting, recorded [0-9a-f]{8}, overdue$/,
      );
      await page.keyboard.press('ArrowDown');
      expect(await focused()).toBe('Help line');
      await page.keyboard.press('End');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.locator('figure svg').waitFor();
      await expect.poll(focused).toBe('Help line');
      expect(await page.locator(':focus').getAttribute('id')).toBe('details-title');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Copy id');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Keep alive now…');
      await page.keyboard.press('Enter');
      expect(await focused()).toBe('Cancel');
      await checkAndPicture('confirm');
      await page.keyboard.press('Escape');
      expect(await focused()).toBe('Keep alive now…');
      await page.keyboard.press('Escape');
      await page.locator('#details').waitFor({ state: 'hidden' });
      expect(await focused()).toBe('Help line');
    });

    test('keeps focus, selection and scroll when the list changes under it', async () => {
      await someCalls();
      await openPage();
      await page.getByRole('link', { name: 'Weekly recording' }).focus();
      world.graph.addFault({ operation: 'keepAlive', times: 'always', status: 500 });
      await world.clock.runFor(30 * MINUTE_MS);
      await expect.poll(() => page.locator('#views').textContent(), { timeout: 10_000 }).toMatch(/Late[5-9]Failing/);
      expect(await page.locator(':focus').textContent()).toBe('Weekly recording');
    });
  },
);
