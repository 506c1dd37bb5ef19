/**
 * The technician's page as it is built, from a real agent, in real Chromium: what it reports, that its
 * bundle tells nothing that was planted on the machine, and that it starts when the agent has stopped.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';

const root = new URL('../..', import.meta.url).pathname;
const AGENT = join(root, 'kiosk-shell/agent/main.ts');
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Where pictures are left for people to look at; none without it. */
const pictures = process.env['KABINA_PICTURES'];
const CANARY = 'CANARY-7Q2MX-0D4KB';

describe('the technician’s page', { timeout: 240_000 }, () => {
  let folder: string;
  let agent: ChildProcess;
  let box: Server;
  let browser: BrowserContext;
  let origin: string;
  const problems: string[] = [];
  const at = (name: string): string => join(folder, name);

  const startAgent = async (port: number): Promise<number> => {
    const services = `http://127.0.0.1:${(box.address() as AddressInfo).port}`;
    const config = {
      port,
      pages: at('pages'),
      tokens: 'none',
      election: {
        electionId: 'ab'.repeat(32),
        kind: 'training',
        box: services,
        registrar: services,
        observers: services,
      },
      machine: { role: 'kiosk', id: 'K1', keyFile: at('key') },
      state: at('state'),
      silence: at('silent'),
    };
    await writeFile(at('agent.json'), JSON.stringify(config));
    agent = fork(AGENT, ['--config', at('agent.json')], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    return ((await once(agent, 'message')) as [{ port: number }])[0].port;
  };

  const launch = async (): Promise<void> => {
    browser = await chromium.launchPersistentContext(at('profile'), {
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: FLAGS,
      locale: 'ru-RU',
      viewport: { width: 1080, height: 1920 },
    });
    browser.on('console', (message) => {
      // The browser's own word on a server that is not there is what is tested here.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
        problems.push(message.text());
      }
    });
  };

  const open = async (): Promise<Page> => {
    const tab = await browser.newPage();
    tab.on('pageerror', (error) => problems.push(String(error)));
    await tab.goto(`${origin}/technician/`);
    await tab.waitForFunction(
      () =>
        document
          .querySelector('kabina-technician')
          ?.shadowRoot?.querySelectorAll('li:not(.waiting)').length === 14,
    );
    return tab;
  };

  const codes = (tab: Page): Promise<Record<string, string>> =>
    tab.evaluate(() => {
      const lines = document.querySelector('kabina-technician')!.shadowRoot!.querySelectorAll('li');
      return Object.fromEntries(
        [...lines].map(({ dataset }) => [dataset['line'], dataset['code']]),
      );
    }) as Promise<Record<string, string>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-technician-'));
    await build({
      root,
      configFile: join(root, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: at('pages') },
    });
    // The machine's key is a canary too.
    await writeFile(at('key'), 'ca'.repeat(32), { mode: 0o600 });
    box = createServer((_request, response) => {
      response.writeHead(200, {
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'date',
        date: new Date(Date.now() - 100_000).toUTCString(),
      });
      response.end('{}');
    });
    await new Promise<void>((resolve) => box.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${await startAgent(0)}`;
    await launch();
  });
  after(async () => {
    await browser?.close();
    agent?.kill('SIGKILL');
    box?.closeAllConnections();
    box?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('reports what is so, in three languages, and looks well', async () => {
    const tab = await open();
    const found = await codes(tab);
    const { agent: of, build: built, journal, page, ballot, clock, line, key } = found;
    assert.deepEqual(
      { of, built, journal, page, ballot, line },
      {
        of: 'agent.kiosk',
        built: 'build.whole',
        journal: 'journal.empty',
        page: 'page.watched',
        ballot: 'ballot.sealed',
        line: 'line.up',
      },
    );
    await tab.getByText('ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ').waitFor();
    // The box's clock is 100 s behind, and its board is none.
    assert.equal(clock, 'clock.fast');
    assert.equal(key, 'key.unread');
    const axe = await readFile(
      createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
      'utf8',
    );
    for (const [name, width, height] of [
      ['tall', 1080, 1920],
      ['wide', 1920, 1080],
      ['phone', 390, 844],
    ] as const) {
      await tab.setViewportSize({ width, height });
      const [wide, room] = (await tab.evaluate(
        '[document.scrollingElement.scrollWidth, document.documentElement.clientWidth]',
      )) as [number, number];
      assert.ok(wide <= room, `${name}: ${wide} px wide in ${room} px`);
      if (pictures !== undefined) {
        await tab.screenshot({ path: join(pictures, `technician-${name}.png`), fullPage: true });
      }
    }
    await tab.evaluate(axe);
    const violations = (await tab.evaluate(
      'axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map((n) => n.html + n.failureSummary)))',
    )) as string[];
    assert.deepEqual(violations, []);
    for (const [name, title] of [
      ['Қазақша', 'Машинаны тексеру'],
      ['English', 'Machine check'],
      ['Русский', 'Проверка машины'],
    ] as const) {
      await tab.getByRole('button', { name }).click();
      await tab.getByRole('heading', { level: 1, name: title }).waitFor();
    }
    // A scanner that types: the page says that it was read, and nowhere what.
    await tab.evaluate((code) => {
      for (const key of [...code, 'Enter']) {
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      }
    }, CANARY);
    await tab.waitForFunction(
      () =>
        document
          .querySelector('kabina-technician')!
          .shadowRoot!.querySelector('[data-code="scanner.read"]') !== null,
    );
    assert.ok(!(await tab.content()).includes(CANARY));
    await tab.close();
  });

  it('saves a bundle in which nothing is found of what lies on the machine', async () => {
    const tab = await open();
    const digest = 'd1'.repeat(32);
    await tab.evaluate(
      async ([canary, hash]) => {
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify({ digest: hash });
        await fetch('/journal/outbox-0123456789abcdef/prepare', { method: 'POST', headers, body });
        localStorage.setItem('canary', canary!);
        sessionStorage.setItem('canary', canary!);
        document.cookie = `canary=${canary!}`;
        localStorage.setItem(
          'kabina-troubles',
          JSON.stringify({ 'outbox.full': 3, [canary!]: 1, 'card.used': canary }),
        );
        // A queue with two ballots that wait and one that was put aside, and what the terminal tells.
        await new Promise((resolve) => {
          const opening = indexedDB.open('kabina-station-abababababababab-outbox', 1);
          opening.onupgradeneeded = () => {
            for (const name of ['keys', 'fence']) opening.result.createObjectStore(name);
            const items = opening.result.createObjectStore('items');
            for (const key of ['a', 'b']) items.put(canary, canary! + key);
            opening.result.createObjectStore('quarantine').put({ code: canary }, canary);
          };
          opening.onsuccess = () => {
            opening.result.close();
            resolve(undefined);
          };
        });
        sessionStorage.setItem('kabina-sent', '50');
        await new Promise((resolve) => {
          const opening = indexedDB.open('canary');
          opening.onupgradeneeded = () =>
            opening.result.createObjectStore(canary!).put(canary, 'x');
          opening.onsuccess = resolve;
        });
      },
      [CANARY, digest],
    );
    await tab.getByRole('button', { name: 'Проверить снова' }).click();
    await tab.waitForFunction(
      () =>
        document
          .querySelector('kabina-technician')!
          .shadowRoot!.querySelector('[data-code="journal.kept"]') !== null,
    );
    const saving = tab.waitForEvent('download');
    await tab.getByRole('button', { name: 'Сохранить сведения' }).click();
    const download = await saving;
    assert.match(download.suggestedFilename(), /^kabina-K1-\d{4}-\d\d-\d\d\.json$/);
    const text = await readFile(await download.path(), 'utf8');
    const bundle = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(bundle['journals'], { 'outbox-0123456789abcdef': 'prepared' });
    assert.deepEqual(bundle['queue'], { waiting: 2, quarantined: 1, sent: 50 });
    assert.deepEqual(bundle['troubles'], { 'outbox.full': 3 });
    const journalKey = await readFile(at('state/journal.key'), 'utf8');
    for (const planted of [CANARY, digest, journalKey, 'ca'.repeat(32), folder, 'canary']) {
      assert.ok(!text.includes(planted), planted);
    }
    assert.ok(!/\d\d:\d\d:\d\d|T\d\d:/.test(text), text);
    await tab.close();
  });

  it('starts when the agent has stopped and the browser was started anew, and says so', async () => {
    const tab = await browser.newPage();
    await tab.goto(`${origin}/technician/`);
    await tab.evaluate(async () => void (await navigator.serviceWorker.ready));
    await browser.close();
    agent.kill('SIGKILL');
    await launch();
    const again = await open();
    const { agent: of, build: built, ballot, line, journal } = await codes(again);
    assert.deepEqual(
      { of, built, ballot, line, journal },
      {
        of: 'agent.none',
        built: 'build.unknown',
        ballot: 'ballot.sealed',
        line: 'line.up',
        journal: 'journal.none',
      },
    );
    if (pictures !== undefined) {
      await again.screenshot({ path: join(pictures, 'technician-stopped.png'), fullPage: true });
    }
    assert.deepEqual(problems, []);
  });
});
