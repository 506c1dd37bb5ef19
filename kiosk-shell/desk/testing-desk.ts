/** A station with a desk for tests: a board with delivered cards, services that can be cut off, a disk that can fail. */
import {
  decodeEntry,
  encodeEntry,
  signEntry,
  type Entry,
  type EntryOf,
} from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import { cardToText, cardToTyped } from '@kabina/election/station-card';
import { heldBallots } from '@kabina/election/station-held';
import {
  deliverCards,
  testCeremony,
  TestElection,
  testSeed,
  withStation,
  type Step,
} from '@kabina/election/testing';
import type { KioskMachine } from '@kabina/booth/kiosk-view';
import { bytesToHex, concatBytes } from '@kabina/crypto/bytes';
import { publicKey, sign } from '@kabina/crypto/ed25519';
import { inclusionProof, leafHash } from '@kabina/log/merkle';
import { formatProof } from '@kabina/log/proof';
import type { SetJournal } from '@kabina/outbox/journal';
import type { DeskDisk, DiskChange } from './desk-disk.ts';
import { sealDeskKeys } from './desk-keys.ts';
import { StationDesk } from './station-desk.ts';

export const CODE = 'стол 101 код';
/** The least that scrypt may cost. */
const COST = 14;
const STATION = '101';
const ISSUERS = ['registrar', 'observers'] as const;
const T0 = 1_789_700_000;

export const VOTERS = [
  { number: '1', name: 'Абаев Ержан Ильич', document: '4501 111222', style: 'town' },
  { number: '2', name: 'Алёшина Мария', document: '4501 111333', style: 'town' },
  { number: '3', name: 'Борисов Пётр', document: '4502 222444', style: 'village' },
  { number: '4', name: 'Васильев Пётр', document: '4503 222555', style: 'town' },
];

/** A disk in memory. `fail` makes the next write do something else than what was asked. */
export class MemoryDisk implements DeskDisk {
  records = new Map<string, Uint8Array>();
  fail: ((change: DiskChange, write: () => void) => void) | undefined;
  held = false;
  hold(): Promise<(() => void) | undefined> {
    if (this.held) return Promise.resolve(undefined);
    this.held = true;
    return Promise.resolve(() => (this.held = false));
  }
  readAll(): Promise<Map<string, Uint8Array>> {
    return Promise.resolve(new Map(this.records));
  }
  read(names: readonly string[]): Promise<Map<string, Uint8Array>> {
    return Promise.resolve(new Map([...this.records].filter(([name]) => names.includes(name))));
  }
  async write(change: DiskChange): Promise<void> {
    const write = (): void => {
      for (const [name, bytes] of change) {
        if (bytes === undefined) this.records.delete(name);
        else this.records.set(name, bytes.slice());
      }
    };
    if (this.fail === undefined) write();
    else this.fail(change, write);
  }
  close(): void {
    return undefined;
  }
}

export class MemoryJournal implements SetJournal {
  committed: string | undefined;
  prepared: string | undefined;
  /** Called before each step; may throw. */
  before: (step: 'prepare' | 'commit') => void = () => undefined;
  async read() {
    return { committed: this.committed, prepared: this.prepared };
  }
  async prepare(digest: string): Promise<void> {
    this.before('prepare');
    this.prepared = digest;
  }
  async commit(): Promise<void> {
    this.before('commit');
    this.committed = this.prepared;
  }
}

/** The issuers and the box, answering `fetch`. */
export class TestServices {
  readonly election: TestElection;
  #steps: Step[];
  #times = 0;
  /** Bodies of marks requests by issuer. */
  readonly marks: { issuer: string; marks: { number: string }[]; complete: boolean }[] = [];
  /** Requests as `POST /path`, in order. */
  readonly requests: string[] = [];
  lists: Record<string, { number: string; served?: string[]; style?: string }[]> = {};
  transfers: Record<string, (number: string) => object> = {};
  /** Answers instead of the services: a response, or `'cut'`. */
  fault: (request: string) => Response | 'cut' | undefined = () => undefined;

  constructor(election: TestElection, steps: Step[]) {
    this.election = election;
    this.#steps = steps;
    for (const issuer of ISSUERS) this.lists[issuer] = VOTERS.map(({ number }) => ({ number }));
  }

  get posted(): Entry[] {
    return this.#steps.flatMap(({ name, entry }) => (name === 'posted' && entry ? [entry] : []));
  }

  put(...steps: Step[]): void {
    this.#steps.push(...steps);
  }

