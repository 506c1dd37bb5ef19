/**
 * Level 5: what Chromium lets a page in a tab do. It may not drive a smart-card reader, whatever it
 * has been granted, and is told so in words; it may read a scanner.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from './browser.ts';
import { bootBrowser, PLAIN_ORIGIN, usbPolicy, type BrowserGuest } from './browser-guest.ts';
import { EMULATED_READER, emulatedCard, type EmulatedCard } from './emulated-card.ts';
import { SCANNER } from './inside/scanner.ts';
import { labIsMissing } from './packages.ts';

const skip = labIsMissing(true);
let card: EmulatedCard;
let running: BrowserGuest | undefined;
let page: Page;

before(async () => {
  if (skip !== false) return;
  card = await emulatedCard();
  running = await bootBrowser('plain-page', card.qemuArguments, {
    WebUsbAllowDevicesForUrls: usbPolicy(PLAIN_ORIGIN, [EMULATED_READER]),
    WebHidAllowDevicesForUrls: usbPolicy(PLAIN_ORIGIN, [SCANNER]),
  });
  page = await running.browser.openTab(`${PLAIN_ORIGIN}/lab/`);
  await page.until('lab');
});

after(async () => {
  await running?.guest.stop();
  await card?.remove();
});

test('a page in a tab is refused a reader that it was granted', { skip }, async () => {
  assert.equal(await page.evaluate('lab.claim()'), 'SecurityError');
  assert.equal(await page.evaluate('lab.readers()'), 'transport.denied');
});

test('a page in a tab reads a HID POS scanner', { skip }, async () => {
  assert.equal(await page.evaluate('lab.listen()'), true);
  // The second is longer than a report: the scanner sends it in parts.
  for (const code of [
    'KBN-7Q4T-ПЕЧАТЬ',
    `https://kabina.example/?code=${'0123456789'.repeat(12)}`,
  ]) {
    running!.guest.say(JSON.stringify({ scan: code }));
    assert.equal(await page.until('lab.scanned.shift()'), code);
  }
});

test('<kabina-token> in a tab says that the app or the agent is needed', { skip }, async () => {
  await page.navigate(`${PLAIN_ORIGIN}/`);
  const text = await page.until<string>(
    `document.querySelector('kabina-token').shadowRoot.querySelector('[role=alert]').textContent`,
  );
  assert.match(text, /в приложении киоска или включите.*агент киоска/);
  assert.match(text, /transport\.denied/);
});
