import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHostClient, type HostClient } from '../e2e/host-client.ts';
import { buildOnce } from '../support/build-once.ts';
import { launchChromium, NO_CHROMIUM } from '../support/chromium.ts';
import { START_TIMEOUT_MS } from '../support/eventually.ts';
import { hostStorage } from '../support/host-storage.ts';
import { accessibilityProblems, watchComplaints } from '../support/page-checks.ts';
import { REPOSITORY } from '../support/repository.ts';
import { type SpawnedHost, startSpawnedHost } from '../support/spawned-host.ts';

const TAKES_PICTURES = process.env.DASHBOARD_PICTURES === '1';
/** Refusals that the tests bring about themselves; the browser reports each. */
const EXPECTED = /status of (401|403|404)|ERR_CONNECTION_REFUSED/;

describe.skipIf(NO_CHROMIUM !== undefined)(
  `the dashboard of the built app on the local host${NO_CHROMIUM === undefined ? '' : ` (skipped: ${NO_CHROMIUM})`}`,
  () => {
    let host: SpawnedHost;
    let client: HostClient;
    let browser: Awaited<ReturnType<typeof launchChromium>>;
    let page: Page;
    let complaints: readonly string[];

    beforeAll(async () => {
      await buildOnce();
      // A quarter of an hour takes 30 s.
      host = await startSpawnedHost(['--no-demo', '--speed', '30'], hostStorage('dashboard'));
      client = createHostClient(host);
      browser = await launchChromium();
      page = await browser.context.newPage();
      page.setDefaultTimeout(15_000);
      complaints = watchComplaints(page, (text) => EXPECTED.test(text));
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await browser.close();
      await host.stop();
    });

    const open = (to: Page) => to.goto(`${host.origin}/api/dashboard`);

    async function check(name: string): Promise<void> {
      expect(await accessibilityProblems(page), name).toEqual([]);
      expect(complaints, name).toEqual([]);
    }

    async function createCall(options: object = {}): Promise<string> {
      const { body } = await client.control('POST', 'calls', {
        callbackUri: `${host.origin}/api/notifications`,
        establishAfterSeconds: 0,
        ...options,
      });
      return String(Object(body).callId);
    }

    async function openCall(callId: string): Promise<void> {
      await page.locator(`#rows a[data-call="${callId}"]`).click();
      await page.getByRole('button', { name: 'Keep alive now…' }).waitFor();
    }

    test('asks for the key, says when it is refused, and keeps it to this tab', async () => {
      await open(page);
      const input = page.getByLabel('Key', { exact: true });
      await input.waitFor();
      expect(await input.evaluate((field) => field.matches(':focus'))).toBe(true);
      await check('key');
      if (TAKES_PICTURES) await page.screenshot({ path: join(REPOSITORY, 'docs/images/dashboard-key.png') });
      await input.fill('a wrong key of sixteen');
      await page.keyboard.press('Enter');
      await page.getByText('The host refused this key.').waitFor();
      await check('wrong key');
      await input.fill(host.functionKey);
      await page.keyboard.press('Enter');
      await page.getByText('Nothing to keep alive yet').waitFor();
      expect(page.url()).toBe(`${host.origin}/api/dashboard`);
      expect(await page.evaluate('localStorage.length + document.cookie.length')).toBe(0);
      await page.reload();
      await page.getByText('Nothing to keep alive yet').waitFor();
      const otherTab = await browser.context.newPage();
      await open(otherTab);
      await otherTab.getByLabel('Key', { exact: true }).waitFor();
      await otherTab.close();
      await check('empty');
    });

    test('shows a new call without being asked, and sends a keepAlive when it is', async () => {
      const callId = await createCall({ kind: 'meeting' });
      await openCall(callId);
      await page.getByRole('button', { name: 'Keep alive now…' }).click();
      await check('confirm');
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByText(/^Alive\. Graph answered 200 after \d+ ms\. Request id [0-9a-f-]+\.$/).waitFor();
      const { body } = await client.control('GET', 'log');
      const log: readonly { readonly kind: string; readonly callId?: string }[] = Object(body).value;
      expect(log.filter((entry) => entry.kind === 'keepAlive' && entry.callId === callId)).not.toEqual([]);
      await page.getByRole('button', { name: 'Close' }).click();
    });

    test('ends a call that Graph knows no more when its keepAlive says so', async () => {
      const callId = await createCall();
      await openCall(callId);
      await client.control('POST', 'faults', { operation: 'notification', callId, lost: true, times: 'always' });
      await client.control('DELETE', `calls/${callId}`);
      await page.getByRole('button', { name: 'Keep alive now…' }).click();
      await page.getByRole('button', { name: 'Send it' }).click();
      await page.getByText(/^Graph knows no call .* Graph answered 404/).waitFor();
      await page.locator('.panel-why', { hasText: 'Ended' }).waitFor();
      await page.locator(`#rows a[data-call="${callId}"]`).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Close' }).click();
    });

    test('stops a call only after it was confirmed, and can register it again', async () => {
      const callId = await createCall();
      await openCall(callId);
      await page.getByRole('button', { name: 'Stop…' }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(Object(await client.getCall(callId)).body.record).toMatchObject({ phase: 'active' });
      await page.getByRole('button', { name: 'Stop…' }).click();
      await page.getByRole('button', { name: 'Stop it' }).click();
      await page.getByText('Stopped: no keepAlive is sent any more.').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.locator(`#rows a[data-call="${callId}"]`).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Ended' }).click();
      await page.locator(`#rows a[data-call="${callId}"]`).waitFor();
      await check('ended');
      await page.getByRole('button', { name: 'Open' }).click();

      await page.getByRole('button', { name: 'Register a call…' }).click();
      await check('register');
      await page.getByLabel('Call id').fill(callId.replaceAll('-', '').toUpperCase());
      await page.getByLabel('Tenant id').fill('11111111-2222-3333-4444-555555555555');
      await page.getByRole('button', { name: 'Keep it alive' }).click();
      await page.getByText(/is not allowed: add it to ALLOWED_TENANT_IDS/).waitFor();
      await page.getByLabel('Tenant id').fill('b7c1d2e3-1a2b-4c3d-8e4f-5a6b7c8d9e0f');
      await page.getByRole('button', { name: 'Keep it alive' }).click();
      await page.locator(`#rows a[data-call="${callId}"]`).waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
    });

    test('forgets the key when it is told to', async () => {
      await page.getByRole('button', { name: 'Forget key' }).click();
      await page.getByLabel('Key', { exact: true }).waitFor();
      expect(await page.evaluate('sessionStorage.length')).toBe(0);
      await page.getByLabel('Key', { exact: true }).fill(host.functionKey);
      await page.keyboard.press('Enter');
      await page.locator('#rows a:focus').waitFor();
    });

    test('says that the host is gone when it is', async () => {
      expect(await host.stop()).toBe(0);
      await page.getByText(/^The host does not answer\. What you see is from \d\d:\d\d:\d\d\./).waitFor();
      expect(await page.locator('#headline').textContent()).toBe('How the calls are is not known at the moment.');
      expect(await page.locator('#rows tr').count()).toBeGreaterThan(0);
      await check('gone');
    });
  },
);
