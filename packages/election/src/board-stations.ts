/**
 * Stations as they stand on the board: their cards, what kiosks held at closing and how much of it
 * has come, desks' accounts, and what `closed` and `tally` have to say of them (PROTOCOL.md,
 * "Stations").
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { LogError } from '@kabina/log/errors';
import { emptyRoot, verifyInclusion } from '@kabina/log/merkle';
import type { BallotIndex } from './ballot-index.ts';
import { BoardCards, byName } from './board-cards.ts';
import type { Bodies, Entry, EntryOf } from './entries.ts';
import { servedStyles, stationList, type Kiosk, type Manifest } from './manifest.ts';
import { actFault, lostDeskDocument } from './members.ts';
import { problem, type Problem } from './problem.ts';
import { lateLeaf } from './station-held.ts';

const types = ['delivered', 'spoiled', 'written-off', 'held', 'cancelled', 'marked'] as const;
/** An entry about the cards of a station, or its accounts. */
export type StationEntry = Extract<Entry, { type: (typeof types)[number] }>;

export function isStationEntry(entry: Entry): entry is StationEntry {
  return types.some((type) => type === entry.type);
}

/** What a kiosk held at closing, as the board has it. */
export interface HeldNumbers {
  readonly number: number;
  /** How many of those ballots have come. */
  readonly arrived: number;
  /** The commission alone has signed it: the kiosk itself may have stated something else. */
  readonly dictated?: true;
}

interface Held {
  readonly body: Bodies['held'];
  /** Who has signed it beside the kiosk; nobody while it is the commission's word alone. */
  readonly beside: Set<string>;
  /** Leaf hash of the entry. */
  readonly leaf: Uint8Array;
  /** Places under its root whose ballots have come. */
  readonly arrived: Set<number>;
}

const fault = (code: string, message: string): Problem =>
  problem('stations', `stations.${code}`, message);

export class BoardStations {
  readonly #manifest: Manifest;
  readonly #election: Uint8Array;
  readonly #kiosks: readonly (Kiosk & { station: string })[];
  readonly #cards: BoardCards;
  readonly #held = new Map<string, Held>();
  readonly #marked = new Map<string, Bodies['marked']>();
  /** Stations whose desk was found, and has said what members had counted. */
  readonly #found = new Set<string>();
  /** Index of a `late` entry to the leaf hash of the ballot in it. */
  readonly #late = new Map<number, Uint8Array>();
  #lastLate = -1;
  #isClosed = false;

