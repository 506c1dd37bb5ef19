import { expect } from 'chai';
import { sendKeys } from '@web/test-runner-commands';
import { html } from 'lit';
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
import './define/kabina-token.ts';
import type { KabinaToken } from './kabina-token.ts';
import { setLocale } from './localization.ts';
import { ScriptedToken, token, tokenStates, type TokenScript } from './testing-token.ts';
import type { TokenState, TokenTask } from './token-task.ts';
import { knownTokenCodes } from './token-text.ts';

async function show(task: TokenTask): Promise<KabinaToken> {
  return mount<KabinaToken>(html`<kabina-token .task=${task}></kabina-token>`);
}

function still(name: string, purpose: TokenScript['purpose'] = 'sign'): ScriptedToken {
  return new ScriptedToken({ purpose, state: tokenStates[name]! });
}

/** Puts down what the task is told, in place of doing it. */
function recorded(task: ScriptedToken): string[] {
  const told: string[] = [];
  for (const name of ['start', 'stop', 'pair', 'choose', 'use', 'retry'] as const) {
    task[name] = (argument?: string) => void told.push([name, argument].join(' ').trim());
  }
  task.submit = (pin: Uint8Array, lastTry?: boolean) => {
    told.push(`submit ${new TextDecoder().decode(pin)}${lastTry === true ? ' last' : ''}`);
    pin.fill(0);
  };
  return told;
}

function press(element: KabinaToken, pin: string): void {
  const pad = deep(element, 'kabina-pin-pad');
  const keys = [...pad.shadowRoot!.querySelectorAll<HTMLElement>('.keypad button')];
  for (const digit of pin) keys.find((one) => one.textContent.trim() === digit)!.click();
}

const heading = (element: KabinaToken) => deep(element, 'h2').textContent.trim();

