/**
 * The whole road in real browsers against the training machine: a person takes a holder's seat, the
 * office creates and opens the election, voters vote at the terminal by touch alone and by keyboard
 * alone and on a portal's page, the built pages vote too, the office closes, five decrypt, and what
 * is published is what was cast. On every screen: axe, no error, no stranger, no violated policy.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { Machine } from './machine.ts';
import { OfficePage, typePin } from './office.ts';
import { buildPages, serveBuilt, type BuiltPages } from './built-pages.ts';
import { verify } from './verdict.ts';
import { byKeys, byTouch, typeAccessCode, Voter } from './voter.ts';
import { kept, SIZES, Watch } from './watch.ts';

const MAYOR = /Выборы главы города/;
const COUNCIL = /Выборы депутатов городского совета/;
const BRIDGE = /Городской референдум/;
/** Words that nobody would choose: chosen by the canary voter, they may be found nowhere. */
const CANARY = { id: 'g06', name: 'Ермолин Захар Ильич' };
const CHAIR = 'Соколова Марина Игоревна';
const DEPUTY = 'Тихонов Алексей Петрович';
const SECRETARY = 'Уварова Инна Сергеевна';
const PASSPHRASE = 'янтарь-лестница-ветер-кувшин-7';

/** A holder takes the deputy's training token and opens the share with it. */
async function openShare(page: Page, pin: string): Promise<void> {
  const token = page.locator('kabina-token').last();
  await token.getByRole('button', { name: new RegExp(`Учебный токен.*${DEPUTY}`) }).click();
  await token.getByText('Осталось попыток').waitFor();
  await typePin(token, pin);
}

/** What was cast, by the name on the paper; a challenge and what was replaced don't count. */
const expected = new Map<string, number>();
const count = (...names: string[]): void => {
  for (const name of names) expected.set(name, (expected.get(name) ?? 0) + 1);
};

