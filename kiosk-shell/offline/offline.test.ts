/**
 * Pages without their server, in real Chromium under the real policy: a browser that has seen a page
 * once and was started anew, a server that is gone, answers garbage or has a new version.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { checkBuild } from '../agent/build-list.ts';
import { securityHeaders } from '../start/pages.ts';
import { offline } from './build.ts';
import type { OfflinePage } from './fixture/page/main.ts';

declare const page: OfflinePage;

const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };
const CONFIG = {
  electionId: 'ab'.repeat(32),
  kind: 'training',
  box: 'http://127.0.0.1:9',
  registrar: 'http://127.0.0.1:9',
  observers: 'http://127.0.0.1:9',
};

describe('the pages without a network', { timeout: 240_000 }, () => {
  let folder: string;
  let server: Server | undefined;
  let port = 0;
  let browser: BrowserContext | undefined;
  let version: string;
  let config: { status: number; body: string };
  let services: string[];

  const buildVersion = async (name: string): Promise<void> => {
    await build({
      configFile: false,
      logLevel: 'error',
      root: fileURLToPath(new URL('./fixture', import.meta.url)),
      base: './',
      worker: { format: 'es' },
      define: { KABINA_VERSION: JSON.stringify(name) },
      plugins: [offline({ '/page/': 'page/', '/absent/': 'absent/' })],
      build: {
        outDir: join(folder, name),
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        rolldownOptions: {
          input: fileURLToPath(new URL('./fixture/page/index.html', import.meta.url)),
        },
      },
    });
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-offline-'));
    await buildVersion('one');
    await buildVersion('two');
  });
  after(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    version = 'one';
    config = { status: 200, body: JSON.stringify(CONFIG) };
    services = [CONFIG.box];
    await rm(join(folder, 'profile'), { recursive: true, force: true });
    await serve();
    await launch();
  });
  afterEach(async () => {
    await browser?.close();
    await stop();
  });

  async function serve(): Promise<void> {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      const headers = securityHeaders(services);
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      if (pathname === '/config.json') {
        response.writeHead(config.status, { 'content-type': 'application/json' }).end(config.body);
        return;
      }
      if (pathname === '/machine') return void response.end('the agent');
      const path = pathname === '/page/' ? '/page/index.html' : pathname;
      const type = TYPES[extname(path)] ?? 'text/html; charset=utf-8';
      readFile(join(folder, version, path)).then(
        (bytes) => response.writeHead(200, { 'content-type': type }).end(bytes),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  }

  async function stop(): Promise<void> {
    server?.closeAllConnections();
    await new Promise((done) => (server === undefined ? done(0) : server.close(done)));
    server = undefined;
  }

  async function launch(): Promise<void> {
    browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: FLAGS,
    });
  }

  /** Chromium as after a night: another process on the same profile. */
  async function restart(): Promise<void> {
    await browser!.close();
    await launch();
  }

  async function open(query = ''): Promise<Page> {
    const tab = await browser!.newPage();
    await tab.goto(`http://127.0.0.1:${port}/page/${query}`);
    await tab.waitForFunction(() => 'page' in globalThis);
    return tab;
  }

  /** Once the worker has taken all along. */
  async function openOnce(): Promise<Page> {
    const tab = await open();
    await tab.evaluate(() => navigator.serviceWorker.ready);
    await tab.waitForFunction(() => navigator.serviceWorker.controller !== null);
    return tab;
  }

  const ask = (tab: Page, path: string) => tab.evaluate((asked) => page.ask(asked), path);

  it('start in a browser that was started anew, with workers and parts that come later', async () => {
    await openOnce();
    await stop();
    await restart();
    for (const query of ['', '?seat=3']) {
      const tab = await open(query);
      assert.equal(await tab.evaluate(() => page.version), 'one');
      assert.equal(await tab.evaluate(() => page.later()), 'later');
      assert.equal(await tab.evaluate(() => page.worker()), 'worker');
      assert.equal(await tab.evaluate(() => getComputedStyle(document.body).color), 'rgb(1, 2, 3)');
      assert.equal(await ask(tab, '/config.json'), `200 ${JSON.stringify(CONFIG)}`);
      assert.deepEqual(await tab.evaluate(() => page.violations), []);
      // The policy holds without its server too.
      assert.equal(await ask(tab, 'http://127.0.0.1:1/'), 'unreachable');
      assert.deepEqual(await tab.evaluate(() => page.violations), ['connect-src']);
      await tab.close();
    }
  });

  it('keep nothing of the agent’s, and nothing that is not theirs', async () => {
    const tab = await openOnce();
    for (const path of ['/machine', '/control/state', '/journal/outbox']) await ask(tab, path);
    assert.equal(await ask(tab, '/machine'), '200 the agent');
    await stop();
    assert.equal(await ask(tab, '/machine'), 'unreachable');
    const kept = await tab.evaluate(async () => {
      const urls: string[] = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        urls.push(...(await cache.keys()).map(({ url }) => new URL(url).pathname));
      }
      return urls;
    });
    const page = /^\/(page\/|config\.json|assets\/(index|later|answer-worker)-[\w-]+\.(js|css))$/;
    assert.deepEqual(
      kept.filter((path) => !page.test(path)),
      [],
    );
    assert.equal(new Set(kept).size, kept.length);
    assert.ok(kept.length >= 6, kept.join(' '));
  });

  it('take the last good configuration, and a new one with its policy as soon as there is one', async () => {
    const tab = await openOnce();
    const good = `200 ${JSON.stringify(CONFIG)}`;
    for (const garbage of [
      { status: 200, body: '<!doctype html>Войдите в сеть' },
      { status: 200, body: '{}' },
      { status: 200, body: JSON.stringify({ ...CONFIG, box: "https://x.test 'unsafe-eval'" }) },
      { status: 500, body: '' },
      { status: 302, body: '' },
    ]) {
      config = garbage;
      assert.equal(await ask(tab, '/config.json'), good, JSON.stringify(garbage));
    }
    const place = 'http://127.0.0.1:1';
    const moved = { ...CONFIG, box: place, registrar: place, observers: place };
    config = { status: 200, body: JSON.stringify(moved) };
    assert.equal(await ask(tab, '/config.json'), `200 ${JSON.stringify(moved)}`);
    // The page was kept with the policy of the former services.
    await stop();
    await restart();
    const again = await open();
    assert.equal(await ask(again, 'http://127.0.0.1:1/'), 'unreachable');
    assert.deepEqual(await again.evaluate(() => page.violations), []);
    await ask(again, 'http://127.0.0.1:9/');
    assert.deepEqual(await again.evaluate(() => page.violations), ['connect-src']);
    // "There is no election" is an answer, and what was kept is no longer true.
    config = { status: 404, body: '' };
    await serve();
    assert.equal(await ask(again, '/config.json'), '404 ');
    await stop();
    assert.equal(await ask(again, '/config.json'), 'unreachable');
  });

  it('take a new version only when nobody is in the middle of anything, on any page', async () => {
    const first = await openOnce();
    const second = await open();
    await second.evaluate(() => (page.busy = true));
    version = 'two';
    await first.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await first.waitForFunction(async () => (await navigator.serviceWorker.ready).waiting !== null);
    // The first page is idle and asks, time and again; the second is asked, and nobody is held for it.
    const asked = second.evaluate(
      () =>
        new Promise<string>((resolve) => {
          navigator.serviceWorker.addEventListener('message', ({ data }) => resolve(String(data)));
        }),
    );
    assert.equal(await asked, 'kabina-idle');
    for (const tab of [first, second]) {
      assert.equal(await tab.evaluate(() => page.held), 0);
      assert.equal(await tab.evaluate(() => page.version), 'one');
    }
    // Somebody begins between the two questions: the page that is held already goes on.
    await second.evaluate(() => {
      page.busyWhenHeld = true;
      page.busy = false;
    });
    await first.waitForFunction(() => page.held > 0 && !document.documentElement.inert);
    assert.equal(await second.evaluate(() => page.busy), true);
    assert.equal(await first.evaluate(() => page.version), 'one');
    await second.evaluate(() => (page.busyWhenHeld = false));
    // Loaded anew, a page is of the old version still, whole, with a server of the new one.
    await first.reload();
    await first.waitForFunction(() => 'page' in globalThis);
    assert.equal(await first.evaluate(() => page.version), 'one');
    assert.equal(await second.evaluate(() => page.later()), 'later');
    await second.evaluate(() => (page.busy = false));
    for (const tab of [first, second]) {
      await tab.waitForFunction(() => 'page' in globalThis && page.version === 'two');
      assert.equal(await tab.evaluate(() => page.later()), 'later');
    }
    await stop();
    await restart();
    assert.equal(await (await open()).evaluate(() => page.version), 'two');
  });

  it('keep the old version whole when the new one came damaged', async () => {
    await openOnce();
    // This one differs between the two; what is the same is not fetched again.
    const script = /\/assets\/index-[\w-]+\.js/.exec(
      await readFile(join(folder, 'two/service-worker.js'), 'utf8'),
    )![0];
    const whole = await readFile(join(folder, 'two', script));
    try {
      await writeFile(join(folder, 'two', script), `${whole.toString()} `);
      assert.equal((await checkBuild(join(folder, 'two'))).changed, 1);
      version = 'two';
      const tab = await open();
      const state = await tab.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        const found = new Promise<ServiceWorker>((resolve) => {
          registration.onupdatefound = () => resolve(registration.installing!);
        });
        await registration.update();
        const worker = registration.installing ?? registration.waiting ?? (await found);
        if (worker.state === 'installing') {
          await new Promise((resolve) => (worker.onstatechange = resolve));
        }
        return worker.state;
      });
      assert.equal(state, 'redundant');
      await stop();
      await restart();
      assert.equal(await (await open()).evaluate(() => page.version), 'one');
    } finally {
      await writeFile(join(folder, 'two', script), whole);
    }
    assert.equal((await checkBuild(join(folder, 'two'))).changed, 0);
  });
});
