/**
 * What `chrome://policy` says of every policy, as JSON: pairs of a name and a status. A program of its
 * own, since it runs in a namespace of its own; `policies.test.ts` starts it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const profile = await mkdtemp(join(tmpdir(), 'kabina-policy-page-'));
try {
  // A policy forbids incognito windows, which other contexts would be.
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
    // A browser that the protocol can't reach never answers.
    timeout: 10_000,
  });
  const page = browser.pages()[0]!;
  await page.goto('chrome://policy');
  await page.locator('policy-row .name').first().waitFor();
  const rows = await page.locator('policy-row').evaluateAll((elements) =>
    elements.map(({ shadowRoot }) => {
      const text = (selector: string) => shadowRoot?.querySelector(selector)?.textContent?.trim();
      return [text('.name .link span') ?? text('.name'), text('.policy.row .messages')];
    }),
  );
  process.stdout.write(JSON.stringify(rows));
  await browser.close();
} finally {
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
}
