// The stations' panel as the commission sees it: cards are printed, counted and only then erased, and
// nothing of them stays on the page; a misheard statement is told by its group.

import { assert } from 'chai';
import '@kabina/elements/kabina-qr';
import '@kabina/elements/kabina-station-balance';
import { BoardState } from '@kabina/election/board';
import { decodeEntry, type Bodies } from '@kabina/election/entries';
import {
  goodStationBoard,
  TestElection,
  withStation,
  type GoodStationBoard,
} from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import { dictated } from '../desk/dictation.ts';
import { KabinaCardsPrint } from './cards-print.ts';
import { KabinaConfirm } from './kabina-confirm.ts';
import { KabinaOfficeKioskTrouble } from './office-stations-kiosk.ts';
import { KabinaOfficeQueueFile } from './office-stations-queue.ts';
import { KabinaOfficeStations } from './office-stations.ts';
import { KabinaOfficeToken } from './office-token.ts';
import type { Office } from './office.ts';

for (const [tag, element] of Object.entries({
  'kabina-confirm': KabinaConfirm,
  'kabina-cards-print': KabinaCardsPrint,
  'kabina-office-kiosk-trouble': KabinaOfficeKioskTrouble,
  'kabina-office-queue-file': KabinaOfficeQueueFile,
  'kabina-office-token': KabinaOfficeToken,
  'kabina-office-stations': KabinaOfficeStations,
})) {
  customElements.define(tag, element);
}

const SECRET = { text: 'kabina-card:AAAA', typed: '0000-1111-2222-3333-4444-5555-6666-7777' };

/** The office with a board and without keys. */
class FakeOffice extends EventTarget {
  board: BoardState;
  busy: string | undefined;
  readonly calls: string[] = [];
  readonly held: Bodies['held'][] = [];
  printed = false;
  readonly cards = {
    batches: async () => [
      { kiosk: 'K1', style: 'town', batch: 1, cards: 2, printed: this.printed },
    ],
    secrets: async () => [SECRET, { ...SECRET, typed: SECRET.typed.replace('0000', 'ZZZZ') }],
    erase: async () => {
      this.calls.push('erase');
      this.printed = true;
    },
  };
  readonly commission = {
    stateHeld: async (body: Bodies['held']) => {
      this.held.push(body);
    },
  };
  constructor(board: BoardState) {
    super();
    this.board = board;
  }
  async act(_name: string, work: () => Promise<unknown>): Promise<boolean> {
    await work();
    this.dispatchEvent(new Event('change'));
    return true;
  }
}

/** Everything that can be read on the page, through all shadow roots. */
function textOf(root: ParentNode): string {
  let text = root.textContent ?? '';
  for (const element of root.querySelectorAll('*')) {
    if (element.shadowRoot !== null) text += textOf(element.shadowRoot);
  }
  return text;
}

function find<T extends Element>(root: ParentNode, selector: string): T {
  const here = root.querySelector<T>(selector);
  if (here !== null) return here;
  for (const element of root.querySelectorAll('*')) {
    if (element.shadowRoot === null) continue;
    try {
      return find<T>(element.shadowRoot, selector);
    } catch {
      continue;
    }
  }
  throw new Error(`no ${selector}`);
}

const button = (root: ParentNode, label: string): HTMLButtonElement => {
  const all = (from: ParentNode): HTMLButtonElement[] => [
    ...from.querySelectorAll('button'),
    ...[...from.querySelectorAll('*')].flatMap((element) =>
      element.shadowRoot === null ? [] : all(element.shadowRoot),
    ),
  ];
  const found = all(root).find((one) => one.textContent?.trim() === label);
  assert.isDefined(found, label);
  return found!;
};

const settle = () => new Promise((go) => setTimeout(go, 60));

describe('the stations’ panel of the office', () => {
  let election: TestElection;
  let good: GoodStationBoard;
  let panel: KabinaOfficeStations;
  let office: FakeOffice;

  before(async () => {
    election = await TestElection.create('ristretto255-sha512', withStation);
    good = await goodStationBoard(election);
  });

  function boardUntil(name: string): BoardState {
    const state = new BoardState();
    const steps = good.steps.slice(
      0,
      good.steps.findIndex((step) => step.name === name),
    );
    for (const bytes of election.build(steps).entries) {
      state.apply(decodeEntry(bytes), leafHash(bytes));
    }
    return state;
  }

  async function show(name: string): Promise<void> {
    office = new FakeOffice(boardUntil(name));
    panel = new KabinaOfficeStations();
    panel.office = office as unknown as Office;
    document.body.append(panel);
    await settle();
  }

  afterEach(() => {
    panel.remove();
  });

  it('prints a batch, and erases its secrets only when all cards were counted', async () => {
    await show('held K1');
    button(panel.shadowRoot!, 'Показать партии').click();
    await settle();
    button(panel.shadowRoot!, 'Печатать').click();
    await settle();
    const shown = textOf(panel.shadowRoot!);
    assert.include(shown, '0000 1111 2222 3333');
    assert.include(shown, 'ТРЕНИРОВКА');
    assert.include(shown, 'Терминал K1');
    const form = find<HTMLFormElement>(panel.shadowRoot!, 'form');
    const counted = find<HTMLInputElement>(panel.shadowRoot!, '#counted');
    counted.value = '1';
    form.requestSubmit();
    await settle();
    assert.deepEqual(office.calls, []);
    assert.include(textOf(panel.shadowRoot!), 'Ничего не стёрто');
    counted.value = '2';
    form.requestSubmit();
    await settle();
    assert.deepEqual(office.calls, ['erase']);
    assert.notInclude(textOf(panel.shadowRoot!), '0000 1111');
    assert.include(textOf(panel.shadowRoot!), 'напечатана');
  });

  it('put off, the cards leave the page and can be printed again', async () => {
    await show('held K1');
    button(panel.shadowRoot!, 'Показать партии').click();
    await settle();
    button(panel.shadowRoot!, 'Печатать').click();
    await settle();
    button(panel.shadowRoot!, 'Закрыть, напечатать позже').click();
    await settle();
    assert.notInclude(textOf(panel.shadowRoot!), '0000 1111');
    assert.deepEqual(office.calls, []);
    button(panel.shadowRoot!, 'Печатать').click();
    await settle();
    assert.include(textOf(panel.shadowRoot!), '0000 1111');
  });

  it('takes a statement by telephone, and says which group was misheard', async () => {
    await show('held K2');
    const { number, root } = good.held.K2;
    const text = dictated('K2', number, root);
    const area = find<HTMLTextAreaElement>(panel.shadowRoot!, 'textarea');
    const form = area.form!;
    const groups = text.split(/\s/);
    const third = groups[2]!;
    const misheard = third.startsWith('9') ? `8${third.slice(1)}` : `9${third.slice(1)}`;
    area.value = groups.with(2, misheard).join(' ');
    form.requestSubmit();
    await settle();
    assert.include(textOf(panel.shadowRoot!), 'Группа № 3');
    assert.isEmpty(office.held);
    area.value = text;
    form.requestSubmit();
    await settle();
    button(panel.shadowRoot!, 'Записать').click();
    await settle();
    assert.deepEqual(office.held, [{ station: '101', kiosk: 'K2', number, root }]);
  });

  it('shows the queue draining and the balance', async () => {
    await show('closed cosigned');
    assert.include(textOf(panel.shadowRoot!), 'Дошло 1 из 6.');
    panel.remove();
    await show('tally');
    assert.include(textOf(panel.shadowRoot!), 'Дошло 6 из 6.');
    assert.include(textOf(panel.shadowRoot!), 'баланс сошёлся');
  });
});
