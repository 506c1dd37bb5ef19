// The desk's page in real Chromium: killed with SIGKILL while voters are being marked, its files
// searched for their names, a second tab, printing. Services and agent are this test's own.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { base64url } from '@kabina/booth/client';
import { bytesToHex } from '@kabina/crypto/bytes';
import { decorators } from '@kabina/elements/build/decorators';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { securityHeaders } from '../start/pages.ts';
import type { StationDesk } from './station-desk.ts';
import { CODE, TestStation, VOTERS } from './testing-desk.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

describe('the desk’s page in Chromium', () => {
  let station: TestStation;
  let folder: string;
  let server: Server;
  let origin: string;
  let browser: BrowserContext;

  const launch = (): Promise<BrowserContext> =>
    chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: FLAGS,
    });

  before(async () => {
    station = await TestStation.create();
    folder = await mkdtemp(join(tmpdir(), 'kabina-desk-'));
    await build({
      configFile: false,
      logLevel: 'error',
      root: ROOT,
      base: './',
      plugins: [decorators()],
      build: {
        target: 'es2022',
        outDir: join(folder, 'site'),
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        rolldownOptions: { input: join(ROOT, 'kiosk-shell/desk/index.html') },
      },
    });
    server = createServer((request, response) => {
      answer(request, response).catch(() => response.writeHead(500).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launch();
  });
  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = new URL(request.url ?? '/', origin).pathname;
    const journal = `/journal/desk-${bytesToHex(station.election.electionId).slice(0, 16)}`;
    const json = (value: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (path === '/config.json') {
      const [box, registrar, observers] = ['box', 'registrar', 'observers'].map(
        (name) => `${origin}/services/${name}`,
      );
      const electionId = bytesToHex(station.election.electionId);
      json({ electionId, kind: 'training', box, registrar, observers });
    } else if (path === '/machine') {
      const { kiosk: id, publicKey } = station.machine;
      json({ role: 'desk', id, publicKey: base64url(publicKey) });
    } else if (path === '/machine/sign') {
      response.writeHead(200).end(await station.machine.sign(body));
    } else if (path === '/desk-keys') {
      response.writeHead(200).end(await station.keyFile());
    } else if (path === journal) {
      const { committed = null, prepared = null } = await station.journal.read();
      json({ committed, prepared });
    } else if (path === `${journal}/prepare`) {
      await station.journal.prepare((JSON.parse(body.toString()) as { digest: string }).digest);
      json({});
    } else if (path === `${journal}/commit`) {
      await station.journal.commit();
      json({});
    } else if (path.startsWith('/services/')) {
      const init: RequestInit = { method: request.method ?? 'GET' };
      const { authorization } = request.headers;
      if (authorization !== undefined) init.headers = { authorization };
      if (body.length > 0) init.body = body;
      const url = `http://test${path.slice('/services'.length)}`;
      const said = await station.services.fetch(url, init).catch(() => undefined);
      if (said === undefined) request.socket.destroy();
      else response.writeHead(said.status).end(Buffer.from(await said.arrayBuffer()));
    } else {
      const name = path === '/desk/' ? '/kiosk-shell/desk/index.html' : path;
      const file = await readFile(join(folder, 'site', name)).catch(() => undefined);
      const type = TYPES[extname(name)] ?? 'text/html';
      const headers = { ...securityHeaders([]), 'content-type': type };
      response.writeHead(file === undefined ? 404 : 200, headers).end(file);
    }
  }

  /**
   * The page stands at the same depth as its file: relative addresses in it hold.
   *
   * @param now what the machine's clock says; it goes on from there
   */
  async function openPage(now?: Date): Promise<Page> {
    const tab = await browser.newPage();
    if (now !== undefined) await tab.clock.install({ time: now });
    await tab.goto(`${origin}/kiosk-shell/desk/index.html`);
    await tab.waitForFunction(() =>
      document.querySelector('kabina-desk-app')?.shadowRoot?.querySelector('kabina-desk'),
    );
    return tab;
  }

  async function unlock(tab: Page): Promise<void> {
    await tab.locator('kabina-desk').getByLabel('Код стола').fill(CODE);
    await tab.getByRole('button', { name: 'Открыть стол' }).click();
    await tab.waitForFunction(() => deskNow().status.at !== 'locked');
  }

  /** SIGKILL: no page gets to hear of it. Chromium's lock on a profile names its process: `host-pid`. */
  async function kill(): Promise<void> {
    const pid = Number(
      (await readlink(join(folder, 'profile', 'SingletonLock'))).split('-').at(-1),
    );
    assert.ok(pid > 1);
    process.kill(pid, 'SIGKILL');
    await browser.close().catch(() => undefined);
    browser = await launch();
  }

  async function helpers(tab: Page): Promise<void> {
    await tab.evaluate(() => {
      const app = document.querySelector('kabina-desk-app');
      Object.assign(globalThis, {
        deskNow: () => app!.shadowRoot!.querySelector('kabina-desk')!.desk,
      });
    });
  }

  it('is unlocked, fetches, marks; a second tab has to wait', async () => {
    const tab = await openPage();
    await helpers(tab);
    await unlock(tab);
    await tab.getByRole('button', { name: 'Получить список и карточки' }).click();
    await tab.waitForFunction(() => deskNow().status.at === 'open');
    await tab.getByRole('button', { name: 'Нулевой отчёт' }).click();
    await tab.getByRole('dialog').getByText('Избирателей в списке: 4').waitFor();
    await tab.getByRole('button', { name: 'Закрыть', exact: true }).click();
    await tab.evaluate(() => deskNow().issue('1', 'K1'));
    const second = await openPage();
    await helpers(second);
    assert.equal(await second.evaluate(() => deskNow().status.trouble?.code), 'desk.held');
    await second.close();
    await tab.close();
  });

  it('speaks three languages, and the choice is reached while it is locked', async () => {
    const tab = await openPage();
    await helpers(tab);
    await tab.getByText('Язык и вид').click();
    await tab.getByRole('button', { name: 'Қазақша' }).click();
    await tab.getByText('Тіл және көрініс').waitFor();
    assert.equal(await tab.title(), 'Тіркеу үстелі');
    assert.equal(await tab.evaluate(() => document.documentElement.lang), 'kk');
    await tab.getByRole('button', { name: 'English' }).click();
    await tab.locator('kabina-desk input').fill(CODE);
    await tab.locator('kabina-desk form button').click();
    await tab.getByRole('button', { name: 'Renew list and cards' }).waitFor();
    await tab.getByRole('button', { name: 'Delivery note' }).click();
    const slip = tab.getByRole('dialog');
    await slip.getByText('TRAINING ELECTION').waitFor();
    await slip.getByRole('button', { name: 'Print' }).waitFor();
    await slip.getByRole('button', { name: 'Close', exact: true }).click();
    const cyrillic = await tab.evaluate(() => {
      const app = document.querySelector('kabina-desk-app')!.shadowRoot!;
      return [...app.querySelectorAll('.slips button, .slips .due')]
        .map(({ textContent }) => textContent)
        .filter((text) => /[\u0400-\u04ff]/.test(text));
    });
    assert.deepEqual(cyrillic, []);
    await tab.close();
  });

  it('reminds of the turnout at each set hour, until its slip was shown or an hour has passed', async () => {
    const tab = await openPage(new Date(2026, 8, 18, 9, 57));
    await helpers(tab);
    await unlock(tab);
    const turnout = tab.getByRole('button', { name: 'Явка' });
    await turnout.waitFor();
    const reminder = tab.getByText(/Пора сообщить явку/);
    const ahead = (minutes: number): Promise<void> => tab.clock.fastForward(minutes * 60_000);
    for (const [hour, next] of [
      [10, 12],
      [12, 15],
      [15, 18],
    ] as const) {
      assert.equal(await reminder.count(), 0, `before ${hour}`);
      await ahead(4);
      await tab.getByText(`Пора сообщить явку на ${hour}:00.`).waitFor();
      await turnout.click();
      await tab.getByRole('dialog').getByText('1 / 4 (25.0%)').waitFor();
      await tab.getByRole('button', { name: 'Закрыть', exact: true }).click();
      await reminder.waitFor({ state: 'detached' });
      await ahead((next - hour) * 60 - 4);
    }
    await ahead(4);
    await tab.getByText('Пора сообщить явку на 18:00.').waitFor();
    // Nobody came to it: the number of an hour later is another one.
    await ahead(60);
    await reminder.waitFor({ state: 'detached' });
    await tab.close();
  });

  it('killed while marks are being written: what was said to be marked is, and nothing twice', async () => {
    station.services.lists = {};
    const said = new Set(['1']);
    for (const delay of [0, 15, 40, 80]) {
      const tab = await openPage();
      await helpers(tab);
      await unlock(tab);
      const { status, served } = await tab.evaluate(async () => {
        const rows = (await Promise.all(['1', '2', '4'].map((one) => deskNow().find(one)))).flat();
        const marked = rows.filter(({ state }) => state === 'served').map(({ number }) => number);
        return { status: deskNow().status, served: marked };
      });
      assert.equal(status.trouble, undefined);
      const given = status.piles.reduce((sum, pile) => sum + pile.given, 0);
      assert.equal(status.served, given);
      for (const number of said) assert.ok(served.includes(number), `${number} after ${delay} ms`);
      await tab.exposeFunction('say', (number: string) => said.add(number));
      const marking = tab
        .evaluate(async () => {
          for (const number of ['2', '4']) {
            await deskNow()
              .issue(number, 'K2')
              .then(() => say(number))
              .catch(() => undefined);
          }
        })
        .catch(() => undefined);
      await new Promise((go) => setTimeout(go, delay));
      await kill();
      await marking;
    }
    const tab = await openPage();
    await helpers(tab);
    await unlock(tab);
    for (const number of ['1', '2', '4']) {
      await tab
        .evaluate((one) => deskNow().issue(one, 'K1'), number)
        .catch((error: Error) => assert.match(error.message, /served before/));
    }
    assert.equal(await tab.evaluate(() => deskNow().status.served), 3);
    await tab.close();
  });

  it('leaves nothing of a voter, of the code or of the secrets readable in its files', async () => {
    await kill();
    const files = await readdir(join(folder, 'profile'), { recursive: true, withFileTypes: true });
    const voters = VOTERS.flatMap(({ name, document }) => [name, document]);
    const secrets = [...voters, 'registrar-secret', 'observers-secret', CODE];
    // What is public lies there in the open: the search would find a voter who did.
    const open = station.election.manifest.stations[0]!.name.ru;
    let found = false;
    for (const file of files) {
      if (!file.isFile()) continue;
      const bytes = await readFile(join(file.parentPath, file.name)).catch(() => Buffer.alloc(0));
      found ||= bytes.includes(open);
      for (const secret of secrets) {
        for (const encoding of ['utf8', 'utf16le'] as const) {
          assert.equal(bytes.indexOf(secret, 0, encoding), -1, `${secret} in ${file.name}`);
        }
      }
    }
    assert.ok(found, 'the search looked at the database');
  });
});

declare function deskNow(): StationDesk;
declare function say(number: string): Promise<void>;
