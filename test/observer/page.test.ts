/**
 * The observer's page in a real browser under the real security policy: it audits good boards and
 * bad ones, of both suites, remembers what it has seen, follows a board that grows, catches one that
 * is exchanged, and answers receipts. On every screen: axe, no error, no stranger, no sideways
 * scrolling.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { bytesToHex } from '@kabina/crypto/bytes';
import { coreHash, trackingCode } from '@kabina/election/ballot';
import { encode } from '@kabina/election/cbor';
import { encodeEntry, type EntryOf } from '@kabina/election/entries';
import { receiptToText, signPromise } from '@kabina/election/receipt';
import { goodBoard, TestElection, testSeed, type GoodBoard } from '@kabina/election/testing';
import { servePages, type PageServer } from '@kabina/kiosk-shell/start/page-server';
import { leafHash } from '@kabina/log/merkle';
import { buildPages, serveBuilt } from '../browser/built-pages.ts';
import { launchChromium } from '../browser/chromium.ts';
import { SIZES, Watch } from '../browser/watch.ts';
import { serveBoards, type BoardServer } from './boards.ts';

const SUITES = ['ristretto255-sha512', 'gost256b-streebog'] as const;

describe('the observer’s page', { concurrency: false }, () => {
  let boards: BoardServer;
  let pages: PageServer;
  let browser: Browser;
  let watch: Watch;
  let page: Page;
  let election: TestElection;
  let good: GoodBoard;
  let config: object | undefined;

  before(async () => {
    boards = await serveBoards();
    for (const suite of SUITES) {
      const made = await TestElection.create(suite);
      const board = await goodBoard(made);
      boards.boards.set(suite, made.build(board.steps));
      if (suite === 'ristretto255-sha512') [election, good] = [made, board];
    }
    pages = await servePages({
      port: 0,
      services: [boards.origin],
      control: (_, response) => {
        response.writeHead(config ? 200 : 404, { 'content-type': 'application/json' });
        response.end(JSON.stringify(config ?? {}));
      },
    });
    browser = await launchChromium();
    const forgiven = [/404 \(Not Found\)/, /127\.0\.0\.1:1\//];
    watch = new Watch([pages.url, boards.origin], forgiven);
    const context = await watch.context(browser, { viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await pages?.close();
    boards?.close();
  });

  const open = (board: string, more = '') =>
    page.goto(`${pages.url}/observer/?board=${boards.origin}/${board}/${more}`);
  const verdict = (word: string) => page.locator('.verdict .word', { hasText: word }).waitFor();
  const sees = (text: string) => page.getByText(text).first().waitFor();
  const statuses = (): Promise<Record<string, string>> =>
    page.$$eval('[data-check]', (items) =>
      Object.fromEntries(
        items.map((item) => [item.getAttribute('data-check'), item.getAttribute('data-status')]),
      ),
    );
  const lookUp = async (text: string) => {
    await page.getByLabel('Квитанция или код').fill(text);
    await page.getByRole('button', { name: 'Найти' }).click();
    await page.locator('.answer > *').first().waitFor();
  };
  const ballot = (name: string) =>
    good.steps.find((step) => step.name === name)?.entry as EntryOf<'ballot'>;
  const receipt = (entry: EntryOf<'ballot'>): string => {
    const body = {
      election: entry.election,
      core: coreHash(entry.body.core),
      entry: leafHash(encodeEntry(entry)),
      before: 'closed' as const,
    };
    const promise = signPromise(body, testSeed('box'));
    return receiptToText({ v: 1, kind: 'training', contest: entry.body.core.contest, promise });
  };

  for (const suite of SUITES) {
    test(`audits a good board of ${suite} and recounts it`, async () => {
      await open(suite);
      await verdict('Всё сходится');
      const found = await statuses();
      assert.equal(Object.keys(found).length, 14);
      for (const [id, status] of Object.entries(found)) {
        assert.equal(status, id === 'stations' ? 'not-applicable' : 'passed', id);
      }
      for (const { contest, counts } of good.expected) {
        const shown = await page.$$eval(`[data-contest="${contest}"] td.number`, (cells) =>
          cells.map((cell) => Number(cell.textContent)),
        );
        assert.deepEqual(shown.slice(0, counts?.length ?? 0), counts ?? []);
      }
      await sees('Тренировочное голосование');
      await sees('Идентификатор не задан');
    });
  }

  test('shows protocols and their relations, and fits every window', async () => {
    await open('ristretto255-sha512');
    await verdict('Всё сходится');
    for (const summary of await page.locator('.protocol summary').all()) await summary.click();
    await sees('2 + 3 = выданные разрешения');
    assert.equal(await page.getByText('нарушено', { exact: true }).count(), 0);
    await watch.look(page, 'observer-verified');
    await watch.sizes(page, 'observer-verified', SIZES);
  });

  test('takes a receipt from a scanner that types, under a Cyrillic layout, without any focus', async () => {
    await open('ristretto255-sha512');
    await verdict('Всё сходится');
    await page.evaluate(
      (text) => {
        const press = (init: KeyboardEventInit) =>
          document.body.dispatchEvent(
            new KeyboardEvent('keydown', {
              bubbles: true,
              composed: true,
              cancelable: true,
              ...init,
            }),
          );
        for (const one of text) {
          const place = { ':': 'Semicolon', '-': 'Minus', _: 'Minus' }[one] ?? `Digit${one}`;
          const code = /[a-z]/i.test(one) ? `Key${one.toUpperCase()}` : place;
          press({ code, key: 'ы', shiftKey: /[A-Z:_]/.test(one) });
        }
        press({ code: 'Enter', key: 'Enter' });
      },
      receipt(ballot('vera mayor 0')),
    );
    await sees('Учтён в итоге');
    assert.equal(await page.getByRole('button', { name: 'Подключить сканер' }).count(), 1);
  });

  test('looks receipts and codes up, by keyboard alone too', async () => {
    await lookUp(receipt(ballot('vera mayor 0')));
    await sees('Учтён в итоге');
    await watch.look(page, 'observer-counted');

    await page.getByLabel('Квитанция или код').focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(trackingCode(coreHash(ballot('anna mayor 0').body.core)));
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('table.revisions').waitFor();
    const rows = await page.locator('table.revisions tbody tr').allInnerTexts();
    assert.equal(rows.length, 2);
    assert.match(rows[0] ?? '', /ваш запрос[^]*не учитывается/);
    assert.match(rows[1] ?? '', /учитывается/);
    assert.doesNotMatch(rows[1] ?? '', /не учитывается/);

    await lookUp(receipt(good.spare.entry));
    await sees('Обещание нарушено');
    await watch.look(page, 'observer-broken-promise');
    await lookUp('нечто');
    await sees('Это не квитанция');
  });

  test('recomputes an opened ballot', async () => {
    const { core, marks, opening } = (
      good.steps.find(({ name }) => name === 'challenge')?.entry as EntryOf<'challenge'>
    ).body;
    const bytes = encode({ core: coreHash(core), marks, opening });
    await lookUp(`kabina-opening:${Buffer.from(bytes).toString('base64url')}`);
    await sees('Шифрование честное');
    assert.deepEqual(await page.locator('.marks li').allInnerTexts(), ['ДА']);
    await watch.look(page, 'observer-opening');
  });

  test('speaks three languages', async () => {
    for (const [language, name, word] of [
      ['kk', 'Тіл', 'Бәрі сәйкес келеді'],
      ['en', 'Language', 'Verified'],
      ['ru', 'Язык', 'Всё сходится'],
    ] as const) {
      await page.locator('.language select').selectOption(language);
      await page.getByLabel(name).waitFor();
      await verdict(word);
      assert.equal(await page.getAttribute('html', 'lang'), language);
      await watch.look(page, `observer-${language}`);
      await watch.sizes(page, `observer-${language}`, [[320, 640]]);
    }
  });

  test('remembers what it saw, and refuses a board that was rewritten', async () => {
    await page.reload();
    await sees('Журнал сверен с тем, что этот браузер видел раньше');
    const steps = good.steps.filter(({ name }) => name !== 'boris mayor 0');
    boards.boards.set('rewritten', election.build(steps));
    await open('rewritten');
    await verdict('Найдены нарушения');
    assert.equal((await statuses())['log'], 'failed');
    await sees('an earlier checkpoint has');
    await watch.look(page, 'observer-rewritten');
    await watch.sizes(page, 'observer-rewritten', SIZES);
    await page.getByRole('button', { name: 'Забыть' }).click();
    await page.getByRole('button', { name: 'Проверить заново' }).click();
    await page.locator('[data-check="log"][data-status="passed"]').waitFor();
  });

  test('follows a board that grows, and sees it exchanged', async () => {
    const end = good.steps.findIndex(({ name }) => name === 'closed');
    const context = await watch.context(browser, { viewport: { width: 390, height: 844 } });
    page = await context.newPage();
    boards.boards.set('live', election.build(good.steps.slice(0, end)));
    await open('live');
    await verdict('Пока не всё');
    await sees('Итог появится после окончания голосования');
    await watch.look(page, 'observer-open');
    await lookUp(receipt(good.spare.entry));
    await sees('Срок обещания ещё не наступил');

    boards.boards.set('live', election.build(good.steps));
    await sees('Журнал вырос');
    await page.getByRole('button', { name: 'Проверить заново' }).click();
    await verdict('Всё сходится');

    const steps = good.steps.filter(({ name }) => name !== 'boris mayor 0');
    boards.boards.set('live', election.build([...steps, ...steps.slice(-2)]));
    await sees('Журнал подменён');
    await watch.look(page, 'observer-exchanged');
  });

  test('takes the server’s id for a suggestion, and a person’s for a pin', async () => {
    boards.boards.set('board', election.build(good.steps));
    config = { electionId: bytesToHex(election.electionId), kind: 'training', box: boards.origin };
    await page.goto(`${pages.url}/observer/`);
    await verdict('Всё сходится');
    await sees('Идентификатор подсказал этот сервер');

    await page.goto(`${pages.url}/observer/?election=${bytesToHex(election.electionId)}`);
    await verdict('Всё сходится');
    await sees('Журнал сверен с идентификатором, который задали вы');

    await page.locator('.source summary').click();
    await page.getByLabel('Идентификатор выборов').fill('ab'.repeat(32));
    await page.getByRole('button', { name: 'Проверить', exact: true }).click();
    await page.locator('[data-check="manifest"][data-status="failed"]').waitFor();
    await verdict('Найдены нарушения');
  });

  test('is the same once it is built', async () => {
    await buildPages();
    const built = await serveBuilt({ url: pages.url, services: [boards.origin] });
    const own = new Watch([built.url, boards.origin]);
    const context = await own.context(browser, { viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    await page.goto(`${built.url}/observer/?board=${boards.origin}/ristretto255-sha512/`);
    await page.locator('.verdict .word', { hasText: 'Всё сходится' }).waitFor();
    await context.close();
    await built.close();
    assert.deepEqual(own.problems, []);
  });

  test('names what can’t be used and what does not answer', async () => {
    config = undefined;
    await page.goto(`${pages.url}/observer/`);
    await sees('Укажите адрес журнала');
    await watch.look(page, 'observer-idle');
    const check = page.getByRole('button', { name: 'Проверить', exact: true });
    await page.getByLabel('Адрес журнала').fill('пример');
    await check.click();
    await sees('Это не адрес');
    await page.getByLabel('Адрес журнала').fill(`${boards.origin}/nowhere/`);
    await page.getByLabel('Идентификатор выборов').fill('ab');
    await check.click();
    await sees('В идентификаторе 64 знака');
    await watch.look(page, 'observer-wrong');
    await page.getByLabel('Идентификатор выборов').fill('');
    await check.click();
    await verdict('Найдены нарушения');
    await sees('the log has no checkpoint');
    boards.close();
    await page.getByRole('button', { name: 'Проверить заново' }).click();
    await verdict('Журнал не прочитан');
    await watch.look(page, 'observer-unreachable');
  });

  test('and nothing else was wrong on any screen', () => {
    const own = watch.problems.filter((problem) => !problem.includes('ERR_CONNECTION_REFUSED'));
    assert.deepEqual(own, []);
  });
});
