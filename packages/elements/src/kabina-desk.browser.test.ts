import { expect } from 'chai';
import { sendKeys, setViewport } from '@web/test-runner-commands';
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
import './define/kabina-desk.ts';
import type { KabinaDesk } from './kabina-desk.ts';
import { setLocale } from './localization.ts';
import { cardCode, deskStates, deskVoters, heldCode, ScriptedDesk } from './testing-station.ts';
import { contrastTheme, textSizes } from './tokens.styles.ts';

async function show(desk: ScriptedDesk): Promise<KabinaDesk> {
  return mount<KabinaDesk>(html`<kabina-desk .desk=${desk}></kabina-desk>`);
}

/** Lets an action of the scripted desk come to its end, and what it draws. */
async function acted(element: KabinaDesk): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await settle(element);
}

function everything(from: Element): Element[] {
  const inside = [...(from.shadowRoot?.querySelectorAll('*') ?? [])];
  return inside.flatMap((element) => [element, ...everything(element)]);
}

async function press(element: KabinaDesk, name: string): Promise<void> {
  const button = everything(element).find(
    (one) => one.localName === 'button' && one.textContent.replace(/\s+/g, ' ').includes(name),
  );
  if (button === undefined) throw new Error(`no button «${name}» in: ${text(element)}`);
  (button as HTMLElement).click();
  await acted(element);
}

async function find(element: KabinaDesk, query: string): Promise<void> {
  const field = everything(element).find(({ id }) => id === 'query') as HTMLInputElement;
  field.value = query;
  field.form!.requestSubmit();
  await acted(element);
}

async function choose(element: KabinaDesk, index: number): Promise<void> {
  const radios = everything(element).filter((one) => one.matches('input[type=radio]'));
  (radios[index] as HTMLElement).click();
  await acted(element);
}

/** Whatever of a voter could be found in the element: text, attributes, what is in the fields. */
function traces(element: KabinaDesk): string {
  const parts = everything(element).map((one) => {
    const value = one instanceof HTMLInputElement ? one.value : '';
    return `${[...one.attributes].map((attribute) => attribute.value).join(' ')} ${value}`;
  });
  return `${element.outerHTML} ${text(element)} ${parts.join(' ')}`;
}

const secrets = deskVoters.flatMap(({ name, document }) => [name, document]);

function expectNoVoter(element: KabinaDesk, when: string): void {
  const seen = traces(element);
  for (const secret of secrets) expect(seen.includes(secret), `${secret} ${when}`).to.equal(false);
}

