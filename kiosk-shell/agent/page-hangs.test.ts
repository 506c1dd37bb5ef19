/**
 * The terminal's page in real Chromium, from a real agent: while it runs nothing happens; hung in a
 * loop, and crashed, the agent notices and writes the file for which systemd starts the browser anew.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { checkConfig } from './config.ts';
import { JournalFolder } from './journal-file.ts';
import { PAGE_PACE } from './page-watch.ts';
import type { MachineFacts } from './preflight.ts';
import { serveAgent, type Agent } from './serve.ts';

const root = new URL('../..', import.meta.url).pathname;
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe('a page that hangs', { timeout: 240_000 }, () => {
  let folder: string;
  let agent: Agent;
  let browser: Browser;
  const at = (name: string): string => join(folder, name);
  const ask = async (): Promise<NonNullable<MachineFacts['page']>> => {
    const answer = await fetch(`http://127.0.0.1:${agent.port}/preflight`);
    return ((await answer.json()) as MachineFacts).page!;
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-hangs-'));
    const configFile = join(root, 'vite.config.ts');
    await build({ root, configFile, logLevel: 'error', build: { outDir: at('pages') } });
    const config = checkConfig({
      port: 0,
      pages: at('pages'),
      tokens: 'none',
      machine: { role: 'kiosk', id: 'K1', keyFile: at('key') },
      state: at('state'),
      silence: at('silent'),
    });
    const key = { role: 'kiosk', id: 'K1', seed: new Uint8Array(32).fill(7) } as const;
    const machine = { key, journals: new JournalFolder(folder) };
    // The page keeps its own pace; six looks are 18 seconds here.
    agent = await serveAgent(config, undefined, machine, { ...PAGE_PACE, every: 3_000 });
    const executablePath = process.env['CHROME_PATH'] ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: FLAGS });
  });
  after(async () => {
    await browser?.close();
    await agent?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A page of its own browser's making, once it has said twice that it lives. */
  async function open(): Promise<Page> {
    const page = await browser.newPage();
    const beat = () => page.waitForRequest((request) => request.url().endsWith('/machine/beat'));
    const first = beat();
    await page.goto(`http://127.0.0.1:${agent.port}/terminal/`);
    const request = await first;
    assert.equal(request.postData(), '{}', 'nothing of a voter is in it');
    assert.equal((await request.response())?.status(), 200);
    await (await beat()).response();
    return page;
  }

  async function silence(kill: (page: Page) => Promise<void>): Promise<void> {
    const page = await open();
    const { state, restarts } = await ask();
    assert.equal(state, 'alive');
    await rm(at('silent'), { force: true });
    const stop = new AbortController();
    const written = (async () => {
      for await (const { filename } of watch(folder, { signal: stop.signal })) {
        if (filename === 'silent') return;
      }
    })();
    await kill(page);
    await written;
    stop.abort();
    assert.deepEqual(await ask(), { state: 'silent', restarts: restarts + 1 });
    await browser.close();
    browser = await chromium.launch({
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: FLAGS,
    });
  }

  it('is noticed when it runs in circles, and forgotten when another takes its place', async () => {
    await silence(async (page) => {
      const cdp = await page.context().newCDPSession(page);
      // Never answers.
      void cdp.send('Runtime.evaluate', { expression: 'while (true);' }).catch(() => undefined);
    });
    const page = await open();
    assert.deepEqual(await ask(), { state: 'alive', restarts: 1 });
    await page.close();
  });

  it('is noticed when its process is gone', async () => {
    await silence(async (page) => {
      const cdp = await page.context().newCDPSession(page);
      void cdp.send('Page.crash').catch(() => undefined);
    });
  });

  it('is nobody’s business on another machine', async () => {
    const key = { role: 'desk', id: '101', seed: new Uint8Array(32).fill(7) } as const;
    const config = checkConfig({ port: 0, pages: at('pages'), tokens: 'none' });
    const journals = new JournalFolder(folder);
    const desk = await serveAgent(config, undefined, { key, journals });
    try {
      const origin = `http://127.0.0.1:${desk.port}`;
      const headers = { 'content-type': 'application/json', origin };
      const asked = { method: 'POST', headers, body: '{}' };
      assert.equal((await fetch(`${origin}/machine/beat`, asked)).status, 404);
      const facts = (await (await fetch(`${origin}/preflight`)).json()) as MachineFacts;
      assert.equal(facts.page, null);
    } finally {
      await desk.close();
    }
  });
});
