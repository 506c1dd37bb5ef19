/**
 * Level 5: the kiosk's Isolated Web App drives readers and tokens by itself, in a real browser over
 * a real kernel's USB: QEMU's reader with libcacard's card, and our simulated PIV token, which
 * speaks T=1, asks for time, tells of itself on its interrupt endpoint, and is pulled out in the
 * middle of a signature.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { isolatedOrigin, type Page } from './browser.ts';
import { bootBrowser, PLAIN_ORIGIN, usbPolicy, type BrowserGuest } from './browser-guest.ts';
import { EMULATED_READER, emulatedCard, type EmulatedCard } from './emulated-card.ts';
import { opensslVerifies } from './openssl.ts';
import { labIsMissing } from './packages.ts';
import { simulatedToken } from './simulated-token.ts';
import { UsbSocket } from './usbredir.ts';

const ORIGIN = isolatedOrigin('kabina hardware lab');

const skip = labIsMissing(true);
let card: EmulatedCard;
let socket: UsbSocket;
let running: BrowserGuest | undefined;
let page: Page;

const token = simulatedToken();

before(async () => {
  if (skip !== false) return;
  card = await emulatedCard();
  socket = await UsbSocket.open();
  socket.plug(token.device);
  running = await bootBrowser('isolated-app', [...card.qemuArguments, ...socket.qemuArguments], {
    WebUsbAllowDevicesForUrls: usbPolicy(ORIGIN, [EMULATED_READER, token]),
  });
  page = await running.browser.openIsolatedApp(ORIGIN, `${PLAIN_ORIGIN}/`);
  await page.until('document.readyState === "complete"');
});

after(async () => {
  await running?.guest.stop();
  await socket?.close();
  await card?.remove();
});

/** What `<kabina-token>` shows. */
const SCREEN = `document.querySelector('kabina-token').shadowRoot`;

/** Presses the button on the screen that has these words. */
function press(words: string, root = SCREEN): Promise<unknown> {
  const button = `[...${root}.querySelectorAll('button')].find((one) => one.textContent.includes('${words}'))`;
  return page.until(`(${button}.click(), true)`);
}

async function typePin(): Promise<void> {
  const pad = `${SCREEN}.querySelector('kabina-pin-pad').shadowRoot`;
  for (const digit of token.pin) await press(digit, pad);
  await press('Проверить', pad);
}

function shows(words: string): Promise<unknown> {
  return page.until(`${SCREEN}.textContent.includes('${words}')`);
}

test('the app signs with a card behind QEMU’s reader', { skip }, async () => {
  await page.navigate(`${ORIGIN}/lab/index.html`);
  await page.until('lab');
  const message = randomBytes(100);
  const digest = createHash('sha256').update(message).digest('hex');
  const signature = await page.evaluate<string>(`lab.signWithCac('${digest}')`);
  await opensslVerifies(Buffer.from(signature, 'hex'), message, card.certificate);
});

test('the app signs with a PIV token on USB', { skip }, async () => {
  const message = randomBytes(100);
  const digest = createHash('sha256').update(message).digest('hex');
  const signed = await page.evaluate<{
    application: string;
    certificate: string;
    signature: string;
  }>(`lab.signWithToken('${digest}', '${token.pin}')`);
  assert.equal(signed.application, 'piv');
  assert.deepEqual(Buffer.from(signed.certificate, 'hex'), Buffer.from(token.certificate));
  await opensslVerifies(Buffer.from(signed.signature, 'hex'), message, token.certificate);
});

test(
  '«Проверить токен» says that the token was pulled, and goes on when it is back',
  {
    skip,
  },
  async () => {
    await page.navigate(`${ORIGIN}/index.html`);
    await press('Simulated Reader');
    await shows(token.holder);
    const begun = token.card.holdNextSignature();
    await typePin();
    await begun;
    socket.unplug();
    await shows('transport.removed');
    await shows('Токен вынули раньше времени');

    socket.plug(token.device);
    // With QEMU's reader alone on the bus the app would take the card in that one.
    await page.until('navigator.usb.getDevices().then((devices) => devices.length === 2)');
    await press('Попробовать ещё раз');
    await press('Simulated Reader');
    await typePin();
    await shows('Готово: токен подходит');
    await shows('Подпись сделана и проверена');
  },
);
