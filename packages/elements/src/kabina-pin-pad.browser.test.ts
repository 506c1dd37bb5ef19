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
import './define/kabina-pin-pad.ts';
import type { KabinaPinPad } from './kabina-pin-pad.ts';
import { digits, letters } from './testing-token.ts';

/** A pad, and the PINs that it has given, as text; the bytes are kept to see that they are alone. */
async function pad(
  pinForm: typeof digits | typeof letters,
): Promise<{ readonly element: KabinaPinPad; readonly given: string[] }> {
  const given: string[] = [];
  const submit = (pin: Uint8Array) => {
    given.push(new TextDecoder().decode(pin));
    pin.fill(0);
  };
  const element = await mount<KabinaPinPad>(
    html`<kabina-pin-pad .pinForm=${pinForm} .submit=${submit}></kabina-pin-pad>`,
  );
  return { element, given };
}

function key(element: Element, name: string): HTMLElement {
  const keys = element.shadowRoot!.querySelectorAll<HTMLElement>('.keypad button');
  return [...keys].find(({ textContent }) => textContent.trim() === name)!;
}

async function press(element: Element, pin: string): Promise<void> {
  for (const digit of pin) key(element, digit).click();
  await settle(element);
}

const dots = (element: Element) => deep(element, '.dots [aria-hidden]').textContent;
const spoken = (element: Element) => deep(element, '[role=status]').innerText.trim();
const error = (element: Element) => deep(element, '[role=alert]').textContent.trim();
const send = (element: Element) => deep(element, '.primary').click();

/** Runs the minute's end of every timer that `work` sets, at once when `end` is called. */
async function withClock(work: (end: () => void) => Promise<void>): Promise<void> {
  const { setTimeout: begin, clearTimeout: stop } = window;
  const minutes = new Map<number, () => void>();
  let last = 1_000_000;
  window.setTimeout = ((handler: () => void, delay?: number) => {
    if (delay !== 60_000) return begin(handler, delay);
    minutes.set(++last, handler);
    return last;
  }) as typeof begin;
  window.clearTimeout = ((id: number) => {
    if (!minutes.delete(id)) stop(id);
  }) as typeof stop;
  try {
    await work(() => {
      for (const handler of minutes.values()) handler();
      minutes.clear();
    });
    expect(minutes.size).to.equal(0);
  } finally {
    window.setTimeout = begin;
    window.clearTimeout = stop;
  }
}

