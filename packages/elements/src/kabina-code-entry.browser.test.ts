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
} from './browser-fixture.ts';
import './define/kabina-code-entry.ts';
import type { KabinaCodeEntry } from './kabina-code-entry.ts';

async function accessCode(submit: (code: string) => void): Promise<KabinaCodeEntry> {
  return mount(
    html`<kabina-code-entry
      keypad
      .label=${'Код доступа'}
      .alphabet=${'base32'}
      .groups=${[5, 5]}
      .submit=${submit}
    ></kabina-code-entry>`,
  );
}

function field(entry: Element): HTMLInputElement {
  return deep<HTMLInputElement>(entry, 'input');
}

function key(entry: Element, name: string): HTMLElement {
  const keys = entry.shadowRoot!.querySelectorAll<HTMLElement>('.keypad button');
  return [...keys].find(({ textContent }) => textContent.trim() === name)!;
}

describe('kabina-code-entry', () => {
  afterEach(clear);

  it('takes what a scanner types and Enter sends, in one go', async () => {
    const codes: string[] = [];
    const entry = await accessCode((code) => codes.push(code));
    field(entry).focus();
    await sendKeys({ type: 'abcde-fgh0k' });
    expect(field(entry).value).to.equal('ABCDE-FGH0K');
    await sendKeys({ press: 'Enter' });
    expect(codes).to.deep.equal(['ABCDEFGH0K']);
    expect(field(entry).value).to.equal('');
  });

  it('is typed on the screen, and erased', async () => {
    const codes: string[] = [];
    const entry = await accessCode((code) => codes.push(code));
    for (const symbol of '7Z7Z7Q7Z7Z7') key(entry, symbol).click();
    expect(field(entry).value).to.equal('7Z7Z7-Q7Z7Z');
    key(entry, 'Стереть').click();
    expect(field(entry).value).to.equal('7Z7Z7-Q7Z7');
    key(entry, 'A').click();
    deep(entry, '[type=submit]').click();
    expect(codes).to.deep.equal(['7Z7Z7Q7Z7A']);
  });

  it('moves between its keys with arrows', async () => {
    const entry = await accessCode(() => undefined);
    key(entry, '0').focus();
    await sendKeys({ press: 'ArrowRight' });
    expect(focused()?.textContent.trim()).to.equal('1');
    await sendKeys({ press: 'ArrowLeft' });
    await sendKeys({ press: 'ArrowLeft' });
    expect(focused()?.textContent.trim()).to.equal('Стереть');
  });

  it('takes a scanned code wherever the focus is, and nothing that is none', async () => {
    const codes: string[] = [];
    const entry = await accessCode((code) => codes.push(code));
    (document.activeElement as HTMLElement | null)?.blur();
    field(entry).value = 'ABC';
    expect(entry.take('7Z7Z7-Q7Z7A')).to.equal(true);
    expect(codes).to.deep.equal(['7Z7Z7Q7Z7A']);
    expect(field(entry).value).to.equal('');
    // Another length, another alphabet, and an address that has ten good letters among others.
    for (const other of ['7Z7Z7-Q7Z7', '7Z7Z7-Q7Z7A-7', '', 'https://7Z7Z7-Q7Z7A', 'ЖЖЖЖЖ-ЖЖЖЖЖ']) {
      expect(entry.take(other), other).to.equal(false);
    }
    entry.busy = true;
    expect(entry.take('7Z7Z7-Q7Z7A')).to.equal(false);
    expect(codes.length).to.equal(1);
  });

  it('hands a scanned card over as it was read, and a typed one without its hyphens', async () => {
    const scan = 'kabina-card:AbC-_9xYz';
    const codes: string[] = [];
    const entry = await mount<KabinaCodeEntry>(
      html`<kabina-code-entry
        .label=${'Карточка'}
        .alphabet=${'base32'}
        .groups=${[4, 4]}
        .scanned=${'kabina-card:'}
        .submit=${(code: string) => codes.push(code)}
      ></kabina-code-entry>`,
    );
    expect(entry.take(scan)).to.equal(true);
    // A scanner that types, into the field itself.
    field(entry).focus();
    await sendKeys({ type: scan });
    expect(field(entry).value).to.equal(scan);
    await sendKeys({ press: 'Enter' });
    await sendKeys({ type: 'kabc 12de' });
    expect(field(entry).value).to.equal('KABC-12DE');
    await sendKeys({ press: 'Enter' });
    expect(codes).to.deep.equal([scan, scan, 'KABC12DE']);
    expect(entry.take('kabina-held:AbC')).to.equal(false);
    entry.busy = true;
    expect(entry.take(scan)).to.equal(false);
    expect(field(entry).value).to.equal('');
  });

  it('says in words that a code is incomplete, and sends nothing', async () => {
    const codes: string[] = [];
    const entry = await accessCode((code) => codes.push(code));
    for (const [typed, answer] of [
      ['', 'Введите код.'],
      ['ABC', 'Код введён не полностью.'],
    ] as const) {
      field(entry).value = typed;
      deep(entry, '[type=submit]').click();
      await settle(entry);
      expect(deep(entry, '[role=alert]').textContent.trim()).to.equal(answer);
      expect(field(entry).getAttribute('aria-invalid')).to.equal('true');
      expect(focused()).to.equal(field(entry));
    }
    expect(codes).to.deep.equal([]);
  });

  it('lets no code out but to submit: not in events, attributes or the tree it leaves', async () => {
    const canary = 'K4N4RE1K4Z';
    const seen: string[] = [];
    const { dispatchEvent } = EventTarget.prototype;
    EventTarget.prototype.dispatchEvent = function (this: EventTarget, event) {
      seen.push(JSON.stringify((event as CustomEvent).detail ?? null));
      return dispatchEvent.call(this, event);
    };
    let got = '';
    try {
      const entry = await accessCode((code) => (got = code));
      for (const symbol of canary) key(entry, symbol).click();
      seen.push(entry.outerHTML, entry.shadowRoot!.innerHTML);
      deep(entry, '[type=submit]').click();
      seen.push(entry.shadowRoot!.innerHTML, field(entry).value);
      for (const symbol of canary) key(entry, symbol).click();
      clear();
      seen.push(field(entry).value);
    } finally {
      EventTarget.prototype.dispatchEvent = dispatchEvent;
    }
    expect(got).to.equal(canary);
    expect(seen.join('\n').replaceAll('-', '')).not.to.include(canary);
  });

  it('reads as a field with its keys', async () => {
    const entry = await mount(
      html`<kabina-code-entry
        keypad
        .label=${'Код из сообщения'}
        .groups=${[6]}
      ></kabina-code-entry>`,
    );
    expect(ariaSnapshot(entry)).to.deep.equal([
      'textbox Код из сообщения',
      'alert',
      'group Клавиши',
      ...['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', 'Стереть'].map(
        (name) => `button ${name}`,
      ),
      'button Дальше',
    ]);
    expect(await axeProblems(entry)).to.deep.equal([]);
  });

  it('leaves nothing behind', async () => {
    expect(
      await leftBehind(() => html`<kabina-code-entry keypad .label=${'Код'}></kabina-code-entry>`),
    ).to.deep.equal([]);
  });
});
