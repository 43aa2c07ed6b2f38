import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** The one without a browser's own windows first: the same pages for less of the machine. */
const CHROMIUM = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
  .map((name) => `/usr/bin/${name}`)
  .find(existsSync);

/** Why tests with a browser are skipped; undefined when they can run. */
export const NO_CHROMIUM =
  CHROMIUM === undefined
    ? 'no Chromium is installed: install the package chromium-headless-shell, or chromium, to run it'
    : undefined;

/** A real Chromium with a profile of its own that reaches nothing by itself. */
export async function launchChromium(
  options: { readonly timezoneId?: string } = {},
): Promise<{ readonly context: BrowserContext; close(): Promise<void> }> {
  if (CHROMIUM === undefined) throw new Error('There is no Chromium on this machine.');
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      // One process draws all pages: each test has a page of its own, and each process costs a second of a core.
      '--renderer-process-limit=1',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1360, height: 860 },
    locale: 'en-GB',
    ...options,
  });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