describe('kabina-desk', () => {
  beforeEach(() => setViewport({ width: 1080, height: 1920 }));

  afterEach(async () => {
    clear();
    await setLocale('ru');
  });

  it('gives a card in one clear step, and keeps nothing of the voter', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    await find(element, 'абдрахманова');
    expect(text(element)).to.include('45 11 204417');
    const act = 'Отметить и выдать карточку';
    await press(element, act);
    expect(desk.calls.at(-1), 'no pile chosen yet').to.deep.equal(['find', 'абдрахманова']);
    await choose(element, 1);
    await press(element, act);
    expect(desk.calls.at(-1)).to.deep.equal(['issue', '17', 'K2']);
    expect(text(element)).to.include('вытянет одну карточку из стопки «Терминал 2»');
    expect(focused()?.textContent.trim()).to.equal('Отмечено');
    expectNoVoter(element, 'after the act');
    await press(element, 'Следующий избиратель');
    expect(focused()?.id).to.equal('query');
    expectNoVoter(element, 'before the next');
  });

  it('is worked with a keyboard alone', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    const tabTo = async (matches: (control: Element) => boolean): Promise<void> => {
      for (let presses = 0; presses < 30; presses++) {
        await sendKeys({ press: 'Tab' });
        const control = focused();
        if (control !== null && matches(control)) return;
      }
      throw new Error('not reached by Tab');
    };
    await tabTo(({ id }) => id === 'query');
    await sendKeys({ type: 'иванов' });
    await sendKeys({ press: 'Enter' });
    await acted(element);
    await tabTo(({ textContent }) => textContent.includes('45 08 771204'));
    await sendKeys({ press: 'Enter' });
    await acted(element);
    expect(focused()?.textContent).to.equal('Иванов Иван Иванович');
    await tabTo((control) => control.matches('input[type=radio]'));
    await sendKeys({ press: 'Space' });
    await tabTo(({ textContent }) => textContent.includes('Отметить и выдать'));
    await sendKeys({ press: 'Enter' });
    await acted(element);
    expect(desk.calls.at(-1)).to.deep.equal(['issue', '204', 'K1']);
  });

  it('shows those who were asked for, and nobody else', async () => {
    const element = await show(new ScriptedDesk());
    expectNoVoter(element, 'before a search');
    await find(element, 'иванов');
    const rows = ariaSnapshot(element).filter(
      (line) => line.startsWith('button') && /\d/.test(line),
    );
    expect(rows).to.deep.equal([
      'button 204 Иванов Иван Иванович 45 08 771204 ещё не отмечен',
      'button 205 Иванова Мария Петровна 45 12 000318 отмечен, карточка выдана',
    ]);
    await find(element, 'никто');
    expectNoVoter(element, 'after a search for another');
    expect(text(element)).to.include('никого не нашлось');
  });

  it('forgets what is on the screen after a minute without a touch', async () => {
    const waiting = new Map<number, () => void>();
    const { setTimeout: begin, clearTimeout: stop } = window;
    window.setTimeout = ((act: () => void, delay = 0) => {
      if (delay !== 60_000) return begin(act, delay);
      const id = waiting.size + 1e6;
      waiting.set(id, act);
      return id;
    }) as typeof begin;
    window.clearTimeout = ((id: number) => {
      if (!waiting.delete(id)) stop(id);
    }) as typeof stop;
    const minute = (): void => {
      for (const act of [...waiting.values()]) act();
      waiting.clear();
    };
    try {
      for (const query of ['иванов', 'абдрахманова']) {
        const element = await show(new ScriptedDesk());
        const field = everything(element).find(({ id }) => id === 'query') as HTMLInputElement;
        field.focus();
        await sendKeys({ type: query });
        await sendKeys({ press: 'Enter' });
        await acted(element);
        expect(traces(element)).to.include('45 ');
        expect(waiting.size, 'one clock').to.equal(1);
        minute();
        await acted(element);
        expectNoVoter(element, 'after a minute');
        expect(traces(element)).not.to.include(query);
        expect(text(element)).to.include('данные избирателя убраны с экрана');
        clear();
        expect(waiting.size, 'no clock left').to.equal(0);
      }
    } finally {
      window.setTimeout = begin;
      window.clearTimeout = stop;
    }
  });

  it('keeps nothing of a voter when it is locked, another part is chosen or it leaves the page', async () => {
    for (const leave of ['Закрыть на код', 'Карточки']) {
      const element = await show(new ScriptedDesk());
      await find(element, 'абдрахманова');
      await press(element, leave);
      expectNoVoter(element, leave);
    }
    const element = await show(new ScriptedDesk());
    await find(element, 'иванов');
    element.remove();
    await acted(element);
    expectNoVoter(element, 'after it left the page');
  });

  it('an answer that comes after the desk was locked brings nobody back', async () => {
    const desk = new ScriptedDesk();
    let answer!: (found: typeof deskVoters) => void;
    desk.find = () => new Promise((resolve) => (answer = resolve));
    const element = await show(desk);
    await find(element, 'иванов');
    await press(element, 'Закрыть на код');
    answer(deskVoters);
    await acted(element);
    desk.show({ at: 'open' });
    await acted(element);
    expectNoVoter(element, 'after a late answer');
  });

  it('lets no voter and no card out in events, and none into an attribute', async () => {
    const seen: string[] = [];
    const { dispatchEvent } = EventTarget.prototype;
    EventTarget.prototype.dispatchEvent = function (this: EventTarget, event) {
      seen.push(`${event.type} ${JSON.stringify((event as CustomEvent).detail ?? null)}`);
      return dispatchEvent.call(this, event);
    };
    try {
      const element = await show(new ScriptedDesk());
      await find(element, '205');
      await press(element, 'Заменить испорченную карточку');
      await choose(element, 0);
      element.takeCode(cardCode);
      await acted(element);
      await press(element, 'На дому');
      await press(element, 'Принять обратно');
      await find(element, 'абдрахманова');
      for (const one of everything(element)) {
        for (const { name, value } of one.attributes) seen.push(`${name}=${value}`);
      }
    } finally {
      EventTarget.prototype.dispatchEvent = dispatchEvent;
    }
    for (const secret of [...secrets, cardCode]) expect(seen.join()).not.to.include(secret);
  });

  it('replaces a spoiled card only for the voter who brought it, once a pile is chosen', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    const before = desk.calls.length;
    expect(element.takeCode(cardCode), 'kept from the field that has the focus').to.equal(true);
    await acted(element);
    expect(text(element)).to.include('сначала найдите избирателя');
    expect(desk.calls.length).to.equal(before);
    await find(element, 'абдрахманова');
    element.takeCode(cardCode);
    await acted(element);
    expect(text(element)).to.include('этот избиратель не отмечен');
    await press(element, 'Назад к поиску');
    await find(element, '205');
    element.takeCode(cardCode);
    await acted(element);
    expect(text(element)).to.include('отсканируйте испорченную ещё раз');
    element.takeCode(cardCode);
    await acted(element);
    expect(text(element)).to.include('Сначала выберите стопку');
    expect(desk.calls.length).to.equal(before + 2);
    await choose(element, 0);
    desk.failing = 'card.deposit';
    element.takeCode(cardCode);
    await acted(element);
    expect(text(element)).to.include('Карточка остаётся выданной');
    element.takeCode(cardCode);
    await acted(element);
    expect(desk.calls.at(-1)).to.deep.equal(['replace', '205', cardCode, 'K1']);
    expect(text(element)).to.include('Старая карточка отмечена испорченной');
    expect(traces(element)).not.to.include(cardCode);
  });

  it('offers no card to those who may not have one, and says why', async () => {
    for (const [line, query, words, button] of [
      ['down', '205', 'Карточку этому избирателю уже выдали', 'Заменить испорченную карточку'],
      ['up', '1604', 'его можно перевести сюда', 'Перевести на этот участок'],
      ['down', '1604', 'связи нет: перевести его сейчас нельзя', undefined],
      ['up', '1911', 'нет карточек для округа избирателя', undefined],
      ['down', 'никто', 'Связи нет: узнать', undefined],
      ['up', 'никто', 'Введите его номер', 'Перевести на этот участок'],
    ] as const) {
      const element = await show(new ScriptedDesk({ ...deskStates.offline, line }));
      await find(element, query);
      expect(text(element)).to.include(words);
      const buttons = ariaSnapshot(element)
        .filter((one) => one.startsWith('button'))
        .join();
      expect(buttons).not.to.include('Отметить и выдать');
      for (const name of ['Заменить испорченную карточку', 'Перевести на этот участок']) {
        expect(buttons.includes(name), `${query} ${line} ${name}`).to.equal(name === button);
      }
    }
  });

  it('transfers a voter of another list when there is a line, then gives the card', async () => {
    const desk = new ScriptedDesk(deskStates.online);
    const element = await show(desk);
    await find(element, '1604');
    await press(element, 'Перевести на этот участок');
    expect(desk.calls.at(-1)).to.deep.equal(['transfer', '1604']);
    await choose(element, 0);
    await press(element, 'Отметить и выдать карточку');
    expect(desk.calls.at(-1)).to.deep.equal(['issue', '1604', 'K1']);
  });

  it('says each trouble in words and lets the member try again', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    await find(element, 'абдрахманова');
    await choose(element, 0);
    for (const [code, words] of [
      ['desk.served', 'уже отмечен'],
      ['desk.pile', 'В этой стопке нет карточки'],
      ['storage.failed', 'не может надёжно сохранить'],
    ] as const) {
      desk.failing = code;
      await press(element, 'Отметить и выдать карточку');
      expect(text(element)).to.include(words);
      expect(text(element)).to.include(code);
    }
    await press(element, 'Отметить и выдать карточку');
    expect(text(element)).to.include('вытянет одну карточку');
  });

  it('looks for whatever else a scanner reads', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    expect(element.takeCode('731')).to.equal(true);
    await acted(element);
    expect(text(element)).to.include('Ким Виктор Андреевич');
  });

  it('takes no scanned code while it is locked or not set up', async () => {
    for (const at of ['locked', 'setup'] as const) {
      const desk = new ScriptedDesk(deskStates[at]);
      const element = await show(desk);
      for (const code of [cardCode, heldCode('K1'), '731']) {
        expect(element.takeCode(code)).to.equal(false);
      }
      expect(desk.calls).to.deep.equal([]);
    }
  });

  it('gives its code to unlock alone, and wipes it', async () => {
    const desk = new ScriptedDesk(deskStates.locked);
    const element = await show(desk);
    const enter = async (): Promise<void> => {
      const field = deep<HTMLInputElement>(element, '#code');
      field.value = 'K4N4RE1KA';
      field.form!.requestSubmit();
      expect(field.value).to.equal('');
      await acted(element);
      expect(traces(element)).not.to.include('K4N4RE1KA');
    };
    desk.failing = 'desk.secret';
    await enter();
    expect(deep(element, '#error').textContent).to.include('Код стола не подошёл');
    await enter();
    expect(desk.calls.at(-1)).to.deep.equal(['unlock', 'K4N4RE1KA']);
    expect(text(element)).to.include('Фамилия, номер в списке или документ');
  });

  it('spoils a card apart and shows how many should lie on the table', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    await press(element, 'Карточки');
    const cards = deep(element, 'kabina-desk-cards');
    const sums = [...cards.shadowRoot!.querySelectorAll('tfoot td')].map((cell) =>
      cell.textContent.replace(/\D/g, ''),
    );
    expect(sums).to.deep.equal(['570', '434', '2', '136']);
    element.takeCode(cardCode);
    await acted(element);
    expect(desk.calls.at(-1)).to.deep.equal(['spoil', cardCode]);
    expect(text(element)).to.include('бюллетени по ней не будут учтены');
  });

  it('writes down what goes out to voters at home, and what comes back', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    const count = async (index: number, value: string): Promise<void> => {
      const field = everything(element).filter((one) => one.matches('.count'))[
        index
      ] as HTMLInputElement;
      field.value = value;
      field.dispatchEvent(new Event('change'));
      await acted(element);
    };
    await press(element, 'На дому');
    await press(element, 'Собрать выезд');
    await find(element, 'абдрахманова');
    await find(element, '731');
    await find(element, '205');
    expect(text(element)).to.include('добавить нельзя: отмечен');
    await count(0, '2');
    await count(2, '2');
    await press(element, 'Записать и вынести');
    const pile = (kiosk: string, style: string, number: number) => ({ kiosk, style, number });
    expect(desk.calls.at(-1)).to.deep.equal([
      'carryOut',
      { voters: ['17', '731'], cards: [pile('K1', 'd4', 2), pile('K1', 'd5', 2)] },
    ]);
    expectNoVoter(element, 'after carrying out');

    await press(element, 'Принять обратно');
    await find(element, 'абдрахманова');
    await press(element, 'Записать и закрыть выезд');
    expect(text(element)).to.include('Укажите стопку для каждого');
    const select = everything(element).find((one) => one.matches('select')) as HTMLSelectElement;
    select.value = 'K2';
    select.dispatchEvent(new Event('change'));
    await count(0, '4');
    expect(text(element)).to.include('Пока не сходится: вынесено 6, выдано 1, возвращается 4.');
    await count(0, '5');
    expect(text(element)).to.include('Сходится: вынесено 6, выдано 1, возвращается 5.');
    await press(element, 'Записать и закрыть выезд');
    expect(desk.calls.at(-1)).to.deep.equal([
      'carryBack',
      '2',
      { served: [{ number: '17', kiosk: 'K2' }], cards: [pile('K1', 'd4', 5)] },
    ]);
    expectNoVoter(element, 'after carrying back');
  });

  it('closes: asks once more, takes the slips from any part, reads out what there is no line for', async () => {
    const desk = new ScriptedDesk();
    const element = await show(desk);
    await press(element, 'Закрытие');
    await press(element, 'Закончить выдачу');
    expect(text(element)).to.include('Ещё не вернулось выездов: 1.');
    expect(focused()?.textContent).to.include('Отменить это нельзя');
    await press(element, 'Не надо');
    expect(desk.calls).to.deep.equal([]);
    await press(element, 'Закончить выдачу');
    const confirm = deep(element, 'kabina-desk-closing', '.confirm .primary');
    confirm.click();
    await acted(element);
    expect(desk.calls.at(-1)).to.deep.equal(['close']);
    expect(text(element)).to.include('Выдача закончена');
    await press(element, 'Карточки');
    expect(element.takeCode(heldCode('K1'))).to.equal(true);
    await acted(element);
    await acted(element);
    expect(desk.calls.at(-1)).to.deep.equal(['takeHeld', heldCode('K1')]);
    expect(text(element)).to.include('закрыт, ждут отправки бюллетени: 23');
    await press(element, 'Продиктовать по телефону');
    const groups = deep(element, 'kabina-desk-closing').shadowRoot!.querySelectorAll('.group');
    expect([...groups].map(({ textContent }) => textContent).slice(0, 4)).to.deep.equal([
      'K1',
      '23',
      'BWY6',
      'PPFC',
    ]);
    await press(element, 'Не включается');
    expect(text(element)).to.include('Объявить неисправным: Терминал 2?');
    deep(element, 'kabina-desk-closing', '.confirm .primary').click();
    await acted(element);
    expect(desk.calls.at(-1)).to.deep.equal(['declareDead', 'K2']);
  });

  it('marks nobody once it is closed', async () => {
    const element = await show(new ScriptedDesk(deskStates.closed));
    const buttons = ariaSnapshot(element).join();
    expect(buttons).not.to.include('Избиратели');
    expect(element.shadowRoot!.querySelector('kabina-desk-voters') === null).to.equal(true);
  });

  it('says what an account that the board won’t have means, and whom to call', async () => {
    const element = await show(new ScriptedDesk(deskStates['closed and refused']));
    const refused = text(element);
    expect(refused).to.include('Журнал не принял записей стола: 1.');
    expect(refused).to.include('позвоните председателю комиссии');
    expect(refused).not.to.include('Ждут отправки записи стола');
    expect(refused).not.to.include('Не выключайте стол');
    element.desk = new ScriptedDesk({ ...deskStates['closed and refused'], waiting: 3 });
    await acted(element);
    expect(text(element)).to.include('Ждут отправки записи стола: 2. Не выключайте стол.');
  });

  /** Every screen: a state, and the way to it. */
  const screens: readonly (readonly [string, (element: KabinaDesk) => Promise<void>])[] = [
    ...Object.keys(deskStates).map((state) => [state, () => Promise.resolve()] as const),
    ['offline', (element) => find(element, 'иванов')],
    ['offline', (element) => find(element, 'никто')],
    ['online', (element) => find(element, 'никто')],
    ...['17', '205', '1604', '1911'].map(
      (number) => ['online', (element: KabinaDesk) => find(element, number)] as const,
    ),
    [
      'offline',
      async (element) => {
        await find(element, '205');
        await press(element, 'Заменить испорченную карточку');
      },
    ],
    ['online', (element) => press(element, 'Карточки')],
    ['online', (element) => press(element, 'На дому')],
    [
      'online',
      async (element) => {
        await press(element, 'На дому');
        await press(element, 'Принять обратно');
        await find(element, 'абдрахманова');
      },
    ],
    [
      'online',
      async (element) => {
        await press(element, 'Закрытие');
        await press(element, 'Закончить выдачу');
      },
    ],
    ['closed', (element) => press(element, 'Продиктовать по телефону')],
    ['closed', (element) => press(element, 'Не включается')],
  ];

  it('passes axe on every screen, in high contrast too', async () => {
    const style = document.createElement('style');
    style.textContent = `${contrastTheme.cssText} ${textSizes.cssText}`;
    document.head.append(style);
    try {
      for (const [state, way] of screens) {
        const element = await show(new ScriptedDesk(deskStates[state as keyof typeof deskStates]));
        await way(element);
        expect((await axeProblems(element)).join('\n'), state).to.equal('');
        document.body.dataset['theme'] = 'contrast';
        expect((await axeProblems(element)).join('\n'), `${state}, contrast`).to.equal('');
        delete document.body.dataset['theme'];
      }
    } finally {
      style.remove();
      delete document.body.dataset['theme'];
    }
  });

  it('fits 320 CSS pixels with the largest text, on every screen and in each language', async () => {
    const style = document.createElement('style');
    style.textContent = textSizes.cssText;
    document.head.append(style);
    try {
      for (const [state, way] of screens) {
        const desk = new ScriptedDesk(deskStates[state as keyof typeof deskStates]);
        const page = await mount(
          html`<div data-text="largest" style="inline-size: 320px">
            <kabina-desk .desk=${desk}></kabina-desk>
          </div>`,
        );
        const element = page.querySelector('kabina-desk')!;
        await way(element);
        for (const locale of ['ru', 'kk', 'en'] as const) {
          await setLocale(locale);
          await settle(element);
          const wide = everything(element)
            .filter((one) => one.getBoundingClientRect().right > 321 && one.checkVisibility())
            .filter((one) => one.closest('.visually-hidden') === null)
            .map((one) => `${one.localName}.${one.className}`);
          expect(wide, `${state} ${locale}`).to.deep.equal([]);
        }
        await setLocale('ru');
      }
    } finally {
      style.remove();
    }
  });

  it('has touch targets of 12.7 mm on a kiosk’s screen', async () => {
    const style = document.createElement('style');
    style.textContent = textSizes.cssText;
    document.head.append(style);
    try {
      for (const [state, way] of screens) {
        const desk = new ScriptedDesk(deskStates[state as keyof typeof deskStates]);
        const page = await mount(
          html`<div data-mode="kiosk" data-text="normal" style="--kabina-mm: 3px">
            <kabina-desk .desk=${desk}></kabina-desk>
          </div>`,
        );
        const element = page.querySelector('kabina-desk')!;
        await way(element);
        for (const control of everything(element)) {
          const pressable = control.matches('button, .tile, select, input:not([type=radio])');
          if (!pressable || !control.checkVisibility()) continue;
          const { width, height } = control.getBoundingClientRect();
          const least = Math.min(width, height);
          expect(least, `${state} ${control.outerHTML}`).to.be.at.least(12.7 * 3 - 0.5);
        }
      }
    } finally {
      style.remove();
    }
  });

  it('says on every screen that a training election is one', async () => {
    for (const [state, way] of screens.filter(([state]) => state !== 'binding')) {
      const element = await show(new ScriptedDesk(deskStates[state as keyof typeof deskStates]));
      await way(element);
      expect(text(element)).to.include('Тренировочное голосование');
    }
    const binding = await show(new ScriptedDesk(deskStates.binding));
    expect(text(binding)).not.to.include('Тренировочное');
  });

  it('leaves nothing behind, neither on the page nor on its desk', async () => {
    for (const status of Object.values(deskStates)) {
      const desk = new ScriptedDesk(status);
      expect(
        await leftBehind(() => html`<kabina-desk .desk=${desk}></kabina-desk>`, desk),
      ).to.deep.equal([]);
    }
  });
});
