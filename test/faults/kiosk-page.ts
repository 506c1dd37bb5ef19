/**
 * The page of the kiosk's faults: a station's kiosk without a face, over a profile on the disk. It
 * works by itself (`?work=1`): takes the card that its server names, votes, tells of every receipt that
 * the voter has seen; or it is called by a test through `globalThis.rig`. What a terminal gives of
 * itself, the machine's signatures and journals, it has from the routes of the real agent.
 */
import { openDB } from 'idb';
import { PortalClient } from '@kabina/booth/client';
import { IdbKeeper } from '@kabina/booth/keeper-idb';
import { KioskStation, type KioskMachine, type KioskStatus } from '@kabina/booth/station';
import { openMachine } from '@kabina/kiosk-shell/common/machine';
import { Outbox, type OutboxPoint } from '@kabina/outbox/outbox';
import { assureStorage } from '@kabina/outbox/storage';
import type { SendingPoint } from './kill-points.ts';

/** Where the kiosk's process may die, besides at random. */
export type KioskPoint =
  | SendingPoint
  | `${'cards' | 'outbox'}.${'prepare' | 'commit'}.${'before' | 'after'}`
  | `keeper.${'before' | 'after'}`
  | `sign.${'before' | 'after'}`
  | `${'card' | 'sealed' | 'receipt' | 'ended'}.${'before' | 'after'}`;

export interface Services {
  readonly electionId: string;
  readonly box: string;
  readonly issuers: readonly { readonly id: string; readonly url: string }[];
}

/** A voter who comes, or comes back after the kiosk has died. */
export interface Visit {
  readonly card: string;
  /** Papers that they cast before they go; of each the option. */
  readonly papers: readonly { readonly contest: string; readonly option: 0 | 1 }[];
}

export interface OpenChoices {
  /** Milliseconds that the clock of the machine is off. */
  readonly ahead?: number;
  /** Whether the browser is asked if it keeps the storage: a killed one has no permission. */
  readonly assure?: boolean;
  /** A bad queue: it gives its items in the order in which they were put. */
  readonly ordered?: boolean;
}

const query = new URLSearchParams(location.search);
/** Where to die: at the so-manyth time of this point. */
const fatal = query.get('point');
let left = Number(query.get('skip') ?? '0');

