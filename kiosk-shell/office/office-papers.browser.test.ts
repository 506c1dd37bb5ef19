// What comes to the commission and leaves it on paper and on a stick: the delivery note of a batch, and a
// kiosk's queue from a file, which is refused in words when it is no file of this election's kiosk.

import { assert } from 'chai';
import { encodeQueueFile } from '@kabina/booth/queue-file';
import { BoardState } from '@kabina/election/board';
import {
  castBallot,
  decodeEntry,
  encodeEntry,
  type Bodies,
  type EntryOf,
} from '@kabina/election/entries';
import {
  goodStationBoard,
  TestElection,
  withStation,
  type GoodStationBoard,
} from '@kabina/election/testing';
import { leafHash, merkleRoot } from '@kabina/log/merkle';
import { KabinaCardsPrint } from './cards-print.ts';
import { KabinaConfirm } from './kabina-confirm.ts';
import { errorCode, officeErrorText } from './office-errors.ts';
import { KabinaOfficeQueueFile } from './office-stations-queue.ts';
import type { Office } from './office.ts';

customElements.define('kabina-confirm', KabinaConfirm);
customElements.define('kabina-cards-print', KabinaCardsPrint);
customElements.define('kabina-office-queue-file', KabinaOfficeQueueFile);

const settle = () => new Promise((go) => setTimeout(go, 60));
const NO_WORDS = officeErrorText('nothing.like-it');

/** The office with a board; what an act throws is its trouble. */
class FakeOffice extends EventTarget {
  readonly board: BoardState;
  readonly config = { box: `${location.origin}/no-box` };
  readonly held: Bodies['held'][] = [];
  trouble: string | undefined;
  busy: string | undefined;
  readonly commission = {
    countersignHeld: async ({ body }: EntryOf<'held'>) => {
      this.held.push(body);
    },
  };
  constructor(board: BoardState) {
    super();
    this.board = board;
  }
  async act(_name: string, work: () => Promise<unknown>): Promise<boolean> {
    this.trouble = undefined;
    try {
      await work();
    } catch (error) {
      this.trouble = errorCode(error);
    }
    this.dispatchEvent(new Event('change'));
    return this.trouble === undefined;
  }
}

