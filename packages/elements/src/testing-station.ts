/** A scripted registration desk, queues and balances of a station, for stories and tests. */
import type { Manifest } from '@kabina/election/manifest';
import type { BalanceLine, StationBalance } from '@kabina/election/station-balance';
import type { Desk, DeskPile, DeskStatus, DeskVoter } from './desk.ts';
import type { QueueView } from './kabina-queue-status.ts';
import { candidates, projects, question, manifest } from './testing.ts';

const signingKey = new Uint8Array(32).fill(7);

const styleTitles = {
  d4: { ru: 'Округ № 4', kk: '№ 4 округ', en: 'District No. 4' },
  d5: { ru: 'Округ № 5', kk: '№ 5 округ', en: 'District No. 5' },
} as const;

const kioskNames: Readonly<Record<string, string>> = {
  K1: 'Терминал 1',
  K2: 'Терминал 2',
  K3: 'Переносной терминал',
};

export const stationManifest: Manifest = {
  ...manifest('training', [candidates, projects, question]),
  stations: [
    {
      id: '101',
      name: {
        ru: 'Избирательный участок № 101, школа № 12',
        kk: '№ 101 сайлау учаскесі, № 12 мектеп',
        en: 'Polling station No. 101, school No. 12',
      },
      signingKey,
    },
  ],
  kiosks: Object.entries(kioskNames).map(([id, name]) => ({
    id,
    name,
    station: '101',
    signingKey,
  })),
  styles: [
    { id: 'd4', title: styleTitles.d4, contests: ['council', 'projects'], voters: 800 },
    { id: 'd5', title: styleTitles.d5, contests: ['projects', 'question'], voters: 400 },
  ],
};

/** What an access card's QR code holds; opens nothing. */
export const cardCode = `kabina-card:${'kAb1nA_t3ST-'.repeat(4).slice(0, 43)}`;
export const heldCode = (kiosk: string): string => `kabina-held:${btoa(kiosk)}`;

function pile(kiosk: string, style: keyof typeof styleTitles, rest: Partial<DeskPile>): DeskPile {
  const numbers = { received: 200, given: 0, spoiled: 0, left: 200, dead: false, ...rest };
  const names = { kioskName: kioskNames[kiosk]!, styleTitle: styleTitles[style] };
  return { kiosk, style, ...names, ...numbers };
}

export const deskVoters: readonly DeskVoter[] = [
  ['17', 'Абдрахманова Гульнара Сериковна', '45 11 204417', 'd4', 'free'],
  ['204', 'Иванов Иван Иванович', '45 08 771204', 'd4', 'free'],
  ['205', 'Иванова Мария Петровна', '45 12 000318', 'd4', 'served'],
  ['731', 'Ким Виктор Андреевич', '45 09 330187', 'd5', 'free'],
  ['1604', 'Соловьёва Анна Юрьевна', '45 17 559021', 'd4', 'elsewhere'],
  [
    '1911',
    'Преображенская-Добровольская Александра Константиновна',
    '45 03 118840',
    'd9',
    'unsupported',
  ],
].map(([number, name, document, style, state]) => ({
  number: number!,
  name: name!,
  document: document!,
  style: style!,
  state: state as DeskVoter['state'],
}));

const open: DeskStatus = {
  at: 'open',
  kind: 'training',
  title: stationManifest.title,
  station: stationManifest.stations[0]!,
  line: 'down',
  voters: 1200,
  served: 412,
  piles: [
    pile('K1', 'd4', { given: 148, spoiled: 2, left: 52 }),
    pile('K2', 'd4', { given: 121, spoiled: 0, left: 79 }),
    pile('K1', 'd5', { received: 150, given: 145, left: 5 }),
    pile('K3', 'd5', { received: 20, given: 20, left: 0 }),
  ],
  trips: [
    { id: '1', voters: 6, served: 5, out: 8, back: 3 },
    { id: '2', voters: 4, served: 0, out: 6, back: undefined },
  ],
  waiting: 14,
  refused: 0,
  held: [],
  busy: false,
};

const closed: DeskStatus = {
  ...open,
  at: 'closed',
  trips: open.trips.slice(0, 1),
  piles: open.piles.map((one) => (one.kiosk === 'K3' ? { ...one, dead: true } : one)),
  held: [{ kiosk: 'K1', number: 23 }],
  waiting: 3,
};