  get board() {
    return this.election.build(this.#steps);
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = url.replace('http://test', '');
    const request = `${init.method ?? 'GET'} ${path}`;
    this.requests.push(request);
    const fault = this.fault(request);
    if (fault === 'cut') throw new TypeError('cut');
    if (fault !== undefined) return fault;
    return this.#answer(path, init);
  };

  async #answer(path: string, init: RequestInit): Promise<Response> {
    const [, service = '', ...rest] = path.split('/');
    const tail = rest.join('/');
    if (service === 'box') return this.#box(tail, init);
    const secret = new Headers(init.headers).get('authorization');
    if (secret !== `Bearer ${service}-secret`) return refused(403, 'desk.secret');
    const body = JSON.parse(init.body as string) as Record<string, unknown>;
    if (tail === `desk/lists/${STATION}`) return this.#list(service, body['from'] as number);
    if (tail === 'desk/transfers') {
      const answer = this.transfers[service]?.(body['number'] as string);
      return answer === undefined ? refused(404, 'desk.voter') : Response.json(answer);
    }
    if (tail === 'desk/marks') {
      const { marks, complete } = body as { marks: { number: string }[]; complete: boolean };
      this.marks.push({ issuer: service, marks, complete });
      return Response.json({ stored: marks.length, refused: [] });
    }
    return Response.json({});
  }

  /** Two voters a page. */
  #list(issuer: string, from: number): Response {
    const rows = (this.lists[issuer] ?? []).map((row, position) => ({
      position,
      ...VOTERS.find(({ number }) => number === row.number)!,
      served: [],
      ...row,
    }));
    const page = rows.slice(from, from + 2);
    return Response.json({ voters: page, more: from + 2 < rows.length });
  }

  async #box(path: string, init: RequestInit): Promise<Response> {
    if (path.startsWith('board/')) {
      const file = this.board.files.get(path.slice('board/'.length));
      return file === undefined ? refused(404, 'board.missing') : new Response(file.slice());
    }
    if (path === 'entries') {
      const bytes = new Uint8Array(await new Response(init.body!).arrayBuffer());
      const known = this.board.entries.some((one) => bytesToHex(one) === bytesToHex(bytes));
      const entry = decodeEntry(bytes);
      if (!known) this.#steps.push({ name: 'posted', entry });
      return Response.json({ index: 1, size: 2 });
    }
    if (path.startsWith('proofs/')) {
      const { entries } = this.board;
      const leaves = entries.map(leafHash);
      const index = leaves.findIndex((leaf) => path.endsWith(bytesToHex(leaf)));
      if (index < 0) return refused(404, 'proofs.not-yet');
      const checkpoint = this.election.checkpoint(entries, T0 + this.#times++);
      const proof = inclusionProof(leaves, index);
      return new Response(formatProof({ index, proof, checkpoint }));
    }
    return Response.json({ electionId: '', phase: 'open', notices: [] });
  }
}

export function refused(status: number, code: string): Response {
  return Response.json({ code, message: code }, { status });
}

/** A card of the test station. */
export interface TestCard {
  readonly text: string;
  readonly typed: string;
  readonly kiosk: string;
  readonly style: string;
  readonly keys: readonly Uint8Array[];
}

export class TestStation {
  readonly election: TestElection;
  readonly services: TestServices;
  readonly cards: readonly TestCard[];
  readonly disk = new MemoryDisk();
  readonly journal = new MemoryJournal();
  readonly #keyFile: Uint8Array;
  seed = testSeed('station/101');

  private constructor(
    election: TestElection,
    services: TestServices,
    cards: readonly TestCard[],
    keyFile: Uint8Array,
  ) {
    this.election = election;
    this.services = services;
    this.cards = cards;
    this.#keyFile = keyFile;
  }

  /**
   * Three cards of `town` for each of two kiosks.
   *
   * @param lying this kiosk has deposited another card's keys
   * @param village cards of that style for K1, besides; by default the station can't serve it
   */
  static async create({
    lying,
    village = 0,
  }: { readonly lying?: string; readonly village?: number } = {}): Promise<TestStation> {
    const election = await TestElection.create(
      'ristretto255-sha512',
      village === 0 ? withStation : withTwoStyles,
    );
    const { manifest } = election;
    const ceremony = await testCeremony(election, T0);
    const batches = [
      await makeBatch(election, { kiosk: 'K1', lying: lying === 'K1' }),
      await makeBatch(election, { kiosk: 'K2', lying: lying === 'K2' }),
    ];
    if (village > 0) {
      batches.push(await makeBatch(election, { kiosk: 'K1', style: 'village', cards: village }));
    }
    const cards = batches.flatMap((batch) => batch.cards);
    const delivered = batches.map(({ entry }) => ({ entry }));
    const services = new TestServices(election, [
      { entry: election.sign('manifest', 'commission', { manifest }) },
      ...ceremony.steps,
      ...delivered,
    ]);
    const secrets = Object.fromEntries(ISSUERS.map((id) => [id, `${id}-secret`]));
    const keyFile = await sealDeskKeys(CODE, secrets, COST);
    return new TestStation(election, services, cards, keyFile);
  }

