// The booth in real Chromium: worker and page under the apps' content security policy with Trusted
// Types, records in IndexedDB, a browser killed with a ballot on its way.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import type { TestPage } from '../test/page.ts';
import { TestPortal } from '../test/portal.ts';
import type { Wish } from '../test/robot.ts';

declare const page: TestPage;

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.html': 'text/html' };

describe('the booth in Chromium', () => {
  let portal: TestPortal;
  let folder: string;
  let site: Server;
  let origin: string;
  let browser: BrowserContext;

  const launch = (): Promise<BrowserContext> =>
    chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: FLAGS,
    });

  before(async () => {
    portal = await TestPortal.start();
    folder = await mkdtemp(join(tmpdir(), 'kabina-booth-'));
    await build({
      configFile: false,
      logLevel: 'error',
      root: fileURLToPath(new URL('../test', import.meta.url)),
      base: './',
      worker: { format: 'es' },
      build: {
        outDir: join(folder, 'site'),
        rolldownOptions: {
          input: fileURLToPath(new URL('../test/page.ts', import.meta.url)),
          output: { entryFileNames: 'page.js' },
        },
      },
    });
    const policy = [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      `connect-src ${portal.url}`,
      "require-trusted-types-for 'script'",
      'trusted-types default',
    ].join('; ');
    site = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://site').pathname;
      const headers = {
        // A worker has the policy of its own answer: a <meta> in the page doesn't reach it.
        'content-security-policy': policy,
        'content-type': TYPES[extname(path)] ?? 'text/html',
      };
      const html =
        '<!doctype html><title>booth</title><script type="module" src="page.js"></script>';
      const body = path === '/' ? html : readFile(join(folder, 'site', path));
      void Promise.resolve(body).then(
        (found) => response.writeHead(200, headers).end(found),
        () => response.writeHead(404, headers).end(),
      );
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    site.closeAllConnections();
    site.close();
    await portal.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function openPage(mode: 'own-device' | 'kiosk'): Promise<Page> {
    const tab = await browser.newPage();
    await tab.goto(origin);
    await tab.waitForFunction(() => 'page' in globalThis);
    const { box, issuers } = portal.device();
    const { electionId } = portal;
    await tab.evaluate((config) => page.open(config), { box, issuers, electionId, mode });
    return tab;
  }

  it('votes under the policy, and leaves nothing to read in the database', async () => {
    const tab = await openPage('own-device');
    const wish: Wish = {
      credentials: { method: 'training', login: 'browser' },
      contest: 'council',
      marks: [0, 1, 0, 0, 1, 0, 0, 0],
      challenge: true,
    };
    await tab.evaluate((wanted) => page.vote(wanted), wish);
    assert.equal(portal.ballots.length, 1);
    assert.deepEqual(await tab.evaluate(() => page.violations), []);
    assert.equal(await tab.evaluate(() => page.evalBlocked()), true);
    const stored = await tab.evaluate(() => page.stored());
    assert.deepEqual([stored.extractable, stored.exported], [false, false]);
    assert.ok(stored.text.includes(portal.electionId));
    for (const secret of ['token-', 'seed', 'promise', 'council-']) {
      assert.ok(!stored.text.includes(secret), secret);
    }
    await tab.evaluate(() => page.forget());
    assert.equal((await tab.evaluate(() => page.stored())).text, '');
    await tab.close();
  });

  it('lets only one page of a device vote at a time', async () => {
    const [first, second] = [await openPage('own-device'), await openPage('own-device')];
    await first.evaluate(() => page.start());
    await second.evaluate(() => page.start());
    assert.deepEqual(await second.evaluate(() => page.state()), {
      at: 'failed',
      code: 'keeper.held',
      retry: true,
    });
    await first.close();
    await second.close();
  });

  it('killed with a ballot on its way, sends the same one and gets its receipt', async () => {
    const tab = await openPage('own-device');
    const before = portal.ballots.length;
    const sent = Promise.withResolvers<undefined>();
    portal.fault = (request) => {
      if (request !== 'POST /box/ballots') return undefined;
      sent.resolve(undefined);
      return 'lost';
    };
    const wish: Wish = {
      credentials: { method: 'training', login: 'killed' },
      contest: 'question',
      marks: [1, 0],
    };
    const voting = tab.evaluate((wanted) => page.vote(wanted), wish).catch(() => undefined);
    await sent.promise;
    // SIGKILL: no page gets to hear of it.
    const pid = await processOf(join(folder, 'profile'));
    process.kill(pid, 'SIGKILL');
    await voting;
    portal.fault = () => undefined;
    browser = await launch();
    const again = await openPage('own-device');
    const screens = await again.evaluate((wanted) => page.vote(wanted), wish);
    assert.ok(!screens.includes('login') && !screens.includes('marking'), screens.join(' '));
    assert.equal(portal.ballots.length, before + 1);
    await again.close();
  });
});

/** Chromium's lock on a profile names its process: `host-pid`. */
async function processOf(profile: string): Promise<number> {
  const { readlink } = await import('node:fs/promises');
  const pid = Number((await readlink(join(profile, 'SingletonLock'))).split('-').at(-1));
  assert.ok(pid > 1);
  return pid;
}
