/**
 * In the guest: Chromium, driven from outside. Its DevTools pipe is passed on to the test, message
 * by message; what it prints goes to the console. The first argument is {@link ChromiumJob}.
 *
 * A test's word `{"scan":"…"}` goes to the simulated scanner instead.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { serveIsolatedApp } from '@kabina/kiosk-shell/isolated/serve';
import { main, report, words } from './line.ts';
import { plugScanner } from './scanner.ts';

export interface ChromiumJob {
  /** Of pages: served on `http://localhost:PORT`, and to the isolated app. */
  readonly folder: string;
  readonly port: number;
  /** Managed policies: which devices which origins may have without a chooser. */
  readonly policies: Readonly<Record<string, unknown>>;
}

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-breakpad',
  '--no-first-run',
  '--no-default-browser-check',
  '--password-store=basic',
  '--enable-logging=stderr',
  '--remote-debugging-pipe',
  '--enable-features=IsolatedWebApps,IsolatedWebAppDevMode',
  // Under emulation each of them takes seconds.
  '--disable-features=OptimizationGuideOnDeviceModel,OnDeviceModelService,WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

await main(async () => {
  const job = JSON.parse(process.argv[2]!) as ChromiumJob;
  mkdirSync('/etc/chromium/policies/managed', { recursive: true });
  writeFileSync('/etc/chromium/policies/managed/lab.json', JSON.stringify(job.policies));
  await serveIsolatedApp(job.folder, job.port);
  const scanner = plugScanner();

  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const chromium = spawn('chromium', [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  const toChromium = chromium.stdio[3] as Writable;
  let partial = '';
  (chromium.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
    const messages = (partial + text).split('\0');
    partial = messages.pop() ?? '';
    for (const message of messages) {
      const { id, ...rest } = JSON.parse(message) as { id?: number };
      if (id !== undefined) report(`answer ${id}`, rest);
    }
  });
  chromium.once('exit', (status, signal) => {
    report('failed', { why: `Chromium has ended (${status ?? signal})` });
  });
  for await (const word of words()) {
    const said = JSON.parse(word) as { scan?: string };
    if (said.scan === undefined) toChromium.write(`${word}\0`);
    else scanner.scan(said.scan);
  }
});