  keyFile(): Promise<Uint8Array> {
    return Promise.resolve(this.#keyFile);
  }

  get machine(): KioskMachine {
    return {
      kiosk: STATION,
      publicKey: publicKey(this.seed),
      sign: async (input) => sign(input, this.seed),
      journal: () => this.journal,
    };
  }

  /** A page that opens the desk. A page before it is gone, unless this is a second one. */
  async desk(tab: 'only tab' | 'second tab' = 'only tab'): Promise<StationDesk> {
    if (tab === 'only tab') this.disk.held = false;
    const desk = new StationDesk({
      electionId: bytesToHex(this.election.electionId),
      kind: 'training',
      box: 'http://test/box/',
      issuers: ISSUERS.map((id) => ({ id, url: `http://test/${id}` })),
      machine: this.machine,
      disk: this.disk,
      keyFile: () => this.keyFile(),
      cost: COST,
    });
    await desk.open();
    return desk;
  }

  /** Unlocked, and with list and cards. */
  async openDesk(): Promise<StationDesk> {
    const desk = await this.desk();
    await desk.unlock(CODE);
    if (desk.status.at === 'setup') await desk.fetch();
    return desk;
  }

  /** What a kiosk's closing slip says. */
  heldText(kiosk: string, leaves: readonly Uint8Array[], election = this.election): string {
    const { number, root } = heldBallots(leaves);
    const body = { station: STATION, kiosk, number, root };
    const seed = testSeed(`kiosk/${kiosk}`);
    const entry = signEntry('held', election.electionId, body, { by: `kiosk/${kiosk}`, seed });
    return `kabina-held:${Buffer.from(encodeEntry(entry)).toString('base64url')}`;
  }

  /** Resolves when the condition holds, at a change of the desk. */
  async until(desk: StationDesk, holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise((go) => {
        const timer = setTimeout(go, 20);
        desk.addEventListener(
          'change',
          () => {
            clearTimeout(timer);
            go(undefined);
          },
          { once: true },
        );
      });
    }
  }
}

/** The village's voters vote here as well: about what the whole town is asked. */
function withTwoStyles(manifest: Manifest): Manifest {
  const { styles, ...rest } = withStation(manifest);
  return {
    ...rest,
    styles: [
      ...styles.map((style) =>
        style.id === 'village' ? { ...style, contests: ['question'] } : style,
      ),
      { id: 'away', title: { ru: 'Далеко' }, contests: ['empty', 'few'], voters: 0 },
    ],
  };
}

async function makeBatch(
  election: TestElection,
  {
    kiosk,
    style = 'town',
    cards: number = 3,
    lying = false,
  }: {
    readonly kiosk: string;
    readonly style?: string;
    readonly cards?: number;
    readonly lying?: boolean;
  },
): Promise<{ cards: TestCard[]; entry: EntryOf<'delivered'> }> {
  const { electionId } = election;
  // Batches are counted over all styles of a kiosk.
  const batch = style === 'town' ? 1 : 2;
  const made = await deliverCards(election, kiosk, number, { style, batch });
  const cards = made.cards.map(({ secret, deposit }) => ({
    text: cardToText(electionId, kiosk, secret),
    typed: cardToTyped(secret),
    kiosk,
    style,
    keys: deposit.keys,
  }));
  if (!lying) return { cards, entry: made.entry };
  const [first, second, third] = made.entry.body.cards;
  const swapped = [
    { ...first!, commitment: second!.commitment },
    { ...second!, commitment: first!.commitment },
    third!,
  ];
  return { cards, entry: (await deliverCards(election, kiosk, 1, { cards: swapped })).entry };
}

/** All that lies on the disk, as one would find it in the files. */
export function diskBytes({ records }: MemoryDisk): Uint8Array {
  const encoder = new TextEncoder();
  return concatBytes(...[...records].flatMap(([name, bytes]) => [encoder.encode(name), bytes]));
}