describe('the whole road in a browser', { concurrency: false }, () => {
  let machine: Machine;
  let browser: Browser;
  let watch: Watch;
  /** Of the voters' browsers: what they send says nothing of a choice. */
  let voters: Watch;
  const codes: string[] = [];
  let office: OfficePage;
  let holder: Page;
  let tokenHolder: Page;
  let built: BuiltPages | undefined;

  before(async () => {
    machine = await Machine.start('--by-hand', '--voters', '12');
    browser = await launchChromium();
    // The page asks for an election before there is one; the browser says so on its console.
    const forgiven = [/404 \(Not Found\).*\/(config\.json|proofs\/|receipts\/|machine$)/];
    watch = new Watch([machine.url, ...machine.services], forgiven);
    voters = new Watch([machine.url, ...machine.services], forgiven);
    const context = await watch.context(browser, { viewport: { width: 1280, height: 800 } });
    office = new OfficePage(await context.newPage());
  });

  /** One road: where a step fails, those after it have nothing to stand on. */
  let failed = '';
  const step = (name: string, walk: () => Promise<void> | void): void => {
    test(name, async (t) => {
      assert.equal(failed, '', 'an earlier step has failed');
      failed = name;
      try {
        await walk();
      } catch (error) {
        // What the others saw meanwhile; their pages may not be there yet.
        for (const one of [holder, tokenHolder, office.page] as (Page | undefined)[]) {
          const seen = await one?.locator('body').ariaSnapshot();
          if (seen !== undefined) t.diagnostic(seen);
        }
        throw error;
      }
      failed = '';
    });
  };

  /** Somebody on the way: the others go on without them. */
  const aside = (name: string, walk: () => Promise<void>): void => {
    test(name, async () => {
      assert.equal(failed, '', 'an earlier step has failed');
      await walk();
    });
  };

  after(async () => {
    await browser?.close();
    await built?.close();
    await machine?.stop();
  });

  step('a person takes a seat; the office creates the election', async () => {
    await office.page.goto(`${machine.url}/office/`);
    await office.sees('Рассадите хранителей ключа');
    await watch.look(office.page, 'office-seats');
    await watch.sizes(office.page, 'office-seats', SIZES);

    const context = await watch.context(browser, { viewport: { width: 820, height: 1180 } });
    holder = await context.newPage();
    await holder.goto(`${machine.url}/trustee/`);
    await holder.getByRole('link', { name: 'Занять место № 3' }).waitFor();
    await watch.look(holder, 'trustee-seats');
    await holder.getByRole('link', { name: 'Занять место № 3' }).click();
    await holder.getByLabel(/Ваше имя/).fill('Пробная Валентина Львовна');
    await watch.look(holder, 'trustee-name');
    await holder.getByRole('button', { name: 'Дальше: кодовая фраза' }).click();
    await holder.getByLabel('Кодовая фраза').fill(PASSPHRASE);
    await holder.getByLabel('Ещё раз').fill(PASSPHRASE);
    await watch.look(holder, 'trustee-passphrase');
    await watch.sizes(holder, 'trustee-passphrase', SIZES);
    await holder.getByRole('button', { name: 'Занять место' }).click();

    // Another holder's share lies under a token: no passphrase, and the agent's pairing code once.
    const other = await watch.context(browser, { viewport: { width: 1280, height: 800 } });
    tokenHolder = await other.newPage();
    await tokenHolder.goto(`${machine.url}/trustee/?seat=5`);
    await tokenHolder.getByLabel(/Ваше имя/).fill('Токенов Пётр Ильич');
    await tokenHolder.getByRole('button', { name: 'Дальше: кодовая фраза' }).click();
    await tokenHolder.getByRole('button', { name: 'Взять токен вместо фразы' }).click();
    await watch.look(tokenHolder, 'trustee-pairing');
    await tokenHolder.getByLabel('Код сопряжения').fill(machine.pairing);
    await tokenHolder.getByRole('button', { name: 'Соединить' }).click();
    await openShare(tokenHolder, machine.pin(DEPUTY));

    await office.sees('Место занял человек');
    await office.sees('Пробная Валентина Львовна');
    await office.sees('Токенов Пётр Ильич');
    await office.press('Создать тренировочные выборы');
    await office.sees('Пароль комиссии');
    await watch.look(office.page, 'office-locked');
    await office.page.getByLabel('Пароль комиссии').fill('не тот пароль');
    await office.press('Войти');
    await office.sees('Пароль не подошёл');
    await office.unlock(machine.passphrase);
  });

  step('the ceremony is seen holder by holder, with the person among them, and opens', async () => {
    await office.sees('Подтвердили ключ:');
    await watch.look(office.page, 'office-ceremony');
    await office.sees('Подтвердили ключ: 7 из 7');
    await holder.getByText('Ждём, пока комиссия откроет голосование').waitFor();
    await watch.look(holder, 'trustee-ready');
    // The page may be closed at any moment: it asks for the passphrase again.
    await holder.reload();
    await holder.getByLabel('Кодовая фраза').fill('не та фраза совсем');
    await holder.getByRole('button', { name: 'Открыть' }).click();
    await holder.getByText('Кодовая фраза не подошла').waitFor();
    await holder.getByLabel('Кодовая фраза').fill(PASSPHRASE);
    await holder.getByRole('button', { name: 'Открыть' }).click();
    await holder.getByText('Ждём, пока комиссия откроет голосование').waitFor();
    // The share under the token too; the vault asks for the token and never for a phrase.
    await tokenHolder.reload();
    await tokenHolder.getByLabel('Код сопряжения').fill(machine.pairing);
    await tokenHolder.getByRole('button', { name: 'Соединить' }).click();
    await openShare(tokenHolder, machine.pin(DEPUTY));
    await tokenHolder.getByText('Ждём, пока комиссия откроет голосование').waitFor();
    await watch.look(office.page, 'office-ready');
    // Without the members' signatures the election does not open.
    assert.equal(
      await office.page
        .getByRole('button', { name: 'Открыть голосование' })
        .getAttribute('aria-disabled'),
      'true',
    );
    await office.sign(CHAIR, machine.pin(CHAIR));
    await office.sign(DEPUTY, machine.pin(DEPUTY));
    await office.confirm('Открыть голосование', 'Открыть');
    await office.page.getByRole('heading', { name: 'Стол регистрации' }).waitFor();
    await holder.getByText('Голосование идёт').waitFor();
  });

  step('a week before, holders find out whether their shares will open', async () => {
    await holder.getByText('Проверить, откроется ли доля').click();
    await holder.getByLabel('Кодовая фраза').fill('не та фраза совсем');
    await holder.getByRole('button', { name: 'Проверить долю' }).click();
    await holder.getByText('Кодовая фраза не подошла').waitFor();
    await holder.getByLabel('Кодовая фраза').fill(PASSPHRASE);
    await holder.getByRole('button', { name: 'Проверить долю' }).click();
    await holder.getByText('Доля на месте и откроется').waitFor();
    await watch.look(holder, 'trustee-share-check');
    await tokenHolder.getByText('Проверить, откроется ли доля').click();
    await tokenHolder.getByRole('button', { name: 'Проверить токен' }).click();
    await openShare(tokenHolder, machine.pin(DEPUTY));
    await tokenHolder.getByText('Токен можно вынуть').waitFor();
    await watch.look(tokenHolder, 'trustee-token-check');
  });

  aside('at the terminal by touch alone', async () => {
    const code = await office.accessCode('00000001', () => watch.look(office.page, 'office-slip'));
    codes.push(code);
    await watch.look(office.page, 'office-desk');
    await watch.sizes(office.page, 'office-desk', SIZES);
    const context = await voters.context(browser, {
      viewport: { width: 1080, height: 1920 },
      hasTouch: true,
    });
    const page = await context.newPage();
    const voter = new Voter(page, byTouch);
    await page.goto(`${machine.url}/terminal/`);
    await voter.button(/Коснитесь, чтобы начать/).waitFor();
    await voters.look(page, 'terminal-idle');
    await voters.sizes(page, 'terminal-idle', SIZES);
    await byTouch(voter.button(/Коснитесь, чтобы начать/));
    await page.getByRole('group', { name: 'Клавиши' }).waitFor();
    await voters.look(page, 'terminal-code');
    await voters.sizes(page, 'terminal-code', SIZES);
    await typeAccessCode(page, byTouch, code);
    await voter.listed();
    await voters.look(page, 'terminal-list');
    await voters.sizes(page, 'terminal-list', SIZES);

    // One of twelve: marks, reviews, goes back, changes; looks into the first sealing.
    await voter.take(MAYOR);
    await voter.mark('Бессонов Игорь Павлович');
    await voters.look(page, 'terminal-ballot');
    await voters.sizes(page, 'terminal-ballot', SIZES);
    await voter.review();
    await voters.look(page, 'terminal-review');
    await voters.sizes(page, 'terminal-review', SIZES);
    await byTouch(voter.button('Изменить'));
    await voter.mark(CANARY.name);
    await voter.review();
    await page.getByText(CANARY.name).waitFor();
    await voter.seal();
    await voters.look(page, 'terminal-sealed');
    await voters.sizes(page, 'terminal-sealed', SIZES);
    await byTouch(voter.button('Проверить шифрование'));
    await voter.heading('Бюллетень вскрыт для проверки').waitFor();
    await page.getByText(CANARY.name).waitFor();
    await voters.look(page, 'terminal-challenged');
    await byTouch(voter.button('Заполнить бюллетень заново'));
    await voter.heading(MAYOR).waitFor();
    await voter.mark(CANARY.name);
    await voter.review();
    await voter.seal();
    await voter.cast();
    await voter.recorded();
    count(CANARY.name);
    const held = await kept(page);
    for (const secret of [CANARY.id, CANARY.name, code]) {
      assert.ok(!held.includes(secret), `${secret} is kept in the browser`);
    }
    await voters.look(page, 'terminal-receipt');
    await voters.sizes(page, 'terminal-receipt', SIZES);
    await voter.toList();

    // Up to three: two marks. The question is left.
    await voter.take(COUNCIL);
    await voter.mark('Ветрова Нина Андреевна', 'Исаев Мурат Асланович');
    await voter.review();
    await voter.seal();
    await voter.cast();
    count('Ветрова Нина Андреевна', 'Исаев Мурат Асланович');
    await voter.toList();
    await byTouch(voter.button('Закончить голосование'));
    await voter.heading('Спасибо, вы закончили').waitFor();
    await voters.look(page, 'terminal-finished');
    assert.ok(!(page.url() + (await page.content())).includes(CANARY.name));
    await byTouch(voter.button('Завершить сеанс'));
    await voter.button(/Коснитесь, чтобы начать/).waitFor();
    assert.doesNotMatch(await kept(page), /booth\/records: [1-9]/, 'nothing is left of the voter');
    await context.close();
  });

  aside('at the terminal by keyboard alone', async () => {
    const code = await office.accessCode('00000002');
    codes.push(code);
    const context = await voters.context(browser, { viewport: { width: 1920, height: 1080 } });
    const page = await context.newPage();
    const keys = byKeys(page);
    const voter = new Voter(page, keys);
    await page.goto(`${machine.url}/terminal/`);
    await keys(voter.button(/Коснитесь, чтобы начать/));
    await page.getByRole('group', { name: 'Клавиши' }).waitFor();
    await typeAccessCode(page, keys, code);
    await voter.listed();
    // White and yellow on black, the largest letters: everything is still there to be reached.
    await keys(voter.button('Контраст'));
    await keys(voter.button('Самый крупный текст'));
    await voters.look(page, 'terminal-contrast-list');
    // In another order, with the arrows between options and Space to mark.
    await voter.take(BRIDGE);
    await voter.mark('Да');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await voter.review();
    await page.getByText('Нет', { exact: true }).waitFor();
    await voters.look(page, 'terminal-contrast-review');
    await keys(voter.button('Изменить'));
    await voter.mark('Да');
    await voter.review();
    await voter.seal();
    await voter.cast();
    count('Да');
    await voter.recorded();
    await voter.toList();
    await voter.take(COUNCIL);
    await voter.review();
    await page.getByText('Бюллетень без отметок', { exact: true }).waitFor();
    await voters.look(page, 'terminal-blank');
    await voter.seal();
    await voter.cast();
    await voter.toList();
    await voter.take(MAYOR);
    await voter.mark('Громов Пётр Алексеевич');
    await voter.review();
    await voter.seal();
    await voter.cast();
    count('Громов Пётр Алексеевич');
    await voter.toList();
    await keys(voter.button('Закончить голосование'));
    await keys(voter.button('Завершить сеанс'));
    await voter.button(/Коснитесь, чтобы начать/).waitFor();
    await context.close();
  });

  aside('a voter who walks away is asked, and then forgotten', async () => {
    const context = await voters.context(browser, { viewport: { width: 1080, height: 1920 } });
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${machine.url}/terminal/`);
    await page.getByRole('button', { name: /Коснитесь, чтобы начать/ }).click();
    await page.getByRole('group', { name: 'Клавиши' }).waitFor();
    await page.clock.fastForward(125_000);
    const question = page.getByRole('dialog', { name: 'Вы ещё здесь?' });
    await question.waitFor();
    await voters.look(page, 'terminal-still-here');
    // The dialog tells of its closing in a task of its own, which starts the time anew.
    const closed = question.evaluate(
      (dialog) => new Promise((done) => dialog.addEventListener('close', () => done(0))),
    );
    await question.getByRole('button', { name: 'Продолжить' }).click();
    await closed;
    await question.waitFor({ state: 'hidden' });
    await page.clock.fastForward(152_000);
    await page.getByRole('button', { name: /Коснитесь, чтобы начать/ }).waitFor();
    await context.close();
  });

  aside('on a portal’s page, with two one-time codes and reloads', async () => {
    const context = await voters.context(browser, {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const page = await context.newPage();
    const voter = new Voter(page, byTouch);
    await page.goto(`${machine.url}/portal/`);
    await voter.heading('Вход').waitFor();
    await voters.look(page, 'portal-login');
    await voters.sizes(page, 'portal-login', SIZES);
    const from = machine.output.length;
    await page.getByLabel('Логин учебного избирателя').fill('voter3');
    await byTouch(voter.button('Войти'));
    for (const issuer of ['registrar', 'observers'] as const) {
      const code = await machine.code('voter3', issuer, from);
      await page
        .getByText(issuer === 'registrar' ? /Регистратор портала/ : /Наблюдательный совет/)
        .waitFor();
      await page.getByLabel('Код из сообщения').fill(code);
      if (issuer === 'registrar') await voters.look(page, 'portal-code');
      await byTouch(voter.button('Дальше'));
    }
    await voter.listed();
    await voters.look(page, 'portal-list');
    await voters.sizes(page, 'portal-list', SIZES);
    await voter.take(MAYOR);
    await voter.mark(CANARY.name);
    // In the middle of marking: the marks are gone, the right to vote is not.
    await page.reload();
    await voter.listed();
    await voter.take(MAYOR);
    await voter.mark(CANARY.name);
    await voters.look(page, 'portal-ballot');
    await voters.sizes(page, 'portal-ballot', SIZES);
    await voter.review();
    await voter.seal();
    await voter.cast();
    count(CANARY.name);
    await page.reload();
    await voter.listed();
    await page.getByText('Опущен в урну, записан в журнал').waitFor();
    const all = await kept(page);
    for (const word of [CANARY.id, CANARY.name]) {
      assert.ok(!all.includes(word), `${word} is kept in the browser`);
    }
    await voter.take(BRIDGE);
    await voter.mark('Да');
    await voter.review();
    await voter.seal();
    await voter.cast();
    count('Да');
    // Again, for the other side: the second ballot counts instead of the first.
    await voter.toList();
    await voter.take(BRIDGE);
    await voter.mark('Нет');
    await voter.review();
    await voter.seal();
    await voter.cast();
    expected.set('Да', expected.get('Да')! - 1);
    count('Нет');
    await voter.recorded();
    await voters.look(page, 'portal-receipt');
    await voters.sizes(page, 'portal-receipt', SIZES);
    await context.close();
  });

  aside('the built pages under the strict policy', async () => {
    const code = await office.accessCode('00000004');
    codes.push(code);
    await buildPages();
    built = await serveBuilt(machine);
    const strict = new Watch(
      [built.url, ...machine.services],
      [/404 \(Not Found\).*\/(proofs\/|machine$)/],
    );
    const context = await strict.context(browser, {
      viewport: { width: 1080, height: 1920 },
      hasTouch: true,
    });
    const page = await context.newPage();
    for (const [path, role, name] of [
      ['office', 'heading', 'Вход комиссии'],
      ['trustee', 'heading', 'Место хранителя ключа'],
      ['portal', 'heading', 'Вход'],
    ] as const) {
      await page.goto(`${built.url}/${path}/`);
      await page.getByRole(role, { name }).first().waitFor();
    }
    await page.goto(`${built.url}/terminal/`);
    const voter = new Voter(page, byTouch);
    await byTouch(voter.button(/Коснитесь, чтобы начать/));
    await page.getByRole('group', { name: 'Клавиши' }).waitFor();
    await typeAccessCode(page, byTouch, code);
    await voter.listed();
    await voter.take(BRIDGE);
    await voter.mark('Да');
    await voter.review();
    await voter.seal();
    await voter.cast();
    await voter.recorded();
    count('Да');
    assert.deepEqual(strict.problems, []);
    await context.close();
  });

  step('a break, a candidate who leaves, and closing', async () => {
    const { page } = office;
    await page.getByText('Приостановить голосование').click();
    await page.getByLabel('Причина').fill('учебная пожарная тревога');
    await office.confirm('Приостановить', 'Приостановить');
    await office.sees('Голосование приостановлено');
    await watch.look(page, 'office-suspended');
    await page.getByLabel('На сколько минут продлить').fill('15');
    await office.press('Возобновить');
    await office.sees('продлено на 15 мин');
    await page.getByText('Кандидат снялся').click();
    await page.getByLabel('Кто снялся').selectOption({ label: 'Мухин Артём Николаевич' });
    await office.confirm('Отметить как снятого', 'Снять кандидата');
    await office.sees('Уже сняты: Мухин Артём Николаевич');
    await watch.look(page, 'office-voting');
    await office.checkToken(SECRETARY, machine.pin(SECRETARY), () =>
      watch.look(page, 'office-token-check'),
    );
    await office.sign(CHAIR, machine.pin(CHAIR));
    await office.sign(SECRETARY, machine.pin(SECRETARY));
    await office.confirm('Закрыть голосование', 'Закрыть навсегда');
    await office.sees('Голосование закрыто');
    await page
      .getByText(/Выдано бюллетеней: \d/)
      .nth(1)
      .waitFor();
    await watch.look(page, 'office-closed');
    await office.confirm('Провести черту подсчёта', 'Провести черту');
    await office.sees('Доли хранителей');
  });

  step('the holder decrypts after a word of their own; five shares are enough', async () => {
    await holder.getByRole('button', { name: 'Расшифровать итоги' }).waitFor();
    await watch.look(holder, 'trustee-asked');
    await holder.getByRole('button', { name: 'Расшифровать итоги' }).click();
    await tokenHolder.getByRole('button', { name: 'Расшифровать итоги' }).click();
    await office.page
      .getByRole('listitem')
      .filter({ hasText: 'Пробная Валентина Львовна' })
      .getByText('Доля получена')
      .waitFor();
    await office.sees('Долей хватает.');
    await watch.look(office.page, 'office-shares');
    await office.press('Подвести итоги');
    await office.page.getByRole('heading', { name: 'Итоги', exact: true }).waitFor();
  });

  step('the result is what was cast; the relations hold; it is published', async () => {
    const { page } = office;
    await watch.look(page, 'office-results');
    await watch.sizes(page, 'office-results', SIZES);
    for (const [name, votes] of expected) {
      const row = page.locator('kabina-results').getByRole('row', { name: new RegExp(name) });
      const cells = row.filter({ has: page.getByRole('rowheader', { name, exact: true }) });
      assert.equal(await cells.getByRole('cell').first().textContent(), String(votes), name);
    }
    assert.equal(await page.getByText('НАРУШЕНО').count(), 0);
    assert.ok((await page.getByText('выполнено').count()) >= 15, 'five relations a protocol hold');
    await page.getByLabel('Поступило жалоб').fill('1');
    await office.confirm('Составить протоколы', 'Составить');
    await office.sees('Не хватает подписей: 2');
    await office.sign(CHAIR, machine.pin(CHAIR), async (token) => {
      await watch.look(page, 'office-pin');
      await watch.sizes(page, 'office-pin', SIZES);
      // A wrong PIN costs a try, and is said so.
      await typePin(token, machine.pin(CHAIR) === '000000' ? '111111' : '000000');
      await token.getByText('Осталось попыток: 2').waitFor();
      await watch.look(page, 'office-pin-wrong');
    });
    // Somebody else's token signs nothing in the secretary's name.
    await office.press(`Подписать: ${SECRETARY}`);
    const other = await office.takeToken(CHAIR);
    await other.getByText('Здесь нужен другой токен').waitFor();
    await watch.look(page, 'office-other-token');
    await page.getByRole('dialog').getByRole('button', { name: 'Отмена' }).click();
    await page.getByRole('row', { name: SECRETARY }).getByLabel('с особым мнением').check();
    await office.sign(SECRETARY, machine.pin(SECRETARY));
    await watch.look(page, 'office-signing');
    await office.press('Опубликовать');
    await office.sees('Назовите причину');
    await page.getByLabel('Если не подписывает: причина').fill('в отпуске');
    await office.confirm('Опубликовать', 'Опубликовать');
    await office.sees('Протоколы опубликованы');
    await office.sees('в отпуске');
    await watch.look(page, 'office-published');
    await holder.getByText('Ваша работа сделана').waitFor();
    await watch.look(holder, 'trustee-done');
  });

  step('the board alone proves it', async () => {
    const { verdict, problems } = await verify(machine.board);
    assert.equal(verdict, 'verified', problems);
  });

  test('no choice, code or passphrase left a page but inside an encrypted ballot', () => {
    assert.equal(codes.length, 3);
    // A challenge opens its marks by intent, as bits; nothing names an option.
    const secrets = [CANARY.id, CANARY.name, encodeURIComponent(CANARY.name), ...codes];
    assert.ok(voters.requests.some(({ url }) => url.endsWith('/ballots')));
    for (const { url, body } of voters.requests) {
      const text = `${url}\n${body?.toString('utf8') ?? ''}`;
      for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} went to ${url}`);
    }
    for (const { url, body } of watch.requests) {
      const text = `${url}\n${body?.toString('utf8') ?? ''}`;
      const pins = [CHAIR, DEPUTY, SECRETARY].map((name) => machine.pin(name));
      for (const secret of [PASSPHRASE, machine.passphrase, ...pins]) {
        assert.ok(!text.includes(secret), `a passphrase or a PIN went to ${url}`);
      }
    }
  });

  test('no page had anything to complain of', () => {
    assert.deepEqual([...watch.problems, ...voters.problems], []);
  });

  step('new elections begin at the seats, and the old ones are over', async () => {
    await office.confirm('Начать новые тренировочные выборы вручную', 'Остановить и начать новые');
    await office.sees('Рассадите хранителей ключа');
    await holder.getByLabel(/Ваше имя/).waitFor();
  });
});
