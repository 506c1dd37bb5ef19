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
import './define/kabina-ballot.ts';
import type { KabinaBallot } from './kabina-ballot.ts';
import type { KabinaOption } from './kabina-option.ts';
import { MarkedPaper } from './marked-paper.ts';
import { candidates, long, projects, question } from './testing.ts';

function options(ballot: KabinaBallot): KabinaOption[] {
  return [...ballot.renderRoot.querySelectorAll<KabinaOption>('kabina-option')];
}

async function click(ballot: KabinaBallot, index: number): Promise<void> {
  deep(options(ballot)[index]!, 'input').click();
  await settle(ballot);
}

function status(ballot: KabinaBallot): string {
  return deep(ballot, '[role=status]').textContent.trim();
}

function checked(ballot: KabinaBallot): number[] {
  return options(ballot).flatMap((option, index) =>
    deep<HTMLInputElement>(option, 'input').checked ? [index] : [],
  );
}

describe('kabina-ballot', () => {
  afterEach(clear);

  it('moves the one mark, and a second press takes it away', async () => {
    const paper = new MarkedPaper(question);
    const ballot = await mount<KabinaBallot>(html`<kabina-ballot .paper=${paper}></kabina-ballot>`);
    await click(ballot, 0);
    expect(checked(ballot)).to.deep.equal([0]);
    await click(ballot, 1);
    expect(checked(ballot)).to.deep.equal([1]);
    await click(ballot, 1);
    expect(checked(ballot)).to.deep.equal([]);
    expect(paper.blank).to.equal(true);
  });

  it('refuses one mark too many, in words, and keeps the others', async () => {
    const paper = new MarkedPaper(projects);
    const ballot = await mount<KabinaBallot>(html`<kabina-ballot .paper=${paper}></kabina-ballot>`);
    for (const index of [0, 1, 2]) await click(ballot, index);
    expect(status(ballot)).to.equal('Отмечено: 3 из 3. Больше отмечать нельзя.');
    await click(ballot, 5);
    expect(checked(ballot)).to.deep.equal([0, 1, 2]);
    expect(status(ballot)).to.match(/^Уже отмечено 3 из 3\./);
    await click(ballot, 1);
    expect(status(ballot)).to.equal('Отмечено: 2 из 3. Можно отметить ещё: 1.');
  });

  it('does not mark a candidate who has been withdrawn', async () => {
    const paper = new MarkedPaper(candidates, ['c3']);
    const ballot = await mount<KabinaBallot>(html`<kabina-ballot .paper=${paper}></kabina-ballot>`);
    await click(ballot, 2);
    expect(checked(ballot)).to.deep.equal([]);
    expect(status(ballot)).to.equal('Этот кандидат снят, отметить его нельзя.');
  });

  it('goes on only with a complete paper, and a blank one where it is allowed', async () => {
    for (const [contest, goesOn] of [
      [question, false],
      [projects, true],
    ] as const) {
      const paper = new MarkedPaper(contest);
      let reviewed = false;
      const ballot = await mount<KabinaBallot>(
        html`<kabina-ballot
          .paper=${paper}
          @kabina-review=${() => (reviewed = true)}
        ></kabina-ballot>`,
      );
      deep(ballot, '.button.primary').click();
      expect(reviewed).to.equal(goesOn);
    }
  });

  it('is marked with Tab and Space, or Tab and Enter: every option is a stop', async () => {
    const paper = new MarkedPaper(question);
    await mount(html`<kabina-ballot .paper=${paper}></kabina-ballot>`);
    const inputs: (Element | null)[] = [];
    for (let i = 0; i < 2; i++) {
      await sendKeys({ press: 'Tab' });
      inputs.push(focused());
    }
    expect(inputs.every((input) => input?.matches('input[type=radio]'))).to.equal(true);
    expect(new Set(inputs).size).to.equal(2);
    await sendKeys({ press: 'Space' });
    expect(paper.isMarked(1)).to.equal(true);
    await sendKeys({ press: 'Enter' });
    expect(paper.isMarked(1)).to.equal(false);
    await sendKeys({ press: 'Tab' });
    expect(focused()?.textContent.trim()).to.equal('Дальше');
  });

  it('moves between options with arrows, Home and End, without marking', async () => {
    const paper = new MarkedPaper(candidates);
    const ballot = await mount<KabinaBallot>(html`<kabina-ballot .paper=${paper}></kabina-ballot>`);
    const at = () => options(ballot).indexOf(ballot.shadowRoot!.activeElement as KabinaOption);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'ArrowDown' });
    expect(at()).to.equal(1);
    await sendKeys({ press: 'End' });
    expect(at()).to.equal(11);
    await sendKeys({ press: 'ArrowDown' });
    expect(at()).to.equal(0);
    await sendKeys({ press: 'ArrowUp' });
    expect(at()).to.equal(11);
    await sendKeys({ press: 'Home' });
    expect(at()).to.equal(0);
    expect(paper.blank).to.equal(true);
  });

  it('scrolls sixty options by its buttons on a kiosk', async () => {
    const frame = await mount(
      html`<div style="block-size: 600px">
        <kabina-ballot kiosk .paper=${new MarkedPaper(long)}></kabina-ballot>
      </div>`,
    );
    const scroller = deep(frame.querySelector('kabina-ballot')!, 'kabina-scroller');
    await new Promise(requestAnimationFrame);
    await settle(scroller);
    const up = deep(scroller, '[part=up]');
    const content = deep(scroller, '.content');
    expect(deep(scroller, '.bar').hidden).to.equal(false);
    expect(up.getAttribute('aria-disabled')).to.equal('true');
    const scrolled = new Promise((resolve) =>
      content.addEventListener('scrollend', resolve, { once: true }),
    );
    deep(scroller, '[part=down]').click();
    await scrolled;
    await settle(scroller);
    expect(content.scrollTop).to.be.greaterThan(200);
    expect(up.getAttribute('aria-disabled')).to.equal('false');
  });

  it('reads as a group of options with their place and their limits', async () => {
    const paper = new MarkedPaper(question);
    paper.toggle(1);
    const ballot = await mount(html`<kabina-ballot .paper=${paper}></kabina-ballot>`);
    expect(ariaSnapshot(ballot)).to.deep.equal([
      `heading ${question.title.ru}`,
      'text Отметьте один вариант.',
      `radiogroup ${question.title.ru}`,
      'radio Да',
      'radio Нет ✓',
      'status',
      'text Отметка поставлена',
      'button Дальше',
      'button К списку бюллетеней',
    ]);
  });

  it('passes axe with marks, a withdrawn candidate and sixty options', async () => {
    for (const paper of [
      new MarkedPaper(candidates, ['c3']),
      new MarkedPaper(projects),
      new MarkedPaper(long),
    ]) {
      paper.toggle(0);
      const ballot = await mount(html`<kabina-ballot .paper=${paper}></kabina-ballot>`);
      expect(await axeProblems(ballot)).to.deep.equal([]);
    }
  });

  it('leaves nothing behind', async () => {
    const paper = new MarkedPaper(candidates);
    expect(
      await leftBehind(() => html`<kabina-ballot kiosk .paper=${paper}></kabina-ballot>`),
    ).to.deep.equal([]);
  });
});