describe('kabina-pin-pad', () => {
  afterEach(clear);

  it('takes a PIN by its keys, as dots, and gives it once', async () => {
    const { element, given } = await pad(digits);
    await press(element, '1234567');
    key(element, 'Стереть').click();
    await settle(element);
    expect(dots(element)).to.equal('●●●●●●');
    send(element);
    await settle(element);
    expect(given).to.deep.equal(['123456']);
    expect(dots(element)).to.equal('');
    send(element);
    await settle(element);
    expect(given).to.have.length(1);
    expect(error(element)).to.equal('Введите ПИН.');
  });

  it('takes a keyboard, whose keys stay inside', async () => {
    const { element, given } = await pad(digits);
    const heard: string[] = [];
    const listen = ({ key }: KeyboardEvent) => heard.push(key);
    document.addEventListener('keydown', listen);
    try {
      key(element, '1').focus();
      await sendKeys({ type: '86420' });
      await sendKeys({ press: 'Backspace' });
      await sendKeys({ type: '97' });
      await sendKeys({ press: 'ArrowRight' });
      expect(focused()?.textContent.trim()).to.equal('2');
      await sendKeys({ press: 'ArrowDown' });
      expect(focused()?.textContent.trim()).to.equal('5');
      deep(element, '.primary').focus();
      await sendKeys({ press: 'Enter' });
    } finally {
      document.removeEventListener('keydown', listen);
    }
    expect(given).to.deep.equal(['864297']);
    expect(heard).to.deep.equal(['Enter']);
  });

  it('refuses a wrong length by itself, so that no try is lost, and keeps what is there', async () => {
    const { element, given } = await pad(digits);
    await press(element, '12345');
    send(element);
    await settle(element);
    expect(error(element)).to.include('Попытка не потрачена');
    await press(element, '678');
    expect(error(element)).to.equal('');
    await press(element, '9');
    expect(error(element)).to.include('не больше 8');
    send(element);
    expect(given).to.deep.equal(['12345678']);
  });

  it('speaks how many were typed and never which', async () => {
    const { element } = await pad(digits);
    await press(element, '7391');
    expect(spoken(element)).to.include('Введено знаков: 4');
    expect(ariaSnapshot(element).slice(0, 4)).to.deep.equal([
      'group ПИН',
      'text Цифр: от 6 до 8.',
      'status',
      'text Введено знаков: 4',
    ]);
    expect(await axeProblems(element)).to.deep.equal([]);
  });

  it('takes letters in a field that never shows them, and counts them as the card does', async () => {
    const { element, given } = await pad(letters);
    const field = deep<HTMLInputElement>(element, 'input');
    expect(field.type).to.equal('password');
    expect(await axeProblems(element)).to.deep.equal([]);
    field.focus();
    await sendKeys({ type: 'Ключ' });
    key(element, '7').click();
    expect(field.value).to.equal('Ключ7');
    field.focus();
    await sendKeys({ press: 'Enter' });
    expect(given).to.deep.equal(['Ключ7']);
    expect(field.value).to.equal('');
    // Twenty letters of two bytes each are more than the card's thirty-two.
    field.value = 'ф'.repeat(20);
    send(element);
    await settle(element);
    expect(given).to.have.length(1);
    expect(error(element)).to.include('не той длины');
  });

  it('wipes after a minute without a touch, and says so', async () => {
    for (const form of [digits, letters]) {
      await withClock(async (end) => {
        const { element, given } = await pad(form);
        await press(element, '123456');
        await press(element, '7');
        end();
        await settle(element);
        expect(error(element)).to.include('ПИН стёрт');
        send(element);
        expect(given).to.deep.equal([]);
      });
    }
  });

  it('lets no PIN out but to submit: not in events, attributes, messages or the tree', async () => {
    const canary = '90817263';
    for (const form of [digits, letters]) {
      const seen: string[] = [];
      const { dispatchEvent } = EventTarget.prototype;
      const { log, warn, error: fault } = console;
      const tell = (...words: unknown[]) => void seen.push(words.join(' '));
      EventTarget.prototype.dispatchEvent = function (this: EventTarget, event) {
        seen.push(event.type, JSON.stringify((event as CustomEvent).detail ?? null));
        return dispatchEvent.call(this, event);
      };
      Object.assign(console, { log: tell, warn: tell, error: tell });
      try {
        const { element, given } = await pad(form);
        await press(element, canary);
        seen.push(document.documentElement.outerHTML, element.shadowRoot!.innerHTML);
        seen.push(text(element));
        send(element);
        await settle(element);
        expect(given).to.deep.equal([canary]);
        await press(element, canary);
        clear();
        seen.push(element.shadowRoot!.innerHTML);
        const field = element.shadowRoot!.querySelector('input');
        seen.push(field?.value ?? '');
        // Put back on the page, it has nothing left.
        await mount(html`${element}`);
        send(element);
        await settle(element);
        expect(given).to.have.length(1);
      } finally {
        EventTarget.prototype.dispatchEvent = dispatchEvent;
        Object.assign(console, { log, warn, error: fault });
      }
      // The keys hold each digit once, in their order: the PIN is in another.
      expect(seen.join('\n')).not.to.include(canary);
    }
  });

  it('leaves nothing behind', async () => {
    expect(await leftBehind(() => html`<kabina-pin-pad></kabina-pin-pad>`)).to.deep.equal([]);
  });
});
