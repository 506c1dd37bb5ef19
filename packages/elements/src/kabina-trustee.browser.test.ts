import { expect } from 'chai';
import { html } from 'lit';
import {
  ariaSnapshot,
  axeProblems,
  clear,
  deep,
  leftBehind,
  mount,
  settle,
  text,
} from './browser-fixture.ts';
import './define/kabina-trustee.ts';
import type { KabinaTrustee } from './kabina-trustee.ts';
import { seat } from './testing.ts';
import type { SeatState, TrusteeSeat } from './trustee-seat.ts';

const states: readonly SeatState[] = [
  { at: 'locked', fresh: true, busy: false, wrong: false },
  { at: 'locked', fresh: false, busy: false, wrong: true },
  { at: 'locked', fresh: true, busy: false, wrong: false, guard: 'either' },
  { at: 'locked', fresh: false, busy: false, wrong: false, guard: 'token' },
  { at: 'working', stage: 'commit' },
  { at: 'working', stage: 'check', waitingFor: 'answers' },
  { at: 'asked', ballots: 2431, contests: 3 },
  { at: 'decrypting', done: 1, contests: 3 },
  { at: 'done' },
  { at: 'failed', code: 'board.witnesses', retry: true },
];

async function show(trustee: TrusteeSeat): Promise<KabinaTrustee> {
  return mount<KabinaTrustee>(html`<kabina-trustee .trustee=${trustee}></kabina-trustee>`);
}

describe('kabina-trustee', () => {
  afterEach(clear);

  it('passes axe and says training in every state', async () => {
    for (const state of states) {
      const element = await show(seat(state));
      expect((await axeProblems(element)).join('\n'), state.at).to.equal('');
      expect(text(element)).to.include('Тренировочное голосование');
    }
  });

  it('takes a new passphrase twice, long enough, and gives it to the seat alone', async () => {
    const given: string[] = [];
    const trustee = seat({ at: 'locked', fresh: true, busy: false, wrong: false });
    trustee.unlock = (phrase) => Promise.resolve(void given.push(phrase));
    const element = await show(trustee);
    const enter = async (phrase: string, again: string): Promise<string> => {
      deep<HTMLInputElement>(element, '#passphrase').value = phrase;
      deep<HTMLInputElement>(element, '#again').value = again;
      deep(element, '[type=submit]').click();
      await settle(element);
      return deep(element, '[role=alert]').textContent.trim();
    };
    expect(await enter('short', 'short')).to.include('не короче 12');
    expect(await enter('correct horse battery', 'correct horse')).to.equal('Фразы не совпадают.');
    expect(given).to.deep.equal([]);
    expect(await enter('correct horse battery', 'correct horse battery')).to.equal('');
    expect(given).to.deep.equal(['correct horse battery']);
    expect(deep<HTMLInputElement>(element, '#passphrase').value).to.equal('');
    expect(deep<HTMLInputElement>(element, '#again').value).to.equal('');
    expect(element.shadowRoot!.innerHTML).not.to.include('correct horse');
  });

  it('offers a token only where the holder may choose, and a way back', async () => {
    const locked = { at: 'locked', fresh: true, busy: false, wrong: false } as const;
    for (const guard of [undefined, 'passphrase'] as const) {
      const element = await show(seat(guard === undefined ? locked : { ...locked, guard }));
      expect(element.shadowRoot!.querySelector('#use-token') === null).to.equal(true);
      expect(element.shadowRoot!.querySelector('kabina-token') === null).to.equal(true);
    }
    const trustee = seat({ ...locked, guard: 'either' });
    const told: string[] = [];
    trustee.useToken = () => void told.push('token');
    trustee.unlock = () => Promise.resolve(void told.push('passphrase'));
    const element = await show(trustee);
    deep(element, '#use-token').click();
    await settle(element);
    expect(told).to.deep.equal(['token']);
    expect(deep(element, 'kabina-token').shadowRoot!.textContent).to.include('Доля ключа');
    expect(element.shadowRoot!.querySelector('#passphrase') === null).to.equal(true);
    deep(element, '.button.quiet').click();
    await settle(element);
    expect(element.shadowRoot!.querySelector('kabina-token') === null).to.equal(true);
    expect(deep(element, '#passphrase').localName).to.equal('input');
  });

  it('asks for the token alone when the share is under one', async () => {
    const element = await show(
      seat({ at: 'locked', fresh: false, busy: false, wrong: false, guard: 'token' }),
    );
    expect(element.shadowRoot!.querySelectorAll('input, button')).to.have.length(0);
    expect(deep(element, 'kabina-token', 'h2').textContent).to.include('Вставьте свой токен');
  });

  it('follows its seat, and shows where the ceremony stands', async () => {
    const trustee = seat({ at: 'working', stage: 'reveal', waitingFor: 'reveals' });
    const element = await show(trustee);
    expect(deep(element, '[aria-current=step] .name').textContent.trim()).to.equal('Раскрытие');
    Object.assign(trustee, { state: { at: 'asked', ballots: 5, contests: 1 } });
    trustee.dispatchEvent(new Event('change'));
    await settle(element);
    expect(ariaSnapshot(element)).to.include('button Расшифровать итоги');
  });

  it('decrypts only on the press of its button', async () => {
    let asked = 0;
    const trustee = seat({ at: 'asked', ballots: 5, contests: 1 });
    trustee.decrypt = () => Promise.resolve(void (asked += 1));
    const element = await show(trustee);
    expect(asked).to.equal(0);
    deep(element, '.button.primary').click();
    expect(asked).to.equal(1);
  });

  it('leaves nothing behind, neither on the page nor on its seat', async () => {
    for (const state of states) {
      const trustee = seat(state);
      expect(
        await leftBehind(
          () => html`<kabina-trustee .trustee=${trustee}></kabina-trustee>`,
          trustee,
        ),
      ).to.deep.equal([]);
    }
  });
});
