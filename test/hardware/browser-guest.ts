/** A guest with Chromium in it and the lab's pages, as the tests of level 5 begin. */
import { Browser } from './browser.ts';
import { buildPages, PAGES } from './build-pages.ts';
import { Guest } from './guest/guest.ts';
import type { ChromiumJob } from './inside/chromium.ts';

const PORT = 8123;
/** A page in a tab. `localhost` is as trustworthy as https. */
export const PLAIN_ORIGIN = `http://localhost:${PORT}`;

/** Two minutes on a machine of two cores with nothing else to do; a busy one may need three times that. */
const PATIENCE_MS = 360_000;

export interface BrowserGuest {
  readonly guest: Guest;
  readonly browser: Browser;
}

/**
 * @param name of the console's log
 * @param devices QEMU's arguments
 * @param policies managed policies of Chromium: which devices which origins may have
 */
export async function bootBrowser(
  name: string,
  devices: readonly string[],
  policies: ChromiumJob['policies'],
): Promise<BrowserGuest> {
  await buildPages();
  const job: ChromiumJob = { folder: PAGES, port: PORT, policies };
  const guest = await Guest.boot({
    name,
    program: new URL('inside/chromium.ts', import.meta.url).pathname,
    args: [JSON.stringify(job)],
    devices,
    memory: 3072,
    patience: PATIENCE_MS,
  });
  try {
    const browser = new Browser(guest);
    await browser.send('Browser.getVersion');
    return { guest, browser };
  } catch (error) {
    await guest.stop();
    throw error;
  }
}

/** The policy that lets an origin have USB devices without a chooser. */
export function usbPolicy(
  origin: string,
  devices: readonly { readonly vendor: number; readonly product: number }[],
): object[] {
  const ids = devices.map(({ vendor, product }) => ({ vendor_id: vendor, product_id: product }));
  return [{ devices: ids, urls: [origin] }];
}