async function tell(path: string, body: unknown = {}): Promise<unknown> {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** A synchronous request holds the page at this very line, transactions included, until it is killed. */
function onPoint(point: KioskPoint | OutboxPoint): void {
  if (point !== fatal || left-- > 0) return;
  const request = new XMLHttpRequest();
  request.open('POST', `/point/${point}`, false);
  request.send();
}

async function around<T>(
  name: 'keeper' | 'sign' | `${'cards' | 'outbox'}.${'prepare' | 'commit'}`,
  work: () => Promise<T>,
): Promise<T> {
  onPoint(`${name}.before`);
  const result = await work();
  onPoint(`${name}.after`);
  return result;
}

class WatchedKeeper extends IdbKeeper {
  override change(records: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    return around('keeper', () => super.change(records));
  }
}

function watched(machine: KioskMachine): KioskMachine {
  return {
    kiosk: machine.kiosk,
    publicKey: machine.publicKey,
    sign: (input) => around('sign', () => machine.sign(input)),
    journal(name) {
      const journal = machine.journal(name);
      const set = name.startsWith('cards') ? 'cards' : 'outbox';
      return {
        read: () => journal.read(),
        prepare: (digest) => around(`${set}.prepare`, () => journal.prepare(digest)),
        commit: () => around(`${set}.commit`, () => journal.commit()),
      };
    },
  };
}

/** The sender's steps as its queue sees them. */
function watchSender(outbox: Outbox): void {
  const [get, remove] = [outbox.get.bind(outbox), outbox.remove.bind(outbox)];
  outbox.get = async (key) => {
    const bytes = await get(key);
    onPoint('send.read');
    return bytes;
  };
  outbox.remove = async (...keys) => {
    onPoint('send.taken');
    await remove(...keys);
    onPoint('send.removed');
  };
}

function keepOrder(outbox: Outbox): void {
  const put = outbox.put.bind(outbox);
  const keys = outbox.keys.bind(outbox);
  const order: string[] = [];
  outbox.put = (key, bytes) => {
    order.push(key);
    return put(key, bytes);
  };
  outbox.keys = async () => (await keys()).sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

/** Bytes of a record of the queue, as IndexedDB has it. */
async function recordSize(database: string, key: string): Promise<number> {
  const db = await openDB(database);
  try {
    return ((await db.get('items', key)) as ArrayBuffer).byteLength;
  } finally {
    db.close();
  }
}

/** How many times as much room as it needs the kiosk asks for. */
let greed = 1;
let kiosk: KioskStation | undefined;
let queue: Outbox | undefined;
let services: Services | undefined;

function opened(): KioskStation {
  if (kiosk === undefined) throw new Error('the kiosk is not open');
  return kiosk;
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? String(error);
}

async function coded(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return codeOf(error);
  }
}

async function vote({ card, papers }: Visit): Promise<string> {
  const session = opened().session();
  const told = new Set<string>();
  /** The screens with receipts are shown, and the voter has seen them. */
  const seen = async (): Promise<void> => {
    for (const { contest, receipt } of session.papers) {
      if (receipt === undefined || told.has(contest)) continue;
      onPoint('receipt.before');
      await tell('/receipt', { card, contest, text: receipt.text });
      told.add(contest);
      onPoint('receipt.after');
    }
  };
  await session.start();
  onPoint('card.before');
  if (session.state.at === 'login') await session.login({ method: 'card', code: card });
  onPoint('card.after');
  const { state } = session;
  if (state.at !== 'ballots') {
    await session.end();
    if (state.at === 'failed') return state.code;
    return state.at === 'login' ? (state.error?.code ?? state.at) : state.at;
  }
  await seen();
  for (const { contest, option } of papers) {
    const paper = session.papers.find((found) => found.contest === contest)!;
    if (paper.receipt !== undefined) continue;
    await session.openPaper(contest);
    session.review();
    await session.seal(option === 0 ? [1, 0] : [0, 1]);
    onPoint('sealed.before');
    await session.cast();
    onPoint('sealed.after');
    if (session.state.at !== 'receipt') throw new Error(`cast: ${JSON.stringify(session.state)}`);
    await seen();
    session.list();
  }
  onPoint('ended.before');
  await session.end();
  onPoint('ended.after');
  return 'ok';
}

const rig = {
  async open(choices: OpenChoices = {}): Promise<KioskStatus> {
    services = (await tell('/services')) as Services;
    const { electionId } = services;
    const machine = await openMachine();
    if (machine === undefined) throw new Error('no agent');
    kiosk = await KioskStation.open({
      ...services,
      machine: watched(machine),
      createWorker: () => new Worker('/worker.js', { type: 'module' }),
      clock: () => Date.now() + (choices.ahead ?? 0),
      storage: {
        keeper: new WatchedKeeper(`faults-${electionId.slice(0, 16)}`),
        async openOutbox(options) {
          const database = `faults-${electionId.slice(0, 16)}-outbox`;
          const outbox = await Outbox.open({ ...options, database, onPoint });
          watchSender(outbox);
          if (choices.ordered === true) keepOrder(outbox);
          queue = outbox;
          return outbox;
        },
        assure: (need) =>
          choices.assure === true ? assureStorage({ need: need * greed }) : Promise.resolve(),
      },
    });
    return kiosk.status;
  },
  status: (): KioskStatus => opened().status,
  fetchElection: (): Promise<string> => coded(() => opened().fetchElection()),
  deliver: (style: string, cards: number): Promise<string> =>
    coded(() => opened().deliver(style, cards)),
  /** The voter's visit; `ok`, or the code of what stands in the way. */
  vote: (visit: Visit): Promise<string> => vote(visit),
  /** `login`, or the code of why no session begins. */
  async begin(): Promise<string> {
    try {
      const session = opened().session();
      await session.start();
      const { state } = session;
      await session.end();
      return state.at === 'failed' ? state.code : state.at;
    } catch (error) {
      return codeOf(error);
    }
  },
  /** What waits: its name and size on the disk, and the ballot. */
  async queued(): Promise<{ key: string; size: number; bytes: number[] }[]> {
    const found = [];
    for (const key of await queue!.keys()) {
      const bytes = [...(await queue!.get(key))!];
      found.push({ key, size: await recordSize(queue!.database, key), bytes });
    }
    return found;
  },
  /** From now on the browser is asked for so many times as much room. */
  want: (times: number): void => void (greed = times),
  sendNow: (): Promise<string> => coded(() => opened().sendNow()),
  close: (): Promise<string> => opened().close(),
  stop: (): Promise<void> => opened().stop(),
  /** Whether the board has this entry. */
  async onBoard(leaf: string): Promise<boolean> {
    const client = new PortalClient({ box: services!.box, issuers: [] });
    return (await client.proof(leaf)) !== undefined;
  },
};

export type Rig = typeof rig;
Object.assign(globalThis, { rig });

/** A day at the station, until the power fails. */
async function work(): Promise<void> {
  const { phase, trouble, cards, queue, interrupted } = await rig.open();
  await tell('/opened', { phase, code: trouble?.code ?? '', cards, queue, interrupted });
  for (;;) {
    const { visit } = (await tell('/visit')) as { visit?: Visit };
    if (visit === undefined) {
      await rig.sendNow();
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    const code = await rig.vote(visit);
    await tell('/left', { card: visit.card, code });
    if (Math.random() < 0.3) void rig.sendNow();
  }
}

if (query.get('work') === '1') {
  work().catch((error: unknown) => void tell('/failed', { code: codeOf(error) }));
}
