// Kiosks of a test station in Node: one on a test portal, disks that survive its death, and a voter who
// does on every screen what it offers.

import { bytesToHex } from '@kabina/crypto/bytes';
import { publicKey } from '@kabina/crypto/ed25519';
import { coreHash } from '@kabina/election/ballot';
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import { receiptFromText } from '@kabina/election/receipt';
import { testSeed, withStation } from '@kabina/election/testing';
import { inProcessWorker } from '../src/in-process.ts';
import { MemoryKeeper, type Keeper } from '../src/keeper.ts';
import { KioskStation } from '../src/station/kiosk-station.ts';
import {
  emptyOutbox,
  MemoryJournal,
  memoryMachine,
  memoryStorage,
  type OutboxDisk,
} from '../src/station/testing.ts';
import type { KioskMachine } from '../src/station/kiosk-view.ts';
import type { BoothSession } from '../src/state.ts';
import { copyOf, WatchedKeeper } from './devices.ts';
import { TestPortal, type Device } from './portal.ts';

/** What a kiosk has on its disks: the browser's and its machine's. */
export interface KioskDisk {
  readonly keeper: Keeper;
  readonly outbox: OutboxDisk;
  readonly journals: { readonly outbox: MemoryJournal; readonly cards: MemoryJournal };
}

export function newDisk(): KioskDisk {
  return {
    keeper: new MemoryKeeper(),
    outbox: emptyOutbox(),
    journals: { outbox: new MemoryJournal(), cards: new MemoryJournal() },
  };
}

/** What would be on the disks now. */
export async function copyOfDisk({ keeper, outbox, journals }: KioskDisk): Promise<KioskDisk> {
  const journal = ({ committed, prepared }: MemoryJournal): MemoryJournal =>
    Object.assign(new MemoryJournal(), { committed, prepared });
  return {
    outbox: {
      waiting: new Map(outbox.waiting),
      aside: new Map(outbox.aside),
      spoiled: new Set(outbox.spoiled),
    },
    journals: { outbox: journal(journals.outbox), cards: journal(journals.cards) },
    keeper: await copyOf(keeper),
  };
}

class WatchedJournal extends MemoryJournal {
  readonly #event: (name: string) => Promise<void>;

  constructor(found: MemoryJournal, event: (name: string) => Promise<void>) {
    super();
    this.committed = found.committed;
    this.prepared = found.prepared;
    this.#event = event;
  }

  override async prepare(digest: string): Promise<void> {
    await this.#event('before prepare');
    await super.prepare(digest);
    await this.#event('after prepare');
  }

  override async commit(): Promise<void> {
    await this.#event('before commit');
    await super.commit();
    await this.#event('after commit');
  }
}

/** The same on disks that tell of every write, before and after it; what follows waits for the answer. */
export async function watchedDisk(
  found: KioskDisk,
  event: (name: string) => Promise<void>,
): Promise<KioskDisk> {
  let armed = false;
  const tell = (where: string) => (name: string) =>
    armed ? event(`${where}: ${name}`) : Promise.resolve();
  const { outbox, journals } = await copyOfDisk(found);
  const keeper = new WatchedKeeper(tell('keeper'));
  for await (const [name, value] of found.keeper.readAll('')) await keeper.write(name, value);
  armed = true;
  return {
    keeper,
    outbox,
    journals: {
      outbox: new WatchedJournal(journals.outbox, tell('outbox')),
      cards: new WatchedJournal(journals.cards, tell('cards')),
    },
  };
}

/** `pool`: 1 by default, so that each ballot leaves at once. */
export function stationPortal(change: Partial<Manifest> = {}): Promise<TestPortal> {
  return TestPortal.start((manifest) => ({ ...withStation(manifest), ...change }));
}

export interface KioskChoices {
  readonly disk?: KioskDisk;
  readonly device?: Device;
  readonly kiosk?: string;
  readonly clock?: () => number;
  /** Journals of a machine that keeps them by their whole name; the disk's by default. */
  readonly journal?: KioskMachine['journal'];
  /** It dies in the middle, so that nobody can stop it. */
  readonly forgotten?: boolean;
}

