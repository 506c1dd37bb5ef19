/**
 * Which ballots are on the board, by ballot key and by core, and which of them count: the highest
 * revision under a key that is valid, wherever it stands; of two equal ones the first. None under the
 * keys of a card that a station has spoiled.
 *
 * Ballots are kept as rows of columns, since there may be a million of them.
 */
import { binary, Hashes, Numbers } from './growing.ts';

/** A ballot on the board. */
export interface BallotRecord {
  /** In the log. */
  readonly index: number;
  readonly contest: string;
  readonly revision: number;
  readonly coreHash: Uint8Array;
  /** Under a key of a card that was spoiled: it does not count. */
  readonly spoiled: boolean;
  /** It came where the rules allow none: it does not count. */
  readonly refused: boolean;
}

const NONE = 0xffffffff;
/** Its bytes, permit, signature or proofs are bad. */
const DISCARDED = 1;
const REFUSED = 2;
/** Its key was opened by whoever spoiled the card. */
const SPOILED = 4;
const CODE_BYTES = 10;

export class BallotIndex {
  readonly #index = new Numbers();
  readonly #contest = new Numbers();
  readonly #list = new Numbers();
  readonly #revision = new Numbers();
  readonly #flags = new Numbers();
  /** The ballot before it under the same key, or NONE. */
  readonly #previous = new Numbers();
  /** The one after it under the same key, or NONE. */
  readonly #next = new Numbers();
  readonly #cores = new Hashes();
  readonly #contests: readonly string[];
  /** All lists but these are one. */
  readonly #lists: readonly string[];
  /** Ballot key to its last row. */
  readonly #keys = new Map<string, number>();
  /** First ten bytes of a core hash to its rows: nearly always one. */
  readonly #codes = new Map<string, number | number[]>();
  /** Core hash to the index of the challenge that opened it. */
  readonly #opened = new Map<string, number>();
  /** Ballot key to what was spoiled under it: list to the place in the log after which none counts. */
  readonly #spoiled = new Map<string, Map<number, number>>();
  #used: readonly number[] | undefined;
  #countedAt: { limit: number; rows: readonly number[][] } | undefined;

  constructor(contests: readonly string[], lists: readonly string[]) {
    this.#contests = contests;
    this.#lists = lists;
  }

  /** Ballots on the board, whether they count or not. */
  get size(): number {
    return this.#index.length;
  }

  /** Number of distinct ballot keys. */
  get keys(): number {
    return this.#keys.size;
  }

  add(
    key: Uint8Array,
    contest: string,
    list: string,
    revision: number,
    coreHash: Uint8Array,
    index: number,
    refused: boolean,
  ): void {
    const row = this.#index.length;
    const name = binary(key);
    this.#index.push(index);
    this.#contest.push(this.#contests.indexOf(contest));
    this.#list.push(this.#listNumber(list));
    this.#revision.push(revision);
    this.#flags.push(refused ? REFUSED : 0);
    for (const [at, from] of this.#spoiled.get(name) ?? []) this.#markSpoiled(row, at, from);
    const previous = this.#keys.get(name) ?? NONE;
    this.#previous.push(previous);
    this.#next.push(NONE);
    if (previous !== NONE) this.#next.set(previous, row);
    this.#cores.push(coreHash);
    this.#keys.set(name, row);
    const code = binary(coreHash.subarray(0, CODE_BYTES));
    const others = this.#codes.get(code);
    if (Array.isArray(others)) others.push(row);
    else this.#codes.set(code, others === undefined ? row : [others, row]);
    this.#used = undefined;
    // One that can't count changes nothing; there may be many of them after the count.
    const counts = this.#flags.at(row) === 0 && index < (this.#countedAt?.limit ?? 0);
    if (counts) this.#countedAt = undefined;
  }

  /**
   * Says that a card with this key was spoiled: no ballot under it and the card's list counts, be it
   * there or still to come. Only ballots after `from` in the log, where the card was delivered:
   * nobody can have known their keys before, so a kiosk can't pass others' ballots off as a card's.
   */
  spoil(key: Uint8Array, list: string, from: number): void {
    const name = binary(key);
    const at = this.#listNumber(list);
    const lists = this.#spoiled.get(name) ?? new Map<number, number>();
    this.#spoiled.set(name, lists);
    // Two cards may have one key: then the earlier delivery reaches further.
    if (from >= (lists.get(at) ?? Infinity)) return;
    lists.set(at, from);
    const last = this.#keys.get(name);
    for (const row of last === undefined ? [] : this.#chain(last)) {
      this.#markSpoiled(row, at, from);
    }
    this.#changed();
  }

  #changed(): void {
    this.#countedAt = undefined;
    this.#used = undefined;
  }

