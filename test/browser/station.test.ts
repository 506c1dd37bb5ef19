/**
 * A polling station's day in real Chromium: a technician sets the kiosk up, cards are printed, the desk
 * brings a voter over, the line goes down, voters vote with cards typed and scanned, a session is cut off
 * twice, a used card comes back, the kiosk is closed, its slip is scanned at the desk, its queue goes
 * through the office from a file, the line returns and the queue drains.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { readElectionFile } from '@kabina/kiosk-shell/start/election-file';
import { launchPersistent } from './chromium.ts';
import { Machine } from './machine.ts';
import { OfficePage } from './office.ts';
import { byTouch, Voter } from './voter.ts';
import { kept, SIZES, Watch } from './watch.ts';

const MAYOR = /Выборы главы города/;
const BRIDGE = /Городской референдум/;
const MARK = 'a mark';
const PIN = '135790';
const COUNCIL = /Выборы депутатов городского совета/;
const CANARY = 'Ермолин Захар Ильич';
const COUNCIL_CANARY = 'Абрамов Кирилл Львович';
/** Of a member who holds the corner. */
const HOLD_MS = 3_300;

interface Card {
  readonly text: string;
  readonly typed: string;
}

describe('a day at a polling station, with the line down', { concurrency: false }, () => {
  let machine: Machine;
  let profile: string;
  let browser: BrowserContext;
  let watch: Watch;
  let page: Page;
  let desk: Page;
  let voter: Voter;
  const cards: Card[] = [];

  before(async () => {
    machine = await Machine.start('--station', '--voters', '20');
    profile = await mkdtemp(join(tmpdir(), 'kabina-station-'));
    browser = await launchPersistent(profile, { locale: 'ru-RU', hasTouch: true });
    const { kiosk, desk: origin } = machine.station;
    watch = new Watch(
      [machine.url, kiosk, origin, ...machine.services],
      [/ERR_INTERNET_DISCONNECTED/, /(404|409) \(\w/],
    );
    watch.follow(browser);
    page = await openPage(kiosk, { width: 1080, height: 1920 });
    desk = await openPage(origin, { width: 1280, height: 900 });
    voter = new Voter(page, byTouch);
  });

  after(async () => {
    await browser?.close();
    await machine?.stop();
    await rm(profile, { recursive: true, force: true });
  });

  /** A page whose origin the browser will keep data for, as a kiosk's managed policy has it. */
  async function openPage(
    origin: string,
    viewport: { width: number; height: number },
  ): Promise<Page> {
    const opened = await browser.newPage();
    await opened.setViewportSize(viewport);
    const cdp = await browser.newCDPSession(opened);
    await cdp.send('Browser.setPermission', {
      permission: { name: 'persistent-storage' },
      setting: 'granted',
      origin,
    });
    return opened;
  }

  /** The kiosk's queue, as a technician carries it. */
  const stick = (): string => join(profile, 'kabina-queue-K1.kabina');

  let failed = '';
  const step = (name: string, walk: () => Promise<void>): void => {
    test(name, async (t) => {
      assert.equal(failed, '', 'an earlier step has failed');
      failed = name;
      // A page behind another gets one frame a second.
      await page.bringToFront();
      try {
        await walk();
      } catch (error) {
        for (const one of [page, desk]) t.diagnostic(await one.locator('body').ariaSnapshot());
        throw error;
      }
      failed = '';
    });
  };

  const press = (name: string | RegExp): Promise<void> =>
    page.getByRole('button', { name, exact: true }).tap();
  const cast = async (): Promise<void> => {
    await press('Опустить в урну');
    await voter.heading('Бюллетень сохранён').waitFor();
  };
  const idle = (): Promise<void> => page.getByText('Голосование идёт').waitFor();
  const typePin = async (button: string): Promise<void> => {
    for (const digit of PIN) await press(digit);
    await press(button);
  };
  const openService = async (): Promise<void> => {
    await page.locator('.corner').hover();
    await page.mouse.down();
    await page.waitForTimeout(HOLD_MS);
    await page.mouse.up();
    await typePin('Открыть');
    await voter.heading('Служебный экран').waitFor();
  };
  /** The line between the station and the servers. */
  const cut = async (): Promise<void> => {
    await browser.route(
      ({ origin }) => machine.services.includes(origin),
      (route) => route.abort('internetdisconnected'),
    );
  };

  /** As the office prints them, in an order of their own. */
  async function printCards(): Promise<void> {
    const secret = await readFile(join(machine.folder, 'observers-desk.secret'), 'utf8');
    const ask = async (path: string, method: string): Promise<unknown> => {
      const answer = await fetch(`${machine.services[2]}/desk/cards/101${path}`, {
        method,
        headers: { authorization: `Bearer ${secret.trim()}` },
      });
      assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
      return answer.json();
    };
    const { batches } = (await ask('', 'GET')) as { batches: { batch: number }[] };
    for (const { batch } of batches) {
      cards.push(...((await ask(`/K1/${batch}`, 'POST')) as { cards: Card[] }).cards);
    }
  }

  step('a technician sets the kiosk up', async () => {
    await page.goto(`${machine.station.kiosk}/terminal/`);
    await voter.heading('Настройка терминала участка').waitFor();
    await page.getByText('ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ').waitFor();
    await watch.look(page, 'station-setup-new');
    await press('Получить');
    await page.getByText('Довести до').waitFor();
    await typePin('Запомнить');
    await voter.heading('Введите тот же ПИН ещё раз').waitFor();
    await typePin('Запомнить');
    await page.getByText('ПИН задан.').waitFor();
    await watch.look(page, 'station-setup');
    await press('Меньше');
    await press('Получить карточки');
    await page.getByText('Карточки получены').waitFor();
    await watch.look(page, 'station-setup-done');
    await watch.sizes(page, 'station-setup-done', SIZES);
    await press('Готово, ждать избирателей');
    await idle();
    await watch.look(page, 'station-idle');
    await watch.sizes(page, 'station-idle', SIZES);
    assert.ok(!(await kept(page)).includes(PIN), 'the PIN itself is kept nowhere');
    await printCards();
    assert.equal(cards.length, 20);
  });

  step('the desk takes its list; the members print the zero report', async () => {
    await desk.bringToFront();
    await desk.goto(`${machine.station.desk}/desk/`);
    await desk.getByLabel('Код стола').fill(machine.deskCode);
    await desk.getByRole('button', { name: 'Открыть стол' }).click();
    await desk.getByRole('button', { name: 'Получить список и карточки' }).click();
    await desk.getByRole('button', { name: 'Нулевой отчёт' }).waitFor();
    await page.bringToFront();
    await openService();
    await watch.look(page, 'station-service');
    await watch.sizes(page, 'station-service', SIZES);
    await press('Нулевой отчёт');
    await page.getByText('получено карточек 20, открыто 0').waitFor();
    await watch.look(page, 'station-zero');
    await press('Закрыть');
    await press('Вернуться к голосованию');
    await idle();
  });

  /** The desk's member looks for a number that is in no list of this station, and asks for a transfer. */
  async function transfer(number: string): Promise<void> {
    await desk.getByLabel('Фамилия, номер в списке или документ').fill(number);
    await desk.keyboard.press('Enter');
    await desk.getByLabel('Введите его номер, чтобы перевести сюда').fill(number);
    await desk.getByRole('button', { name: 'Перевести на этот участок' }).click();
  }

  /** The voters whom an issuer has on the station's list, by number. */
  async function listedBy(issuer: 'registrar' | 'observers'): Promise<string[]> {
    const file = join(machine.folder, `${issuer}-desk-101.secret`);
    const secret = (await readFile(file, 'utf8')).trim();
    const service = machine.services[issuer === 'registrar' ? 1 : 2]!;
    const answer = await fetch(`${service}/desk/lists/101`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: 0 }),
    });
    assert.equal(answer.status, 200);
    const { voters } = (await answer.json()) as { voters: { number: string }[] };
    return voters.map(({ number }) => number);
  }

  step('the desk brings a voter over, and every issuer lists them here', async () => {
    await desk.bringToFront();
    const attached = await listedBy('registrar');
    assert.ok(attached.length > 0 && !attached.includes('00000007'));
    await transfer('00000007');
    await desk.getByRole('button', { name: 'Отметить и выдать карточку' }).waitFor();
    for (const issuer of ['registrar', 'observers'] as const) {
      assert.deepEqual(await listedBy(issuer), ['00000007', ...attached], issuer);
    }
    await desk.getByRole('button', { name: 'Отметить и выдать карточку' }).click();
    await desk.getByRole('heading', { name: 'Отмечено' }).waitFor();
    await desk.getByRole('button', { name: 'Следующий избиратель' }).click();
    // There is no such voter, and the issuer says so.
    await transfer('77777777');
    await desk.getByText('Такого избирателя в списке нет').waitFor();
  });

  step('without a line, from its own disk, a voter votes with a typed card', async () => {
    await cut();
    await page.reload();
    await idle();
    await press(/Поднесите карточку или коснитесь/);
    await voter.heading('Поднесите карточку').waitFor();
    await watch.look(page, 'station-card');
    await page.getByLabel('Карточка доступа').fill(cards[0]!.typed);
    await press('Дальше');
    await voter.listed();
    await watch.look(page, 'station-list');
    await voter.take(MAYOR);
    await voter.mark(CANARY);
    await voter.review();
    await voter.seal();
    await watch.look(page, 'station-sealed');
    await cast();
    await page.getByText('не подключён принтер').waitFor();
    await watch.look(page, 'station-receipt');
    await watch.sizes(page, 'station-receipt', SIZES);
    await press('Контраст');
    await press('Самый крупный текст');
    await watch.look(page, 'station-receipt-contrast');
    await voter.toList();
    await press('Закончить голосование');
    await voter.heading('Спасибо, вы закончили').waitFor();
    await watch.look(page, 'station-finished-contrast');
    await press('Завершить сеанс');
    await idle();
    const left = await kept(page);
    for (const secret of [CANARY, cards[0]!.text, cards[0]!.typed]) {
      assert.ok(!left.includes(secret), `${secret} is kept in the browser`);
    }
  });

  step('a used card is refused in words, at the idle screen’s scanner too', async () => {
    await scan(page, cards[0]!.text);
    await page.getByText('По этой карточке уже проголосовали').waitFor();
    await page.getByText('Подойдите с карточкой к столу регистрации').waitFor();
    await watch.look(page, 'station-used');
    await watch.sizes(page, 'station-used', SIZES);
    // Whoever was refused goes, and the terminal waits for the next.
    await press('Вернуться к началу');
    await idle();
    await scan(page, cards[0]!.text);
    await page.getByText('По этой карточке уже проголосовали').waitFor();
    // Whoever comes next scans over it.
    await scan(page, cards[1]!.text);
    await voter.listed();
  });

  step('the machine is switched off in the middle, and the same card goes on', async () => {
    await voter.take(BRIDGE);
    await voter.mark('Да');
    await voter.review();
    await voter.seal();
    await cast();
    await voter.toList();
    await voter.take(MAYOR);
    await voter.mark(CANARY);
    const traces = await ballotTraces(page);
    assert.ok(traces.includes(CANARY) && traces.includes(MARK), 'the search finds what is there');
    await page.reload();
    await voter.heading('Сеанс был прерван').waitFor();
    await assertNoMarks(page, 'interrupted');
    await watch.look(page, 'station-interrupted');
    await watch.sizes(page, 'station-interrupted', SIZES);
    await scan(page, cards[2]!.text);
    await page.getByText('не закончен сеанс по другой карточке').waitFor();
    await scan(page, cards[1]!.text);
    await voter.listed();
    await page.getByText('Сохранён в этом терминале').waitFor();
    await voter.take(MAYOR);
    await voter.mark(CANARY);
    await voter.review();
    await voter.seal();
    await cast();
    await voter.toList();
    // The voter has gone with a paper half done, and so has the power.
    await voter.take(COUNCIL);
    await voter.mark(COUNCIL_CANARY);
    await voter.review();
    await page.reload();
    // Whatever the member who ends the session comes to, nothing tells how anybody has voted.
    await voter.heading('Сеанс был прерван').waitFor();
    await assertNoMarks(page, 'interrupted');
    await press(/Завершить сеанс/);
    await page.getByText('ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ').waitFor();
    await assertNoMarks(page, 'the PIN is asked');
    await watch.look(page, 'station-pin');
    await typePin('Открыть');
    await voter.button('Завершить прерванный сеанс').waitFor();
    await assertNoMarks(page, 'before it is ended');
    await press('Завершить прерванный сеанс');
    await page.getByText('Сеанс завершён.').waitFor();
    await assertNoMarks(page, 'ended');
    await press('Итог дня');
    await page.getByText('Ждут отправки: 3').waitFor();
    await assertNoMarks(page, 'the evening slip');
    await watch.look(page, 'station-evening');
    await press('Закрыть');
    await press('Вернуться к голосованию');
    await idle();
    await scan(page, cards[1]!.text);
    await page.getByText('По этой карточке уже проголосовали').waitFor();
    await page.reload();
    await idle();
  });

  step('members close the kiosk; the desk scans what it holds', async () => {
    await openService();
    assert.equal(await page.getByRole('button', { name: 'Нулевой отчёт' }).count(), 0);
    await press('Закрыть терминал');
    await watch.look(page, 'station-close-sure');
    await page.getByLabel('Голосование закончено, в кабине никого нет').check();
    await press('Закрыть навсегда');
    await voter.heading('Терминал закрыт').waitFor();
    await page.getByText('Ждали отправки при закрытии: 3').waitFor();
    await watch.look(page, 'station-closed-service');
    await watch.sizes(page, 'station-closed-service', SIZES);
    const held = await page
      .locator('kabina-kiosk-closing kabina-qr')
      .evaluate((qr) => (qr as HTMLElement & { value: string }).value);
    const downloading = page.waitForEvent('download');
    await press('Записать очередь на флешку');
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'kabina-queue-K1.kabina');
    await download.saveAs(stick());
    await press('Показать слип закрытия');
    await page.getByText('получено карточек 20, открыто 2, погашено 18').waitFor();
    await watch.look(page, 'station-closing-slip');
    await press('Закрыть');
    await desk.bringToFront();
    await scan(desk, held);
    await desk.getByText(/ждут отправки бюллетени: 3/).waitFor();
  });

  step('the file goes through the office, and a second time changes nothing', async () => {
    const office = new OfficePage(await browser.newPage());
    // The office has a line.
    await office.page.route(
      ({ origin }) => machine.services.includes(origin),
      (route) => route.continue(),
    );
    await office.page.goto(`${machine.url}/office/`);
    await office.unlock(machine.passphrase);
    await office.page.getByText('Очередь терминала с флешки').click();
    const file = office.page.getByLabel('Файл очереди');
    await file.setInputFiles(stick());
    const closing = office.page.getByRole('dialog', { name: /по файлу/ });
    await closing.getByText('Терминал подписал, что держит бюллетеней: 3').waitFor();
    await closing.getByRole('button', { name: 'Закрыть терминал' }).click();
    await office.sees('Урна приняла 3 из 3.');
    await office.sees('Дошло 3 из 3.');
    await watch.look(office.page, 'office-queue-file');
    await office.page.reload();
    await office.unlock(machine.passphrase);
    await office.page.getByText('Очередь терминала с флешки').click();
    await file.setInputFiles(stick());
    await office.sees('Урна приняла 3 из 3.');
    await office.sees('Дошло 3 из 3.');
    assert.equal(await office.page.getByText('Урна не приняла').count(), 0);
    await office.page.close();
  });

  step('the line is back, and the queue drains by itself', async () => {
    await press('Вернуться к голосованию');
    await page.getByText('Этот терминал закрыт').waitFor();
    await watch.look(page, 'station-closed');
    await watch.sizes(page, 'station-closed', SIZES);
    await browser.unrouteAll();
    for (const one of [desk, page]) await one.evaluate('dispatchEvent(new Event("online"))');
    await page.getByText('Неотправленных бюллетеней нет.').waitFor();
    // The desk has nothing to say that the office has not said before it, and is content.
    await desk.waitForFunction(() => {
      const app = document.querySelector('kabina-desk-app')!.shadowRoot!;
      const { waiting, trouble } = app.querySelector('kabina-desk')!.desk!.status;
      return waiting === 0 && trouble === undefined;
    });
    await page.reload();
    await page.getByText('Этот терминал закрыт').waitFor();
  });

  test('no card and no choice left a page; no page had anything to complain of', () => {
    const secrets = [CANARY, encodeURIComponent(CANARY), PIN];
    for (const { text, typed } of cards) secrets.push(text.slice('kabina-card:'.length), typed);
    for (const { url, body } of watch.requests) {
      const text = `${url}\n${body?.toString('utf8') ?? ''}`;
      for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} went to ${url}`);
    }
    assert.deepEqual(watch.problems, []);
  });
});

/**
 * What of a ballot is on the screen or anywhere in the page: options of contests, to the eye or to a
 * screen reader, and `MARK` where something is marked.
 */
async function ballotTraces(page: Page): Promise<string[]> {
  const { texts, marked } = await page.evaluate(() => {
    const found = { texts: [] as string[], marked: false };
    const walk = (root: ParentNode): void => {
      for (const element of root.querySelectorAll('*')) {
        for (const { value } of element.attributes) found.texts.push(value);
        for (const { nodeType, data } of element.childNodes as NodeListOf<Text>) {
          if (nodeType === Node.TEXT_NODE) found.texts.push(data.trim());
        }
        found.marked ||= element.matches(
          'input:checked, [aria-checked=true], [aria-selected=true]',
        );
        if (element.shadowRoot !== null) walk(element.shadowRoot);
      }
    };
    walk(document);
    return found;
  });
  const spoken = await page.locator('body').ariaSnapshot();
  const options = (await ballotOptions()).filter((option) =>
    // A short one, such as «Да», may be a part of any word.
    option.includes(' ')
      ? texts.some((text) => text.includes(option)) || spoken.includes(option)
      : texts.includes(option) || spoken.includes(`"${option}"`),
  );
  return marked ? [...options, MARK] : options;
}

async function assertNoMarks(page: Page, when: string): Promise<void> {
  assert.deepEqual(await ballotTraces(page), [], when);
}

/** The words of every option that a voter of the training election can mark. */
async function ballotOptions(): Promise<string[]> {
  const text = await readFile(new URL('../../kiosk-shell/start/election.json', import.meta.url));
  const { contests } = readElectionFile(text.toString());
  return contests.flatMap(({ options }) => options.map(({ name }) => name.ru));
}

/** What a scanner does that types like a keyboard. */
async function scan(page: Page, text: string): Promise<void> {
  await page.evaluate((code) => {
    // A key every millisecond, however busy the machine is that runs this.
    let timeStamp = performance.now();
    const press = (init: KeyboardEventInit) => {
      const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
      Object.defineProperty(event, 'timeStamp', { value: timeStamp++ });
      document.body.dispatchEvent(event);
    };
    const signs: Readonly<Record<string, string>> = { '-': 'Minus', _: 'Minus', ':': 'Semicolon' };
    for (const key of code) {
      const digit = /[0-9]/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`;
      press({ key, code: signs[key] ?? digit, shiftKey: /[A-Z_:]/.test(key) });
    }
    press({ key: 'Enter', code: 'Enter' });
  }, text);
}
