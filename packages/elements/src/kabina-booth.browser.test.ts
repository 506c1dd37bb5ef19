import { expect } from 'chai';
import { sendKeys, setViewport } from '@web/test-runner-commands';
import { html } from 'lit';
import type { SessionState } from '@kabina/booth/session';
import { scriptedSession, type ScriptedSession } from '@kabina/booth/testing';
import {
  ariaSnapshot,
  axeProblems,
  clear,
  deep,
  focused,
  leftBehind,
  mount,
  settle,
  text,
} from './browser-fixture.ts';
import { everyScreen } from './booth-screens-testing.ts';
import './define/kabina-booth.ts';
import type { KabinaBooth } from './kabina-booth.ts';
import { getLocale, setLocale } from './localization.ts';
import { binding, manifest, question, training } from './testing.ts';

async function show(session: ScriptedSession, mode = 'own-device'): Promise<KabinaBooth> {
  return mount<KabinaBooth>(
    html`<kabina-booth mode=${mode} lang="ru" .session=${session}></kabina-booth>`,
  );
}

/** Presses Tab until the control with this name has the focus; every stop counts as one press. */
async function tabTo(name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await sendKeys({ press: 'Tab' });
    const control = focused();
    const words = control instanceof HTMLInputElement ? control.labels?.[0] : control;
    if (words?.textContent.replace(/\s+/g, ' ').trim().startsWith(name) === true) return;
  }
  throw new Error(`«${name}» is not reached by Tab`);
}

function trackingCodeOf(state: SessionState): string {
  return state.at === 'receipt' ? state.receipt.trackingCode : '';
}