/** The desk's own states by name. */
export const deskStates = {
  locked: { ...open, at: 'locked' },
  setup: { ...open, at: 'setup', line: 'up', piles: [], trips: [], waiting: 0 },
  'setup offline': { ...open, at: 'setup', piles: [], trips: [], waiting: 0 },
  offline: open,
  online: { ...open, line: 'up', waiting: 0 },
  binding: { ...open, kind: 'binding' },
  busy: { ...open, busy: true },
  stopped: { ...open, trouble: { code: 'journal.disagrees', retryable: false } },
  empty: { ...open, piles: [], trips: [] },
  closed,
  'closed and sent': {
    ...closed,
    line: 'up',
    waiting: 0,
    held: ['K1', 'K2'].map((kiosk) => ({ kiosk, number: 0 })),
  },
  'closed and refused': {
    ...closed,
    line: 'up',
    waiting: 1,
    refused: 1,
    trouble: { code: 'entries.refused', retryable: false },
  },
} satisfies Readonly<Record<string, DeskStatus>>;

/** Acts on its own lists, without network, storage or cards; any action can be made to fail. */
export class ScriptedDesk extends EventTarget implements Desk {
  status: DeskStatus;
  /** Every call with what it was given, for assertions. */
  readonly calls: unknown[][] = [];
  /** Code with which the next action fails. */
  failing: string | undefined;
  #voters: readonly DeskVoter[] = deskVoters;

  constructor(status: DeskStatus = deskStates.offline) {
    super();
    this.status = status;
  }

  show(change: Partial<DeskStatus>): void {
    this.status = { ...this.status, ...change };
    this.dispatchEvent(new Event('change'));
  }

  async unlock(code: string): Promise<void> {
    await this.#act('unlock', code);
    this.show({ at: 'open' });
  }

  lock(): void {
    this.calls.push(['lock']);
    this.show({ at: 'locked' });
  }

  async fetch(): Promise<void> {
    await this.#act('fetch');
    this.show({ at: 'open', piles: deskStates.offline.piles });
  }

  async find(query: string): Promise<readonly DeskVoter[]> {
    await this.#act('find', query);
    const wanted = query.toLowerCase();
    return this.#voters
      .filter(
        ({ number, name, document }) =>
          number === wanted || name.toLowerCase().includes(wanted) || document.includes(wanted),
      )
      .slice(0, 20);
  }

  async issue(number: string, kiosk: string): Promise<void> {
    await this.#act('issue', number, kiosk);
    const { style } = this.#mark(number, 'served');
    this.#draw(kiosk, style);
  }

  async replace(number: string, card: string, kiosk: string): Promise<void> {
    await this.#act('replace', number, card, kiosk);
    this.#draw(kiosk, this.#mark(number, 'served').style);
  }

  async spoil(card: string): Promise<void> {
    await this.#act('spoil', card);
  }

  async transfer(number: string): Promise<DeskVoter> {
    await this.#act('transfer', number);
    return this.#mark(number, 'free');
  }

  async carryOut(trip: Parameters<Desk['carryOut']>[0]): Promise<void> {
    await this.#act('carryOut', trip);
    const out = trip.cards.reduce((sum, { number }) => sum + number, 0);
    const id = String(this.status.trips.length + 1);
    const begun = { id, voters: trip.voters.length, served: 0, out, back: undefined };
    this.show({ trips: [...this.status.trips, begun] });
  }

  async carryBack(id: string, result: Parameters<Desk['carryBack']>[1]): Promise<void> {
    await this.#act('carryBack', id, result);
    const back = result.cards.reduce((sum, { number }) => sum + number, 0);
    this.show({
      trips: this.status.trips.map((trip) =>
        trip.id === id ? { ...trip, back, served: result.served.length } : trip,
      ),
    });
  }

  async takeHeld(text: string): Promise<void> {
    await this.#act('takeHeld', text);
    const kiosk = atob(text.slice('kabina-held:'.length));
    this.show({ held: [...this.status.held, { kiosk, number: 23 }] });
  }

  dictate(kiosk: string): string {
    return `${kiosk} 23\nBWY6 PPFC 1K8N R2TZ\n7HM3 Q0VD XK42 9EJA\nC5RT 61WN 8GPB Z3FS\nD7YK 04HX`;
  }

  async declareDead(kiosk: string): Promise<void> {
    await this.#act('declareDead', kiosk);
    this.show({
      piles: this.status.piles.map((one) => (one.kiosk === kiosk ? { ...one, dead: true } : one)),
    });
  }