describe('the commission’s papers and sticks', () => {
  let election: TestElection;
  let board: BoardState;
  let good: GoodStationBoard;

  before(async () => {
    election = await TestElection.create('ristretto255-sha512', withStation);
    good = await goodStationBoard(election);
    const { steps } = good;
    board = new BoardState();
    const until = steps.findIndex(({ name }) => name === 'held K1');
    for (const bytes of election.build(steps.slice(0, until)).entries) {
      board.apply(decodeEntry(bytes), leafHash(bytes));
    }
  });
  afterEach(() => {
    document.body.replaceChildren();
  });

  it('the delivery note says what was delivered where, how much, and no secret', async () => {
    const print = new KabinaCardsPrint();
    const secret = { text: 'kabina-card:AAAA', typed: '0000-1111-2222-3333-4444-5555-6666-7777' };
    print.manifest = election.manifest;
    print.station = '101';
    print.batch = { kiosk: 'K2', style: 'town', batch: 7, cards: 250, printed: false };
    print.cards = [secret];
    document.body.append(print);
    await settle();
    const note = print.shadowRoot!.querySelector('.note-sheet')!;
    const facts = [...note.querySelectorAll('dl > *')].map((cell) => cell.textContent.trim());
    assert.deepEqual(facts, [
      ...['Участок', 'Участок № 101', 'Терминал', 'Терминал K2', 'Бюллетени', 'Город'],
      ...['Партия', '7', 'Карточек', '250'],
    ]);
    const text = note.textContent;
    for (const word of ['Накладная', 'ТРЕНИРОВОЧНОЕ', 'Сдал', 'Принял', 'Наблюдатель']) {
      assert.include(text, word);
    }
    assert.notInclude(text, '1111');
    assert.notInclude(text, 'AAAA');
  });

  /** The queue of K1 when it was closed, with its ballots. */
  function fullQueue(): Uint8Array {
    const { number, root, leaves } = good.held.K1;
    const body = { station: '101', kiosk: 'K1', number, root };
    const ballots = good.steps.flatMap(({ entry }) =>
      entry?.type === 'late' && entry.body.kiosk === 'K1' ? [encodeEntry(castBallot(entry)!)] : [],
    );
    const held = encodeEntry(election.sign('held', 'kiosk/K1', body));
    return encodeQueueFile({ held, leaves, ballots, account: [] });
  }

  function queueOf(own: TestElection): Uint8Array {
    const held = own.sign('held', 'kiosk/K1', {
      station: '101',
      kiosk: 'K1',
      number: 0,
      root: merkleRoot([]),
    });
    return encodeQueueFile({ held: encodeEntry(held), leaves: [], ballots: [], account: [] });
  }

  /** A member chooses a file. */
  async function choose(bytes: Uint8Array): Promise<[FakeOffice, KabinaOfficeQueueFile]> {
    const office = new FakeOffice(board);
    const panel = new KabinaOfficeQueueFile();
    panel.office = office as unknown as Office;
    document.body.append(panel);
    await settle();
    const chosen = new DataTransfer();
    chosen.items.add(new File([Uint8Array.from(bytes)], 'kabina-queue-K1.kabina'));
    const input = panel.shadowRoot!.querySelector<HTMLInputElement>('input[type=file]')!;
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));
    await settle();
    return [office, panel];
  }

  it('a file that is none, is cut, or is of other elections is refused in words, and states nothing', async () => {
    const good = queueOf(election);
    const other = await TestElection.create('ristretto255-sha512', (all) => ({
      ...withStation(all),
      pool: 2,
    }));
    for (const [bytes, code] of [
      [new Uint8Array(), 'queue.truncated'],
      [new Uint8Array(500), 'queue.malformed'],
      [good.subarray(0, good.length - 1), 'queue.truncated'],
      [queueOf(other), 'queue.foreign'],
    ] as const) {
      const [office] = await choose(bytes);
      assert.equal(office.trouble, code);
      assert.notEqual(officeErrorText(code), NO_WORDS);
      assert.lengthOf(office.held, 0);
    }
  });

  it('a kiosk of which no desk has spoken is closed by its file only when a member says yes', async () => {
    for (const yes of [false, true]) {
      const [office, panel] = await choose(queueOf(election));
      const confirm = panel.shadowRoot!.querySelector('kabina-confirm')!.shadowRoot!;
      assert.isTrue(confirm.querySelector('dialog')!.open);
      const [no, go] = confirm.querySelectorAll<HTMLButtonElement>('dialog button');
      (yes ? go! : no!).click();
      await settle();
      assert.equal(office.trouble, undefined);
      assert.deepEqual(
        office.held.map(({ kiosk, number }) => [kiosk, number]),
        yes ? [['K1', 0]] : [],
      );
      document.body.replaceChildren();
    }
  });

  it('what the box refuses of a queue is told in words, by kind, with the number', async () => {
    const { fetch } = globalThis;
    const codes = ['late.proof', 'ballots.permit'];
    let asked = 0;
    globalThis.fetch = () => {
      const code = codes[asked % codes.length];
      asked += 1;
      return Promise.resolve(Response.json({ code, message: 'no' }, { status: 422 }));
    };
    try {
      const [office, panel] = await choose(fullQueue());
      const confirm = panel.shadowRoot!.querySelector('kabina-confirm')!.shadowRoot!;
      confirm.querySelectorAll<HTMLButtonElement>('dialog button')[1]!.click();
      await settle();
      assert.equal(office.trouble, undefined);
      assert.isAtLeast(asked, 3);
      const note = panel.shadowRoot!.querySelector('[role=alert]')!;
      const said = [...note.querySelectorAll('li')].map((item) => item.textContent);
      assert.lengthOf(said, codes.length);
      for (const [n, code] of codes.entries()) {
        const number = Math.ceil((asked - n) / codes.length);
        assert.include(said[n], officeErrorText(code));
        assert.include(said[n], `Таких: ${number}.`);
        assert.notEqual(officeErrorText(code), NO_WORDS);
      }
      assert.include(note.textContent, `Урна не приняла: ${asked}.`);
    } finally {
      globalThis.fetch = fetch;
    }
  });
});