async function until(booth: KabinaBooth, condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 4000) throw new Error(`still at ${JSON.stringify(booth.session?.state)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await settle(booth);
}

describe('kabina-booth', () => {
  // A kiosk's screen, upright.
  beforeEach(() => setViewport({ width: 1080, height: 1920 }));

  afterEach(async () => {
    clear();
    await setLocale('ru');
  });

  it('gives a scanned code to the field that asks for one, and to none where none does', async () => {
    const at = (name: string) => everyScreen.find(([screen]) => screen === name)![1];
    const session = scriptedSession({ manifest: training, state: at('login') });
    const booth = await show(session, 'kiosk');
    expect(booth.takeCode('123456'), 'no code of this field').to.equal(false);
    expect(session.state.at).to.equal('login');
    expect(booth.takeCode('7Z7Z7-Q7Z7A')).to.equal(true);
    await until(booth, () => session.state.at !== 'login');
    clear();
    const marking = scriptedSession({ manifest: training, state: at('marking one') });
    expect((await show(marking, 'kiosk')).takeCode('7Z7Z7-Q7Z7A')).to.equal(false);
    expect(marking.state.at).to.equal('marking');
  });

  it('gives a card to the kiosk, scanned or typed, and nothing else that is scanned', async () => {
    const [, state] = everyScreen.find(([screen]) => screen === 'card')!;
    for (const card of ['kabina-card:AbC-_9xYz', '7Z7Z-'.repeat(8).slice(0, -1)]) {
      const session = scriptedSession({ manifest: training, state });
      const given: unknown[] = [];
      session.login = (credentials) => Promise.resolve(void given.push(credentials));
      const booth = await show(session, 'kiosk');
      expect(text(booth)).to.include('Поднесите карточку');
      for (const other of ['7Z7Z7-Q7Z7A', 'kabina-held:AbC', '123456']) {
        expect(booth.takeCode(other), other).to.equal(false);
      }
      expect(booth.takeCode(card)).to.equal(true);
      const code = card.startsWith('kabina') ? card : card.replaceAll('-', '');
      expect(given).to.deep.equal([{ method: 'card', code }]);
    }
  });

  it('lets whoever was refused go to the idle screen, but not while a card is being opened', async () => {
    const at = (name: string) => everyScreen.find(([screen]) => screen === name)![1];
    const wayBack = (booth: KabinaBooth): HTMLElement =>
      deep(booth, '#screen section > .top button');
    const refused = scriptedSession({ manifest: training, state: at('card refused') });
    const booth = await show(refused, 'kiosk');
    expect(text(booth)).to.include('Эта карточка для другого терминала');
    let ended = 0;
    booth.addEventListener('kabina-end', () => (ended += 1));
    wayBack(booth).click();
    await until(booth, () => ended === 1);
    expect(refused.state.at).to.equal('ended');
    clear();
    const card = at('card');
    if (card.at !== 'login') throw new Error(card.at);
    const busy = scriptedSession({ manifest: training, state: { ...card, busy: true } });
    wayBack(await show(busy, 'kiosk')).click();
    expect(busy.state.at).to.equal('login');
    clear();
    // Somebody's own page has nowhere to go back to.
    const own = await show(scriptedSession({ manifest: training, state: at('login') }));
    expect(text(own)).not.to.include('Вернуться к началу');
  });

  it('offers no printing on a kiosk without a printer, and says what else there is', async () => {
    const [, state, papers] = everyScreen.find(([name]) => name === 'receipt')!;
    const booth = await show(scriptedSession({ manifest: training, papers, state }), 'kiosk');
    expect(text(booth)).to.include('не подключён принтер. Сфотографируйте QR-код');
    expect(text(booth)).not.to.include('Напечатать');
    expect(deep(booth, 'kabina-receipt', 'kabina-qr').clientWidth).to.be.greaterThan(100);
    clear();
    const own = await show(scriptedSession({ manifest: training, papers, state }));
    expect(text(own)).to.include('Напечатать');
    expect(text(own)).not.to.include('принтер');
  });

  it('says honestly of queued ballots that they are saved here, and lets the voter finish', async () => {
    for (const [name, words] of [
      ['ballots queued', 'Сохранён в этом терминале и будет отправлен'],
      ['receipt queued', 'Бюллетень сохранён в этом терминале и будет отправлен'],
      ['receipt queued', 'откройте квитанцию на странице проверки с любого устройства'],
      ['finished queued', 'Сохранены в этом терминале и будут отправлены: 3.'],
    ] as const) {
      const [, state, papers] = everyScreen.find(([screen]) => screen === name)!;
      const session = scriptedSession({ manifest: training, papers, state });
      const booth = await show(session, 'kiosk');
      expect(text(booth), name).to.include(words);
      expect(text(booth), name).not.to.match(/в урне|Опущен/);
      if (name !== 'ballots queued') continue;
      deep(booth, 'kabina-ballot-list', '.actions button').click();
      expect(session.state.at).to.equal('finished');
    }
  });

  it('takes its sessions from a factory, one for each voter, and ends them', async () => {
    const made: ScriptedSession[] = [];
    const factory = (): ScriptedSession => {
      const session = scriptedSession({ manifest: training, methods: ['card'] });
      made.push(session);
      return session;
    };
    const booth = await mount<KabinaBooth>(
      html`<kabina-booth mode="kiosk" lang="ru" .sessionFactory=${factory}></kabina-booth>`,
    );
    await until(booth, () => made[0]?.state.at === 'login');
    expect(text(booth)).to.include('Поднесите карточку');
    await booth.end();
    await settle(booth);
    expect(made[0]!.state.at).to.equal('ended');
    deep(booth, '#screen section .button').click();
    await until(booth, () => made[1]?.state.at === 'login');
    clear();
    await new Promise((resolve) => setTimeout(resolve));
    expect(made.map(({ state }) => state.at)).to.deep.equal(['ended', 'ended']);
  });

  it('says why a kiosk takes no voter, and asks it again', async () => {
    let full = true;
    const factory = (): ScriptedSession => {
      if (full) throw Object.assign(new Error('full'), { code: 'outbox.full' });
      return scriptedSession({ manifest: training, methods: ['card'] });
    };
    const booth = await mount<KabinaBooth>(
      html`<kabina-booth mode="kiosk" lang="ru" .sessionFactory=${factory}></kabina-booth>`,
    );
    await until(booth, () => text(booth).includes('кончилось место для бюллетеней'));
    full = false;
    deep(booth, '#screen section .button').click();
    await until(booth, () => text(booth).includes('Поднесите карточку'));
  });

  it('hands the receipt to the printer that it was given', async () => {
    const [, state, papers] = everyScreen.find(([name]) => name === 'receipt')!;
    const booth = await show(scriptedSession({ manifest: training, papers, state }), 'kiosk');
    const printed: string[] = [];
    booth.printReceipt = async (receipt, contest) => {
      printed.push(receipt.trackingCode, contest.id);
      return 'printed';
    };
    await settle(booth);
    const buttons = deep(booth, 'kabina-receipt').shadowRoot!.querySelectorAll('button');
    [...buttons].find(({ textContent }) => textContent.includes('Напечатать'))!.click();
    await until(booth, () => text(booth).includes('Квитанция напечатана'));
    expect(printed).to.deep.equal([trackingCodeOf(state), 'question']);
  });

  it('is gone through with two keys, from the login to the end', async () => {
    const session = scriptedSession({ manifest: manifest('training', [question]) });
    const booth = await show(session, 'kiosk');
    let ended = 0;
    booth.addEventListener('kabina-end', () => (ended += 1));
    await session.start();
    await settle(booth);
    const at = (name: string) => until(booth, () => session.state.at === name);
    const act = async (name: string): Promise<void> => {
      await tabTo(name);
      await sendKeys({ press: 'Enter' });
    };

    await tabTo('Логин');
    await sendKeys({ type: 'ivanov' });
    await sendKeys({ press: 'Enter' });
    for (const issuer of ['registrar', 'observers']) {
      await until(booth, () => session.state.at === 'code' && session.state.issuer === issuer);
      await tabTo('Код из сообщения');
      await sendKeys({ type: '123456' });
      await sendKeys({ press: 'Enter' });
    }
    await at('ballots');
    await act('Заполнить');
    await at('marking');
    await act('Нет');
    await act('Дальше');
    await at('review');
    expect(text(deep(booth, 'kabina-review'))).to.include('Нет');
    await act('Изменить');
    await at('marking');
    await act('Да');
    await act('Дальше');
    await at('review');
    await act('Подтвердить');
    await at('sealed');
    await act('Опустить в урну');
    await at('receipt');
    session.advance('question', 'recorded');
    await settle(booth);
    expect(text(deep(booth, 'kabina-receipt', 'kabina-status'))).to.include('записан в открытый');
    await act('Дальше');
    await at('ballots');
    await act('Закончить голосование');
    await at('finished');
    await act('Завершить сеанс');
    await at('ended');
    expect(ended).to.equal(1);
    expect(session.calls.filter((call) => call === 'seal')).to.have.length(1);
  });

  it('moves the focus to the heading of a new screen, and leaves it where only news arrived', async () => {
    const session = scriptedSession({
      manifest: training,
      state: { at: 'marking', contest: 'question', revision: 0 },
    });
    const booth = await show(session, 'kiosk');
    session.review();
    await settle(booth);
    expect(focused()?.textContent.trim()).to.equal('Проверьте бюллетень');
    await session.seal([1, 0]);
    await session.cast();
    await settle(booth);
    expect(focused()?.textContent.trim()).to.equal('Бюллетень в урне');
    const button = deep(booth, 'kabina-receipt', '.button.primary');
    button.focus();
    session.advance('question', 'recorded');
    await settle(booth);
    expect(focused()).to.equal(button);
  });

  it("does not take the focus from the embedder's page", async () => {
    const session = scriptedSession({
      manifest: training,
      state: { at: 'marking', contest: 'question', revision: 0 },
    });
    const booth = await show(session);
    session.review();
    await settle(booth);
    expect(document.activeElement).to.equal(document.body);
  });

  it('says on every screen that a training election is one, and on none that a binding one is', async () => {
    for (const [, state] of everyScreen) {
      const booth = await show(scriptedSession({ manifest: training, state }));
      expect(text(booth), state.at).to.include('ТРЕНИРОВОЧНОЕ ГОЛОСОВАНИЕ');
      const other = await show(scriptedSession({ manifest: binding, state }));
      expect(text(other).toLowerCase(), state.at).not.to.include('тренировочн');
    }
  });

  for (const mode of ['own-device', 'kiosk']) {
    for (const [name, state, papers] of everyScreen) {
      it(`passes axe: ${name}, ${mode}`, async () => {
        const booth = await show(scriptedSession({ manifest: training, papers, state }), mode);
        expect((await axeProblems(booth)).join('\n')).to.equal('');
      });
    }
  }

  it('passes axe in high contrast and in each language', async () => {
    const [, state, papers] = everyScreen.find(([name]) => name === 'ballots')!;
    const booth = await show(scriptedSession({ manifest: training, papers, state }), 'kiosk');
    deep(booth, 'kabina-settings', '.button:last-child').click();
    for (const locale of ['kk', 'en'] as const) {
      await setLocale(locale);
      await settle(booth);
      expect(await axeProblems(booth)).to.deep.equal([]);
    }
  });

  it('has a heading and a way on in every screen but the waiting ones and the last', async () => {
    for (const [name, state, papers] of everyScreen) {
      const booth = await show(scriptedSession({ manifest: training, papers, state }), 'kiosk');
      const screen = deep(booth, '#screen');
      const snapshot = ariaSnapshot(screen);
      expect(snapshot.filter((line) => line.startsWith('heading')).length, name).to.be.at.least(1);
      const waits = ['starting', 'casting', 'ended'].includes(name);
      expect(
        snapshot.some((line) => line.startsWith('button')),
        name,
      ).to.equal(!waits);
    }
  });

  it('reads, before casting, exactly what is on that screen', async () => {
    const [, state] = everyScreen.find(([name]) => name === 'sealed')!;
    const booth = await show(scriptedSession({ manifest: training, state }), 'kiosk');
    const words = ariaSnapshot(deep(booth, '#screen'));
    expect(words.filter((line) => !line.startsWith('text'))).to.deep.equal([
      'main',
      'heading Бюллетень зашифрован',
      'img QR-код: отпечаток бюллетеня',
      'button Опустить в урну',
      'button Вернуться и изменить',
      'button Проверить шифрование',
    ]);
  });

  it('puts language, text size and theme back after each voter', async () => {
    const session = scriptedSession({ manifest: training });
    const booth = await show(session, 'kiosk');
    await session.start();
    await settle(booth);
    const settings = deep(booth, 'kabina-settings');
    const buttons = [...settings.shadowRoot!.querySelectorAll('button')];
    for (const name of ['Самый крупный текст', 'Контраст', 'Қазақша']) {
      const named = (button: HTMLElement) => button.ariaLabel ?? button.textContent.trim();
      buttons.find((button) => named(button) === name)!.click();
      await settle(booth);
    }
    const frame = deep(booth, '.frame');
    expect([frame.dataset['text'], frame.dataset['theme'], frame.lang]).to.deep.equal([
      'largest',
      'contrast',
      'kk',
    ]);
    await booth.end();
    await settle(booth);
    expect([frame.dataset['text'], frame.dataset['theme'], getLocale()]).to.deep.equal([
      'normal',
      'light',
      'ru',
    ]);
  });

  it('keeps marks while the voter goes back and forth, and drops them when the paper is left', async () => {
    const session = scriptedSession({ manifest: training });
    const booth = await show(session);
    session.show({ at: 'marking', contest: 'question', revision: 0 });
    await settle(booth);
    const input = () => deep<HTMLInputElement>(booth, 'kabina-ballot', 'kabina-option', 'input');
    input().click();
    session.review();
    await settle(booth);
    session.back();
    await settle(booth);
    expect(input().checked).to.equal(true);
    session.list();
    await session.openPaper('question');
    await settle(booth);
    expect(input().checked).to.equal(false);
  });

  it('fits 320 CSS pixels with the largest text, on every screen', async () => {
    for (const [name, state, papers] of everyScreen) {
      const session = scriptedSession({ manifest: training, papers, state });
      const page = await mount(
        html`<div style="inline-size: 320px">
          <kabina-booth .session=${session}></kabina-booth>
        </div>`,
      );
      const booth = page.querySelector('kabina-booth')!;
      deep(booth, '.frame').dataset['text'] = 'largest';
      expect(page.scrollWidth, name).to.equal(320);
    }
  });

  it('has touch targets of 12.7 mm at least 2.54 mm apart on a kiosk, whatever the screen', async () => {
    for (const [pixels, width, height] of [
      [2.2, 1080, 1920],
      [3.78, 1080, 1920],
      [3.78, 1920, 1080],
      [6, 1080, 1920],
    ] as const) {
      await setViewport({ width, height });
      for (const [name, state, papers] of everyScreen) {
        const booth = await show(scriptedSession({ manifest: training, papers, state }), 'kiosk');
        booth.style.setProperty('--kabina-mm', `${pixels}px`);
        const boxes = controls(booth);
        for (const { width, height } of boxes) {
          expect(Math.min(width, height), `${name} at ${pixels}`).to.be.at.least(
            12.7 * pixels - 0.5,
          );
        }
        for (const [i, a] of boxes.entries()) {
          for (const b of boxes.slice(i + 1)) {
            const apart = Math.max(
              a.left - b.right,
              b.left - a.right,
              a.top - b.bottom,
              b.top - a.bottom,
            );
            expect(apart, `${name} at ${pixels}`).to.be.at.least(2.54 * pixels - 0.5);
          }
        }
      }
    }
  });

  it('makes a session of its own from the addresses, and ends it when it is taken away', async () => {
    const booth = await mount<KabinaBooth>(html`<kabina-booth lang="ru"></kabina-booth>`);
    expect(text(booth)).to.include('Готовим голосование');
    const workers: string[] = [];
    booth.workerFactory = () => {
      workers.push('made');
      const worker = new Worker(URL.createObjectURL(new Blob([''])));
      const { terminate } = worker;
      worker.terminate = () => {
        workers.push('ended');
        terminate.call(worker);
      };
      return worker;
    };
    booth.election = '5f0c6b1e'.repeat(8);
    booth.registrar = booth.observers = location.origin;
    booth.box = `${location.origin}/nothing-is-here`;
    await until(booth, () => workers.length > 0);
    expect(text(booth)).to.include('Проверяем голосование и журнал');
    clear();
    await until(booth, () => workers.length > 1);
    expect(workers).to.deep.equal(['made', 'ended']);
  });

  it('says so when the page gives it nothing that could be an election', async () => {
    const booth = await mount<KabinaBooth>(html`<kabina-booth lang="ru"></kabina-booth>`);
    booth.workerFactory = () => new Worker(URL.createObjectURL(new Blob([''])));
    booth.election = 'no election';
    booth.registrar = booth.observers = booth.box = location.origin;
    await until(booth, () => text(booth).includes('Страница настроена не для этого голосования'));
  });

  it('leaves nothing behind, neither on the page nor on its session', async () => {
    for (const [name, state, papers] of everyScreen) {
      const session = scriptedSession({ manifest: training, papers, state });
      expect(
        await leftBehind(
          () => html`<kabina-booth mode="kiosk" .session=${session}></kabina-booth>`,
          session,
        ),
        name,
      ).to.deep.equal([]);
    }
  });
});

/**
 * Where a finger can press: an option's whole line, not its little circle; nothing that a scrolling
 * region has out of sight.
 */
function controls(from: Element, inside?: DOMRect): DOMRect[] {
  const found: DOMRect[] = [];
  for (const element of from.shadowRoot?.querySelectorAll('*') ?? []) {
    const scroller = element.closest('kabina-scroller');
    const clip = scroller === null ? inside : deep(scroller, '.content').getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const seen = clip === undefined || (box.top >= clip.top && box.bottom <= clip.bottom);
    const pressable = element.matches('button, summary, [part=option]');
    if (pressable && seen && element.checkVisibility()) found.push(box);
    found.push(...controls(element, clip));
  }
  return found;
}
