/** Debian's Chromium, driven by playwright-core: the flags that it needs as root and off the network. */
import { existsSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type LaunchOptions,
} from 'playwright-core';

export const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
];

function options(): LaunchOptions {
  const path = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
  return { args: [...FLAGS], ...(existsSync(path) ? { executablePath: path } : {}) };
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch(options());
}

/** With a profile on disk, which outlives the browser. */
export function launchPersistent(
  profile: string,
  context: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, { ...options(), ...context });
}