  constructor(manifest: Manifest, election: Uint8Array) {
    this.#manifest = manifest;
    this.#election = election;
    this.#kiosks = manifest.kiosks.flatMap((kiosk) =>
      kiosk.station === undefined ? [] : [{ ...kiosk, station: kiosk.station }],
    );
    this.#cards = new BoardCards(manifest, election);
  }

  get cards(): BoardCards {
    return this.#cards;
  }

  /** Kiosks of a station, in the manifest's order. */
  kiosksOf(station: string): string[] {
    return this.#kiosks.filter((kiosk) => kiosk.station === station).map(({ id }) => id);
  }

  /** A desk's account. */
  markedAt(station: string): Bodies['marked'] | undefined {
    return this.#marked.get(station);
  }

  /** What a kiosk is said to have held at closing. */
  heldBy(kiosk: string): HeldNumbers | undefined {
    const held = this.#held.get(kiosk);
    if (!held) return undefined;
    const numbers = { number: held.body.number, arrived: held.arrived.size };
    return held.beside.size === 0 ? { ...numbers, dictated: true } : numbers;
  }

  /** Leaf hash of the `ballot` entry that a `late` entry at that index of the log brings. */
  lateAt(index: number): Uint8Array | undefined {
    return this.#late.get(index);
  }

  /** What `closed` has to say now. */
  closed(): Bodies['closed'] {
    const stations = [...this.#held.values()].map(({ leaf }) => leaf);
    const missing = this.#kiosks.filter(({ id }) => !this.#held.has(id)).map(({ id }) => id);
    return missing.length === 0 ? { stations } : { stations, missing };
  }

  /** What `tally` has to say now of a log of that size. */
  tally(size: number): Bodies['tally'] {
    const missing = [...this.#held]
      .filter(([, { body, arrived }]) => arrived.size < body.number)
      .map(([kiosk]) => kiosk);
    return missing.length === 0 ? { size } : { size, missing };
  }

  checkClosed({ stations, missing }: Bodies['closed']): Problem | undefined {
    const expected = this.closed();
    const sorted = (leaves: readonly Uint8Array[]) => leaves.map(bytesToHex).sort().join();
    if (sorted(stations) !== sorted(expected.stations)) {
      return fault('closed', 'not the statements of what kiosks hold that are on the board');
    }
    if (sameNames(missing, expected.missing)) return undefined;
    return fault('closed', `kiosks without a statement: ${expected.missing?.join() ?? 'none'}`);
  }

  checkTally({ size, missing }: Bodies['tally']): Problem | undefined {
    const expected = this.tally(size);
    if (!sameNames(missing, expected.missing)) {
      const names = expected.missing?.join() ?? 'none';
      return fault('tally', `kiosks whose ballots have not all come: ${names}`);
    }
    // What has come late was promised before `tally`.
    return this.#lastLate >= size
      ? fault('tally', 'ballots that came late are left out')
      : undefined;
  }

  /** @param at when members' certificates have to be good */
  check(entry: StationEntry, at: () => Date): Problem | undefined {
    const { body } = entry;
    if ('kiosk' in body && !this.kiosksOf(body.station).includes(body.kiosk)) {
      return fault('kiosk', `station ${body.station} has no kiosk ${body.kiosk}`);
    }
    switch (entry.type) {
      case 'delivered':
        return this.#cards.checkDelivered(entry.body, this.#held.has(entry.body.kiosk));
      case 'spoiled':
        return this.#cards.checkSpoiled(entry.body);
      case 'written-off':
        return this.#cards.checkWrittenOff(entry.body, at());
      case 'cancelled':
        return this.#cards.checkCancelled(entry.body);
      case 'held':
        return this.#checkHeld(entry);
      case 'marked':
        return this.#checkMarked(entry, at);
    }
  }

  #checkHeld({ body: { kiosk, number, root }, signatures }: EntryOf<'held'>): Problem | undefined {
    const known = this.#held.get(kiosk);
    if (known) {
      // What was dictated is the commission's word alone, until the kiosk has said the same. A desk
      // may do so after the commission, and the other way about: neither knows of the other.
      const same = known.body.number === number && equalBytes(known.body.root, root);
      const [, beside] = signatures;
      if (same && beside && !known.beside.has(beside[0])) return undefined;
      return fault('held-twice', `${kiosk} has said what it holds`);
    }
    if (this.#isClosed) return fault('held-late', `${kiosk} says what it holds after the closing`);
    if (number > this.#cards.keysOf(kiosk)) {
      return fault('held', `${kiosk} can't hold more ballots than its cards have keys`);
    }
    const isEmpty = equalBytes(root, emptyRoot());
    return (number === 0) === isEmpty ? undefined : fault('held', 'not a root of that number');
  }

  #checkMarked({ body, signatures }: EntryOf<'marked'>, at: () => Date): Problem | undefined {
    const { station, voters, given, lost } = body;
    if (!this.#manifest.stations.some(({ id }) => id === station)) {
      return fault('station', `no station ${station}`);
    }
    const byDesk = signatures[0]?.[0] === stationList(station);
    if (byDesk !== (lost === undefined)) {
      return fault('lost', 'the commission, and nobody else, speaks for a desk that is lost');
    }
    const known = this.#marked.get(station);
    if (known) {
      // The desk was found, and says what members have counted: once, since no two signatures are alike.
      const found = known.lost && byDesk && !this.#found.has(station);
      if (found && isSameAccount(known, body)) return undefined;
      return fault('marked-twice', `${station} has given its account`);
    }
    // Nobody may shut out a desk that is still at work.
    if (lost && !this.#isClosed) return fault('early', `the desk of ${station} may yet speak`);
    const styles = servedStyles(this.#manifest, station);
    const marked = byName(voters);
    const piles = byName(given.map(([kiosk, style, number]) => [`${kiosk} ${style}`, number]));
    if (!marked || !piles) return fault('marked', 'something is counted twice');
    const names = [...marked.keys(), ...given.map(([, style]) => style)];
    const foreign = names.find((name) => !styles.some(({ id }) => id === name));
    if (foreign !== undefined) return fault('style', `${station} serves no style ${foreign}`);
    const kiosks = this.kiosksOf(station);
    const stranger = given.find(([kiosk]) => !kiosks.includes(kiosk));
    if (stranger) return fault('kiosk', `station ${station} has no kiosk ${stranger[0]}`);
    // All stations together are the audit's matter: a desk that claims too many must not keep the
    // account of another one off the board.
    const excess = styles.find(({ id, voters: most }) => (marked.get(id) ?? 0) > most);
    if (excess) return fault('voters', `style ${excess.id}: more marked than there are voters`);
    return lost && this.#checkLost(body, lost, at());
  }

  #checkLost(
    body: Bodies['marked'],
    { reason, members }: NonNullable<Bodies['marked']['lost']>,
    at: Date,
  ): Problem | undefined {
    const manifest = this.#manifest;
    const document = lostDeskDocument({ manifest, electionId: this.#election }, body, reason);
    const bad = actFault(manifest, document, members, at);
    return bad === undefined ? undefined : fault('members', bad);
  }

  /** Voters of a style that all desks have marked so far. */
  markedOf(style: string): number {
    return [...this.#marked.values()]
      .flatMap(({ voters }) => voters)
      .reduce((total, [of, number]) => (of === style ? total + number : total), 0);
  }

  /**
   * What is wrong with a ballot that comes late, besides the rules of ballots; `again` if the very
   * same ballot stands on the board already, as when the box's answer to the kiosk was lost: then
   * it has arrived, and counts as it did.
   */
  checkLate(
    entry: EntryOf<'late'>,
    hash: Uint8Array,
    ballots: BallotIndex,
    leafAt: (index: number) => Uint8Array,
  ): Problem | 'again' | undefined {
    const late = (code: string, message: string) => problem('stations', `late.${code}`, message);
    const { kiosk, index, proof, ballot } = entry.body;
    const station = this.#kiosks.find(({ id }) => id === kiosk)?.station;
    if (station === undefined) return late('kiosk', `no station has a kiosk ${kiosk}`);
    const held = this.#held.get(kiosk);
    if (!held) return late('not-held', `${kiosk} has not said what it holds`);
    const leaf = lateLeaf(entry);
    try {
      verifyInclusion({ index, size: held.body.number, leaf, proof, root: held.body.root });
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      return late('proof', error.message);
    }
    if (held.arrived.has(index)) return late('twice', 'this ballot has come before');
    if (ballot.permit.list !== stationList(station)) {
      return problem('permits', 'late.list', `a permit of station ${station} expected`);
    }
    const same = (at: number) => equalBytes(this.#late.get(at) ?? leafAt(at), leaf);
    const stands = ballots.withCore(hash).find((one) => !one.refused && same(one.index));
    return stands ? 'again' : undefined;
  }

  /** Takes in an entry that {@link BoardStations.check} has found good. */
  take(entry: StationEntry, index: number, leaf: Uint8Array, ballots: BallotIndex): void {
    switch (entry.type) {
      case 'delivered':
        return this.#cards.takeDelivered(entry.body, index);
      case 'spoiled': {
        const { keys, from } = this.#cards.takeSpoiled(entry.body);
        // Of this station's list alone: a kiosk may have deposited the keys of voters at home.
        for (const key of keys) ballots.spoil(key, stationList(entry.body.station), from);
        return;
      }
      case 'written-off':
        return this.#cards.takeWrittenOff(entry.body);
      case 'cancelled':
        return this.#cards.takeCancelled(entry.body);
      case 'held': {
        const known = this.#held.get(entry.body.kiosk);
        const held = known ?? { body: entry.body, beside: new Set(), leaf, arrived: new Set() };
        for (const [by] of entry.signatures.slice(1)) held.beside.add(by);
        this.#held.set(entry.body.kiosk, held);
        return;
      }
      case 'marked':
        // A desk that was found says the same again: its account stays the members'.
        if (this.#marked.has(entry.body.station)) this.#found.add(entry.body.station);
        else this.#marked.set(entry.body.station, entry.body);
        return;
    }
  }

  /** Voting is over: nothing more is stated as held. */
  takeClosed(): void {
    this.#isClosed = true;
  }

  /** Takes in a held ballot that has come. */
  takeLate({ body: { kiosk, index } }: EntryOf<'late'>): void {
    this.#held.get(kiosk)?.arrived.add(index);
  }

  /** Remembers what ballot a `late` entry brings, whether it counts or not. */
  noteLate(entry: EntryOf<'late'>, index: number): void {
    this.#late.set(index, lateLeaf(entry));
    this.#lastLate = index;
  }
}

/** Whether two accounts say the same, in whatever order. */
function isSameAccount(one: Bodies['marked'], other: Bodies['marked']): boolean {
  const said = ({ voters, given }: Bodies['marked']) =>
    [...voters, ...given]
      .filter((line) => line.at(-1) !== 0)
      .map((line) => line.join(' '))
      .sort()
      .join();
  return said(one) === said(other);
}

function sameNames(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return [...one].sort().join() === [...other].sort().join();
}