  async close(): Promise<void> {
    await this.#act('close');
    this.show({ at: 'closed' });
  }

  async #act(...call: unknown[]): Promise<void> {
    this.calls.push(call);
    await Promise.resolve();
    const code = this.failing;
    this.failing = undefined;
    if (code !== undefined) throw Object.assign(new Error(code), { code });
  }

  #mark(number: string, state: DeskVoter['state']): DeskVoter {
    const found = this.#voters.find((voter) => voter.number === number);
    if (found === undefined) throw Object.assign(new Error(number), { code: 'desk.voter' });
    const marked = { ...found, state };
    this.#voters = this.#voters.map((voter) => (voter === found ? marked : voter));
    return marked;
  }

  #draw(kiosk: string, style: string): void {
    this.show({
      served: this.status.served + 1,
      piles: this.status.piles.map((one) =>
        one.kiosk === kiosk && one.style === style
          ? { ...one, given: one.given + 1, left: one.left - 1 }
          : one,
      ),
    });
  }
}

const queue: QueueView = { waiting: 0, quarantined: 0, sent: 86, line: 'up', full: false };

/** A kiosk's queue in every state, by name. */
export const queueViews: Readonly<Record<string, QueueView>> = {
  fresh: { ...queue, sent: 0, line: undefined },
  sent: queue,
  waiting: { ...queue, waiting: 7 },
  offline: {
    ...queue,
    waiting: 1240,
    line: 'down',
    trouble: { code: 'network.unreachable', retryable: true },
  },
  'offline, empty': { ...queue, line: 'down' },
  quarantined: { ...queue, waiting: 3, quarantined: 2 },
  full: { ...queue, waiting: 5000, line: 'down', full: true },
  stopped: {
    ...queue,
    waiting: 12,
    line: 'down',
    trouble: { code: 'journal.disagrees', retryable: false },
  },
};

function line(
  kiosk: string,
  style: string,
  [received, issued, cancelled, spoiled, writtenOff]: readonly [
    number,
    number | undefined,
    number,
    number,
    number,
  ],
): BalanceLine {
  const holds =
    issued === undefined ? undefined : received === issued + cancelled + spoiled + writtenOff;
  return { kiosk, style, received, issued, cancelled, spoiled, writtenOff, holds };
}

const held = [
  { kiosk: 'K1', number: 23, arrived: 23 },
  { kiosk: 'K2', number: 4, arrived: 1 },
];

const holds: StationBalance = {
  station: '101',
  lines: [
    line('K1', 'd4', [200, 146, 52, 2, 0]),
    line('K2', 'd4', [200, 121, 79, 0, 0]),
    line('K1', 'd5', [150, 145, 5, 0, 0]),
    line('K3', 'd5', [20, 12, 0, 0, 8]),
  ],
  styles: [
    { style: 'd4', marked: 267, issued: 267 },
    { style: 'd5', marked: 157, issued: 157 },
  ],
  contests: [
    { contest: 'council', used: 266, issued: 267 },
    { contest: 'projects', used: 419, issued: 424 },
    { contest: 'question', used: 155, issued: 157 },
  ],
  held: held.map((one) => ({ ...one, arrived: one.number })),
  missing: [],
  holds: true,
};

export const balances: Readonly<
  Record<'holds' | 'lost desk' | 'incomplete' | 'broken', StationBalance>
> = {
  holds,
  'lost desk': { ...holds, lost: 'ноутбук залит водой' },
  incomplete: {
    station: '101',
    lines: [line('K1', 'd4', [200, 146, 52, 2, 0]), line('K2', 'd4', [200, undefined, 0, 0, 0])],
    styles: [{ style: 'd4', marked: undefined, issued: undefined }],
    contests: [
      { contest: 'council', used: 203, issued: undefined },
      { contest: 'projects', used: 198, issued: undefined },
    ],
    held,
    missing: ['kiosk/K2', 'station/101'],
    holds: undefined,
  },
  broken: {
    station: '101',
    lines: [line('K1', 'd4', [200, 149, 52, 2, 0]), line('K2', 'd4', [200, 121, 79, 0, 0])],
    styles: [{ style: 'd4', marked: 268, issued: 270 }],
    contests: [{ contest: 'council', used: 271, issued: 270 }],
    held: [],
    missing: [],
    holds: false,
  },
};