describe('kabina-token', () => {
  afterEach(clear);
  after(() => setLocale('ru'));

  for (const purpose of ['sign', 'check', 'share'] as const) {
    it(`passes axe and has a heading in every state, to ${purpose}`, async () => {
      for (const name of Object.keys(tokenStates)) {
        const element = await show(still(name, purpose));
        expect((await axeProblems(element)).join('\n'), name).to.equal('');
        expect(heading(element), name).to.match(/^[А-ЯЁ].*[^.]$/);
        expect(text(element), name).to.include('Протоколы об итогах голосования');
      }
    });
  }

  it('has words for every code, in three languages, and the code small beside them', async () => {
    for (const locale of ['kk', 'en', 'ru'] as const) {
      await setLocale(locale);
      for (const code of knownTokenCodes) {
        const element = await show(
          new ScriptedToken({ state: { at: 'failed', code, token, retry: true } }),
        );
        const alert = deep(element, '[role=alert]').textContent.replace(/\s+/g, ' ').trim();
        expect(alert, code).to.match(new RegExp(`^\\p{Lu}.*[.] ${code.replace('.', '\\.')}$`, 'u'));
        expect(/[а-яё]/i.test(alert), `${locale} ${code}`).to.equal(locale !== 'en');
      }
    }
  });

  it('says whose token it is, of which kind, and until when', async () => {
    const words = text(await show(still('askedLetters')));
    for (const part of [token.name, 'Председатель', 'карта OpenPGP № 14238907', '31 марта 2099']) {
      expect(words).to.include(part);
    }
    expect(words).to.include('пробная');
    expect(words).not.to.include('скоро закончится');
  });

  it('warns of a certificate that ends within thirty days', async () => {
    for (const [days, words] of [
      [29.5, 'осталось дней: 29'],
      [0.5, 'заканчивается сегодня'],
    ] as const) {
      const validUntil = new Date(Date.now() + days * 86_400_000).toISOString();
      const state = { ...tokenStates['asked']!, token: { ...token, validUntil } } as TokenState;
      expect(text(await show(new ScriptedToken({ state })))).to.include(words);
    }
  });

  it('begins its task on the page and ends it on leaving, another task too', async () => {
    const one = still('waiting');
    const other = still('asked');
    const told = [recorded(one), recorded(other)];
    const element = await show(one);
    element.task = other;
    await settle(element);
    expect(told).to.deep.equal([['start', 'stop'], ['start']]);
    clear();
    expect(told[1]).to.deep.equal(['start', 'stop']);
  });

  it('tells the task what was chosen, paired and tried again', async () => {
    const task = still('choosing');
    const told = recorded(task);
    const element = await show(task);
    const buttons = () => [...element.shadowRoot!.querySelectorAll('button')];
    buttons()[1]!.click();
    buttons()[2]!.click();
    task.show(tokenStates['pairing']!);
    await settle(element);
    deep<HTMLInputElement>(element, 'kabina-code-entry', 'input').value = 'k4b1n-a';
    deep(element, 'kabina-code-entry', '[type=submit]').click();
    task.show(tokenStates['removed']!);
    await settle(element);
    buttons()[0]!.click();
    expect(told).to.deep.equal([
      'start',
      'use Yubico YubiKey OTP+FIDO+CCID 01 00',
      'choose',
      'pair K4B1NA',
      'retry',
    ]);
  });

  it('gives the PIN from its pad to the task, typed on the keyboard as well', async () => {
    const task = still('reading');
    const told = recorded(task);
    const element = await show(task);
    task.show(tokenStates['asked']!);
    await settle(element);
    // The heading has the focus: whoever begins to type types the PIN.
    expect(focused()?.localName).to.equal('h2');
    await sendKeys({ type: '4711' });
    await sendKeys({ type: '08' });
    await sendKeys({ press: 'Enter' });
    expect(told).to.deep.equal(['start', 'submit 471108']);
  });

  it('takes Enter on a key for that key, and sends once', async () => {
    const task = still('asked');
    const told = recorded(task);
    const element = await show(task);
    press(element, '123456');
    deep(element, 'kabina-pin-pad', '.keypad button:nth-child(7)').focus();
    await sendKeys({ press: 'Enter' });
    expect(told).to.deep.equal(['start']);
    deep(element, 'kabina-pin-pad', '.primary').focus();
    await sendKeys({ press: 'Enter' });
    await settle(element);
    expect(told).to.deep.equal(['start', 'submit 1234567']);
    expect(deep(element, 'kabina-pin-pad', '#error').textContent.trim()).to.equal('');
  });

  it('uses the last try only on the word of the person, and asks again each time', async () => {
    const task = still('askedLastTry');
    const told = recorded(task);
    const element = await show(task);
    const pad = () => element.shadowRoot!.querySelector('kabina-pin-pad');
    expect(heading(element)).to.equal('Осталась последняя попытка');
    expect(pad() === null).to.equal(true);
    deep(element, '.button.primary').click();
    await settle(element);
    press(element, '123456');
    deep(element, 'kabina-pin-pad', '.primary').click();
    expect(told).to.deep.equal(['start', 'submit 123456 last']);
    // The card has told only now that one try is left: nothing was sent.
    task.show({ at: 'asked', token, pinForm: pad()!.pinForm, refusal: 'card.pin-last-try' });
    await settle(element);
    expect(pad() === null).to.equal(true);
    expect(ariaSnapshot(element)).to.include('button Я знаю ПИН, использовать последнюю попытку');
  });

  it('shows the tries that are left, and asks for no PIN when there are none', async () => {
    expect(text(await show(still('askedAgain')))).to.match(/Осталось попыток: +2/);
    const element = await show(still('askedBlocked'));
    expect(element.shadowRoot!.querySelector('kabina-pin-pad') === null).to.equal(true);
    expect(heading(element)).to.include('Токен заблокирован');
  });

  it('forgets what was typed when another token is put in', async () => {
    const task = still('asked');
    const told = recorded(task);
    const element = await show(task);
    press(element, '123456');
    const other = { ...token, serial: '7', name: 'Тен А. В.' };
    task.show({ ...tokenStates['asked']!, token: other } as TokenState);
    await settle(element);
    expect(text(element)).to.include(other.name);
    deep(element, 'kabina-pin-pad', '.primary').click();
    expect(told).to.deep.equal(['start']);
  });

  it('lists what a check has found, good and bad, each bad line with its reason', async () => {
    const element = await show(still('checkedBad', 'check'));
    const lines = [...element.shadowRoot!.querySelectorAll('.findings li')].map((line) =>
      line.textContent.replace(/\s+/g, ' ').trim(),
    );
    expect(lines[0]).to.match(/^Сертификат не подходит .*не тем центром.*token\.authority$/);
    expect(lines.slice(1, 3)).to.deep.equal(['ПИН принят', 'Подпись сделана и проверена']);
    expect(lines[3]).to.match(/^Доля ключа не открывается .*card\.unsupported$/);
    expect(heading(element)).to.equal('Этот токен пока не подходит');
    expect(heading(await show(still('checkedGood', 'check')))).to.equal('Готово: токен подходит');
  });

  it('takes the focus to the heading of a new screen, but never from the page around', async () => {
    const task = still('waiting');
    const page = await mount(
      html`<div><input aria-label="x" /><kabina-token .task=${task}></kabina-token></div>`,
    );
    const element = page.querySelector('kabina-token')!;
    const outside = page.querySelector('input')!;
    outside.focus();
    task.show(tokenStates['reading']!);
    await settle(element);
    expect(document.activeElement === outside).to.equal(true);
    outside.blur();
    task.show(tokenStates['asked']!);
    await settle(element);
    expect(focused()?.localName).to.equal('h2');
    press(element, '123456');
    deep(element, 'kabina-pin-pad', '.primary').focus();
    task.show(tokenStates['working']!);
    await settle(element);
    expect(focused()?.localName).to.equal('h2');
  });

  it('keeps no PIN anywhere on the way from the pad to the end', async () => {
    const canary = '90817263';
    const seen: string[] = [];
    const task = still('asked');
    const told = recorded(task);
    let given: Uint8Array | undefined;
    const { submit } = task;
    task.submit = (pin, lastTry) => {
      given = pin;
      submit.call(task, pin, lastTry);
    };
    const element = await show(task);
    const look = async () => {
      await settle(element);
      seen.push(document.documentElement.outerHTML, text(document.body));
      const roots = [element, ...element.shadowRoot!.querySelectorAll('*')];
      for (const { shadowRoot } of roots) seen.push(shadowRoot?.innerHTML ?? '');
      seen.push(location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage));
    };
    press(element, canary);
    await look();
    deep(element, 'kabina-pin-pad', '.primary').click();
    await look();
    for (const name of ['working', 'askedAgain', 'sending', 'done']) {
      task.show(tokenStates[name]!);
      await look();
    }
    expect(told).to.deep.equal(['start', `submit ${canary}`]);
    expect([...given!]).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(seen.join('\n')).not.to.include(canary);
  });

  it('keeps what can be touched 44 pixels large', async () => {
    for (const name of ['asked', 'askedLetters', 'choosing', 'askedLastTry', 'pairing']) {
      const element = await show(still(name));
      const inside = [...element.shadowRoot!.querySelectorAll('*')].flatMap((one) => [
        one,
        ...(one.shadowRoot?.querySelectorAll('*') ?? []),
      ]);
      const touched = inside.filter((one) => one.matches('button, input'));
      expect(touched.length).to.be.greaterThan(0);
      for (const one of touched) {
        const { width, height } = one.getBoundingClientRect();
        expect(Math.min(width, height), `${name} ${one.textContent}`).to.be.at.least(44);
      }
    }
  });

  it('leaves nothing behind, neither on the page nor on its task', async () => {
    for (const [name, state] of Object.entries(tokenStates)) {
      const task = new ScriptedToken({ state });
      const template = () => html`<kabina-token .task=${task}></kabina-token>`;
      expect(await leftBehind(template, task), name).to.deep.equal([]);
    }
  });

  it('goes the whole way with a scripted token', async () => {
    const task = new ScriptedToken({ purpose: 'check' });
    const ways: string[] = [];
    task.addEventListener('change', () => ways.push(task.state.at));
    const at = (state: TokenState['at']) =>
      new Promise<void>((resolve) => {
        const look = () => task.state.at === state && resolve();
        task.addEventListener('change', look);
        look();
      });
    const element = await show(task);
    await at('asked');
    await settle(element);
    press(element, '654321');
    deep(element, 'kabina-pin-pad', '.primary').click();
    await settle(element);
    expect(text(element)).to.include('ПИН неверен.');
    press(element, '123456');
    deep(element, 'kabina-pin-pad', '.primary').click();
    await at('done');
    await settle(element);
    expect(heading(element)).to.equal('Готово: токен подходит');
    expect(ways).to.deep.equal([
      'waiting',
      'reading',
      'asked',
      'asked',
      'working',
      'working',
      'done',
    ]);
  });
});
