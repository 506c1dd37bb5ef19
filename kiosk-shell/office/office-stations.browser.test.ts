// The stations' panel as the commission sees it: cards are printed, counted and only then erased, and
// nothing of them stays on the page; a misheard statement is told by its group.

import { assert } from 'chai';
import '@kabina/elements/kabina-qr';
import '@kabina/elements/kabina-station-balance';
import { BoardState } from '@kabina/election/board';
import { decodeEntry, encodeEntry, type Bodies, type EntryOf } from '@kabina/election/entries';
import {
  goodStationBoard,
  TestElection,
  testMember,
  withStation,
  type GoodStationBoard,
} from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import { dictated } from '../desk/dictation.ts';
import { KabinaCardsPrint } from './cards-print.ts';
import { KabinaConfirm } from './kabina-confirm.ts';
import { KabinaOfficeAct } from './office-act.ts';
import { KabinaOfficeLostDesk } from './office-stations-desk.ts';
import { KabinaOfficeKioskTrouble } from './office-stations-kiosk.ts';
import { KabinaOfficeQueueFile } from './office-stations-queue.ts';
import { KabinaOfficeStations } from './office-stations.ts';
import { KabinaOfficeToken } from './office-token.ts';
import type { Office } from './office.ts';

for (const [tag, element] of Object.entries({
  'kabina-confirm': KabinaConfirm,
  'kabina-cards-print': KabinaCardsPrint,
  'kabina-office-act': KabinaOfficeAct,
  'kabina-office-lost-desk': KabinaOfficeLostDesk,
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
  readonly marked: Bodies['marked'][] = [];
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
    countersignHeld: async ({ body, signatures }: EntryOf<'held'>) => {
      this.calls.push(`countersigned ${body.kiosk} ${signatures.length}`);
    },
    stateMarked: async (body: Bodies['marked']) => {
      this.marked.push(body);
    },
  };
  readonly desk = {
    tellMarks: async (station: string, numbers: readonly string[]) => {
      this.calls.push(`${station}: ${numbers.join(' ')}`);
      return { stored: 1, refused: [{ number: '9', code: 'desk.voter' }] };
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

  it('countersigns the slip of a kiosk whose statement was dictated', async () => {
    await show('confirmed K2');
    const { number, root } = good.held.K2;
    const scanned = (kiosk: string): string => {
      const body = { station: '101', kiosk, number, root };
      const bytes = encodeEntry(election.cosign('held', [`kiosk/${kiosk}`], body));
      const binary = String.fromCharCode(...bytes);
      return `kabina-held:${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
    };
    const area = find<HTMLTextAreaElement>(panel.shadowRoot!, '#groups');
    area.value = scanned('K1');
    area.form!.requestSubmit();
    await settle();
    assert.include(textOf(panel.shadowRoot!), 'слип другого терминала');
    area.value = scanned('K2');
    area.form!.requestSubmit();
    await settle();
    button(panel.shadowRoot!, 'Заверить').click();
    await settle();
    assert.deepEqual(office.calls, ['countersigned K2 1']);
  });

  it('gives the account of a lost desk when members have signed, not before the closing', async () => {
    await show('held K2');
    assert.notInclude(textOf(panel.shadowRoot!), 'Стол регистрации потерян');
    panel.remove();
    await show('marked');
    const field = (id: string, value: string): void => {
      find<HTMLInputElement>(panel.shadowRoot!, id).value = value;
    };
    field('#reason', 'Ноутбук разбит');
    field('#marked-0', '3');
    field('#left-0', '2');
    field('#left-1', '1');
    find<HTMLInputElement>(panel.shadowRoot!, '#reason').form!.requestSubmit();
    await settle();
    assert.include(textOf(panel.shadowRoot!), 'Ещё нужно подписей: 1.');
    button(panel.shadowRoot!, 'Записать отчёт').click();
    await settle();
    assert.isEmpty(office.marked);
    const act = find<KabinaOfficeAct>(panel.shadowRoot!, 'kabina-office-act').act!;
    const { name } = election.manifest.commission.members[0]!;
    act.sign(1, testMember(name).sign(act.document));
    await settle();
    button(panel.shadowRoot!, 'Записать отчёт').click();
    await settle();
    button(panel.shadowRoot!, 'Записать').click();
    await settle();
    const [body] = office.marked;
    assert.deepEqual(body?.voters, [['town', 3]]);
    assert.deepEqual(body?.given, [
      ['K1', 'town', 2],
      ['K2', 'town', 2],
    ]);
    const entry = election.sign('marked', 'commission', body!);
    assert.isUndefined(office.board.check(entry));
  });

  it('tells the issuers whom the paper list names, and shows whom they refuse', async () => {
    await show('marked');
    const area = find<HTMLTextAreaElement>(panel.shadowRoot!, '#numbers');
    area.value = '9\n4 9';
    area.form!.requestSubmit();
    await settle();
    assert.isEmpty(office.calls);
    button(panel.shadowRoot!, 'Сообщить').click();
    await settle();
    assert.deepEqual(office.calls, ['101: 4 9']);
    assert.include(textOf(panel.shadowRoot!), 'Не принято: 9.');
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
