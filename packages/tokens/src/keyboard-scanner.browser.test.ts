/** The keyboard scanner in a real browser: real keys from the browser's input, times as they are. */
import { expect } from 'chai';
import { sendKeys } from '@web/test-runner-commands';
import { keyboardScanner, type KeyboardScannerOptions } from './keyboard-scanner.ts';
import type { Scanner } from './scanner.ts';

/** Keys that the browser types on this machine are all of one burst, and one pause ends it. */
const SLOW_MACHINE = 400;
const pause = (time: number) => new Promise((go) => setTimeout(go, time));

/** Where a character lies on a US keyboard, and whether Shift is held. */
function place(character: string): { code: string; shiftKey: boolean } {
  const places: Record<string, string> = { ':': 'Semicolon', '-': 'Minus', '/': 'Slash' };
  const code = /[a-z]/i.test(character)
    ? `Key${character.toUpperCase()}`
    : (places[character] ?? `Digit${character}`);
  return { code, shiftKey: /[A-Z:]/.test(character) };
}

describe('keyboardScanner', () => {
  let field: HTMLInputElement;
  let codes: string[];
  let scanner: Scanner;
  let heard: string[];

  const listen = async (options: Partial<KeyboardScannerOptions> = {}) => {
    scanner = keyboardScanner(window, { take: (text) => codes.push(text) > 0, ...options });
    await scanner.open();
  };
  /** A scanner under any layout: places of a US keyboard, letters of the layout, times as given. */
  const burst = (
    text: string,
    letter: (character: string) => string,
    init: KeyboardEventInit = {},
  ) => {
    for (const character of text) {
      const at = place(character);
      const key = letter(character);
      const target = document.activeElement ?? document.body;
      const options = { ...at, key, bubbles: true, composed: true, cancelable: true, ...init };
      if (target.dispatchEvent(new KeyboardEvent('keydown', options))) field.value += key;
    }
  };
  const enter = () => {
    const target = document.activeElement ?? document.body;
    const options = { code: 'Enter', key: 'Enter', bubbles: true, cancelable: true };
    return target.dispatchEvent(new KeyboardEvent('keydown', options));
  };

  beforeEach(() => {
    codes = [];
    heard = [];
    field = document.createElement('input');
    document.body.append(field);
    field.addEventListener('keydown', ({ key }) => heard.push(key));
  });
  afterEach(async () => {
    await scanner.close();
    field.remove();
    for (const button of document.querySelectorAll('button')) button.remove();
  });

  it('reads a code wherever the focus is, and presses no button', async () => {
    await listen({ longestGap: SLOW_MACHINE });
    let presses = 0;
    const button = document.createElement('button');
    button.addEventListener('click', () => (presses += 1));
    document.body.append(button);
    for (const element of [document.body, button, field]) {
      (document.activeElement as HTMLElement).blur();
      element.focus();
      await sendKeys({ type: 'kabina-receipt' });
      await sendKeys({ down: 'Shift' });
      await sendKeys({ press: 'Semicolon' });
      await sendKeys({ press: 'KeyA' });
      await sendKeys({ up: 'Shift' });
      await sendKeys({ type: '9/z' });
      await sendKeys({ press: 'Enter' });
    }
    expect(codes).to.deep.equal(new Array(3).fill('kabina-receipt:A9/z'));
    expect(presses).to.equal(0);
    expect(field.value, 'only the keys before it was sure').to.equal('kabin');
    expect(heard.filter((key) => key !== 'Shift')).to.deep.equal([...'kabin']);
  });

  it('leaves a person’s typing alone, Enter too', async () => {
    await listen();
    let submitted = 0;
    const form = document.createElement('form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      submitted += 1;
    });
    form.append(field);
    document.body.append(form);
    field.focus();
    for (const character of '12345678') {
      await sendKeys({ press: character });
      await pause(60);
    }
    await sendKeys({ press: 'Enter' });
    expect(field.value).to.equal('12345678');
    expect([submitted, codes.length]).to.deep.equal([1, 0]);
    form.remove();
  });

  it('reads US places under a Cyrillic layout', async () => {
    await listen();
    const cyrillic: Record<string, string> = {
      k: 'л',
      a: 'ф',
      b: 'и',
      i: 'ш',
      n: 'т',
      ':': 'Ж',
      '/': '.',
    };
    burst('kabina:Ab/12-3', (character) => cyrillic[character] ?? character.toUpperCase());
    enter();
    expect(codes).to.deep.equal(['kabina:Ab/12-3']);
  });

  it('reads places with Caps Lock on', async () => {
    await listen();
    const swap = (one: string) =>
      one === one.toUpperCase() ? one.toLowerCase() : one.toUpperCase();
    burst('ABCDE-fghjk', swap);
    enter();
    expect(codes).to.deep.equal(['ABCDE-fghjk']);
  });

  it('gives back what it held when no Enter comes', async () => {
    await listen({ longestGap: SLOW_MACHINE });
    field.focus();
    field.value = '[]';
    field.setSelectionRange(1, 1);
    let inputs = 0;
    field.addEventListener('input', () => (inputs += 1));
    await sendKeys({ type: 'dictated words' });
    expect(field.value).to.equal('[dicta]');
    await pause(SLOW_MACHINE + 250);
    expect(field.value).to.equal('[dictated words]');
    expect([inputs, codes.length]).to.deep.equal([6, 0]);
    await sendKeys({ type: 'more and more' });
    await sendKeys({ press: 'ArrowLeft' });
    expect(field.value, 'another key ends it at once').to.equal('[dictated wordsmore and more]');
  });

  it('takes no short code, key held down, command or composition for a scanner', async () => {
    await listen();
    burst('12345', (character) => character);
    expect(enter(), 'Enter is the page’s').to.equal(true);
    const letters = (character: string) => character;
    for (const init of [
      { repeat: true },
      { ctrlKey: true },
      { altKey: true },
      { isComposing: true },
    ]) {
      burst('aaaaaaaaaa', letters, init);
      expect(enter()).to.equal(true);
    }
    expect(codes).to.deep.equal([]);
  });

  it('leaves a code of no use to the field, as if nobody listened, but presses no button', async () => {
    await listen({ prefixes: ['kabina-'], longest: 20 });
    for (const text of ['https://a-b', 'kabina-123456789012345']) {
      (document.activeElement as HTMLElement).blur();
      burst(text, (character) => character);
      expect(enter(), 'no field has the focus').to.equal(false);
      field.focus();
      field.value = '';
      burst(text, (character) => character);
      expect(enter()).to.equal(true);
      expect(field.value).to.equal(text);
    }
    burst('kabina-1234', (character) => character);
    expect(enter()).to.equal(false);
    expect(codes).to.deep.equal(['kabina-1234']);
  });

  it('is deaf once it is closed', async () => {
    await listen();
    await scanner.close();
    burst('kabina-1234', (character) => character);
    expect(enter()).to.equal(true);
    expect(codes).to.deep.equal([]);
  });
});