const open: KioskStation[] = [];

export async function stopKiosks(): Promise<void> {
  for (const kiosk of open.splice(0)) await kiosk.stop();
}

export async function openKiosk(
  portal: TestPortal,
  choices: KioskChoices = {},
): Promise<KioskStation> {
  const { disk = newDisk(), device = portal.device(), kiosk = 'K1', clock } = choices;
  const seed = testSeed(`kiosk/${kiosk}`);
  const { box, issuers } = device;
  const own = (name: string): MemoryJournal =>
    disk.journals[name.split('-')[0] as keyof KioskDisk['journals']];
  const { journal = own } = choices;
  const station = await KioskStation.open({
    electionId: portal.electionId,
    box,
    issuers,
    machine: memoryMachine(kiosk, { seed, publicKey: publicKey(seed) }, journal),
    createWorker: inProcessWorker,
    storage: memoryStorage(disk.keeper, disk.outbox),
    ...(clock === undefined ? {} : { clock }),
  });
  if (choices.forgotten !== true) open.push(station);
  return station;
}

/**
 * A kiosk's disks after one card was delivered, and that card. Nothing reaches the box from then on: what
 * is cast is in the queue.
 */
export async function cardWithoutLine(
  portal: TestPortal,
): Promise<{ readonly disk: KioskDisk; readonly card: string }> {
  const disk = newDisk();
  const kiosk = await openKiosk(portal, { disk });
  await kiosk.fetchElection();
  await kiosk.deliver('town', 1);
  await kiosk.stop();
  const [card] = portal.stations.cards('K1') as [string];
  portal.fault = () => 'unsent';
  return { disk, card };
}

/** Of each ballot in the queue the hash of its core, hex. */
export function queuedCores({ outbox }: KioskDisk): string[] {
  return [...outbox.waiting.values()].map((bytes) => {
    const { body } = decodeEntry(bytes) as EntryOf<'ballot'>;
    return bytesToHex(coreHash(body.core));
  });
}

/** The hash of the core that the voter of this paper has a promise for, hex. */
export function promisedCore(session: BoothSession, contest: string): string | undefined {
  const text = session.papers.find((paper) => paper.contest === contest)?.receipt?.text;
  return text === undefined ? undefined : bytesToHex(receiptFromText(text).promise[0].core);
}

/** Marks of the town's papers that their contests allow. */
export const MARKS: Readonly<Record<string, readonly number[]>> = {
  mayor: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
  council: [1, 0, 1, 0, 0, 0, 0, 0],
  question: [0, 1],
};

/**
 * Goes on until these papers are in the queue, or there is nothing more to do. Answers the screens,
 * with their troubles.
 */
export async function voteAtKiosk(
  session: BoothSession,
  card: string,
  contests: readonly string[],
  stopped: () => boolean = () => false,
): Promise<string[]> {
  const screens: string[] = [];
  for (let step = 0; step < 60 && !stopped(); step++) {
    const { state } = session;
    const error = 'error' in state ? state.error?.code : undefined;
    screens.push(error === undefined ? state.at : `${state.at}:${error}`);
    if (state.at === 'starting') await session.start();
    else if (state.at === 'login' && error === undefined) {
      await session.login({ method: 'card', code: card });
    } else if (state.at === 'ballots') {
      const next = session.papers.find(
        (paper) => contests.includes(paper.contest) && paper.state !== 'queued',
      );
      if (next === undefined) return screens;
      await session.openPaper(next.contest);
    } else if (state.at === 'marking') session.review();
    else if (state.at === 'review') await session.seal(MARKS[state.contest]!);
    else if (state.at === 'sealed') await session.cast();
    else if (state.at === 'casting') await session.retry();
    else if (state.at === 'receipt') session.list();
    else return screens;
  }
  return screens;
}