  #markSpoiled(row: number, list: number, from: number): void {
    const hit = this.#list.at(row) === list && this.#index.at(row) > from;
    if (hit) this.#flags.set(row, this.#flags.at(row) | SPOILED);
  }

  #listNumber(list: string): number {
    const known = this.#lists.indexOf(list);
    return known < 0 ? this.#lists.length : known;
  }

  /** Says that the core was opened by the challenge at that index of the log. */
  open(coreHash: Uint8Array, index: number): void {
    const name = binary(coreHash);
    if (!this.#opened.has(name)) this.#opened.set(name, index);
    this.#changed();
  }

  isOpened(coreHash: Uint8Array): boolean {
    return this.#opened.has(binary(coreHash));
  }

  /** Takes out a ballot or a challenge that was found bad; it has no effect any more. */
  discard(index: number): void {
    const row = this.#rowAt(index);
    if (row !== undefined) this.#flags.set(row, this.#flags.at(row) | DISCARDED);
    for (const [core, at] of this.#opened) if (at === index) this.#opened.delete(core);
    this.#changed();
  }

  /** All ballots under a key, oldest first. */
  under(key: Uint8Array): BallotRecord[] {
    const last = this.#keys.get(binary(key));
    return last === undefined ? [] : this.#chain(last).map((row) => this.#record(row));
  }

  /** The ballots with this core, oldest first. */
  withCore(coreHash: Uint8Array): BallotRecord[] {
    const code = binary(coreHash.subarray(0, CODE_BYTES));
    return this.#rowsOf(code)
      .map((row) => this.#record(row))
      .filter((found) => binary(found.coreHash) === binary(coreHash));
  }

  /**
   * Every ballot under the permit of the core whose hash begins so, oldest first, with the one that
   * counts among those before `limit`.
   */
  lookup(code: Uint8Array, limit: number): { ballots: BallotRecord[]; counted?: BallotRecord }[] {
    const found: { ballots: BallotRecord[]; counted?: BallotRecord }[] = [];
    for (const row of this.#rowsOf(binary(code))) {
      const chain = this.#chain(this.#lastOf(row));
      const best = this.#best(chain, limit);
      found.push({
        ballots: chain.map((one) => this.#record(one)),
        ...(best === undefined ? {} : { counted: this.#record(best) }),
      });
    }
    return found;
  }

  /** The ballots that count for a contest among those before `limit`, in no order. */
  *counted(contest: string, limit: number): Generator<BallotRecord> {
    for (const row of this.#countedRows(limit)[this.#contests.indexOf(contest)] ?? []) {
      yield this.#record(row);
    }
  }

  /** How many ballots count for a contest among those before `limit`. */
  countedNumber(contest: string, limit: number): number {
    return this.#countedRows(limit)[this.#contests.indexOf(contest)]?.length ?? 0;
  }

  /**
   * Number of permits of a list under which at least one good ballot stands on the board, for a
   * contest; those of spoiled cards left out.
   */
  usedNumber(contest: string, list: string): number {
    const place = this.#listNumber(list) * this.#contests.length + this.#contests.indexOf(contest);
    return this.#usedNumbers()[place] as number;
  }

  /** Of each list, by contest. */
  #usedNumbers(): readonly number[] {
    if (this.#used) return this.#used;
    const width = this.#contests.length;
    const used = new Array<number>((this.#lists.length + 1) * width).fill(0);
    for (const last of this.#keys.values()) {
      const places = new Set<number>();
      for (let row = last; row !== NONE; row = this.#previous.at(row)) {
        const good = (this.#flags.at(row) & (DISCARDED | SPOILED)) === 0;
        if (good) places.add(this.#list.at(row) * width + this.#contest.at(row));
      }
      for (const place of places) used[place]!++;
    }
    this.#used = used;
    return used;
  }

  /** Indices of the ballots in a part of the log. */
  *between(from: number, to: number): Generator<number> {
    for (let row = this.#rowFrom(from); row < this.size && this.#index.at(row) < to; row++) {
      yield this.#index.at(row);
    }
  }

  #countedRows(limit: number): readonly number[][] {
    if (this.#countedAt?.limit === limit) return this.#countedAt.rows;
    const rows: number[][] = this.#contests.map(() => []);
    for (const last of this.#keys.values()) {
      const best = this.#best(this.#chain(last), limit);
      if (best !== undefined) rows[this.#contest.at(best)]?.push(best);
    }
    this.#countedAt = { limit, rows };
    return rows;
  }

  #best(chain: readonly number[], limit: number): number | undefined {
    let best: number | undefined;
    for (const row of chain) {
      if (this.#flags.at(row) !== 0 || this.#index.at(row) >= limit) continue;
      // Nearly always nothing was opened, and then there is no need to look.
      if (this.#opened.size > 0 && this.isOpened(this.#cores.at(row))) continue;
      if (best === undefined || this.#revision.at(row) > this.#revision.at(best)) best = row;
    }
    return best;
  }

  /** Rows of a key from its last one, oldest first. */
  #chain(last: number): number[] {
    const rows: number[] = [];
    for (let row = last; row !== NONE; row = this.#previous.at(row)) rows.push(row);
    return rows.reverse();
  }

  /** The last row under the key of a row. */
  #lastOf(row: number): number {
    let last = row;
    while (this.#next.at(last) !== NONE) last = this.#next.at(last);
    return last;
  }

  /** The row of a ballot by its index in the log. */
  #rowAt(index: number): number | undefined {
    const row = this.#rowFrom(index);
    return row < this.size && this.#index.at(row) === index ? row : undefined;
  }

  /** The first row at that index of the log or after it: rows stand in that order. */
  #rowFrom(index: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#index.at(middle) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #rowsOf(code: string): number[] {
    const rows = this.#codes.get(code);
    return rows === undefined ? [] : [rows].flat();
  }

  #record(row: number): BallotRecord {
    return {
      index: this.#index.at(row),
      contest: this.#contests[this.#contest.at(row)] as string,
      revision: this.#revision.at(row),
      coreHash: this.#cores.at(row),
      spoiled: (this.#flags.at(row) & SPOILED) !== 0,
      refused: (this.#flags.at(row) & REFUSED) !== 0,
    };
  }
}
