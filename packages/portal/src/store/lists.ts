/**
 * Which list a voter is on, online or a station's, and what a station's desk has marked: one list at
 * a time, decided in the same transaction that serves (`IdentifiedStore.serve`), so that nobody is
 * both served online and handed to a station.
 */
import type { Voter } from './identified.ts';

/** A voter whom a desk has marked. `mark` and `contests` as for {@link Served}. */
export interface Marked {
  readonly number: string;
  readonly mark: Uint8Array;
  readonly style: string;
  readonly contests: readonly string[];
}

/**
 * - `moved`: now; `there`: was there before;
 * - `served`: somebody has served this voter, so they stay where they are;
 * - `elsewhere`: on the list of another station that has it in hand.
 */
export type MoveOutcome = 'moved' | 'there' | 'served' | 'elsewhere';

/** `marked`: now or before; `elsewhere`: on another list; `served`: under another list. */
export type MarkOutcome = 'marked' | 'elsewhere' | 'served';

/** Lists are named as in the manifest: `online`, `station/ID`. */
export interface ListStore {
  /** Voters by list and style, for a check against the manifest. */
  listed(): Promise<readonly { readonly list: string; readonly style: string }[]>;
  /** Hands a list to its station, for good, and gives a slice of it by position. */
  take(list: string, position: number, limit: number): Promise<Voter[]>;
  /** Puts an unserved voter on a station's list, which counts as handed over by that. */
  transfer(number: string, mark: Uint8Array, list: string): Promise<MoveOutcome>;
  /** Puts an unserved voter of this list back online. */
  release(number: string, mark: Uint8Array, list: string): Promise<MoveOutcome>;
  /**
   * Marks voters of a list as served on the premises; `complete` says that these were the last.
   * `undefined`, and nothing stored, once marking has ended.
   */
  mark(
    list: string,
    voters: readonly Marked[],
    complete: boolean,
  ): Promise<MarkOutcome[] | undefined>;
  /** Lists whose stations have said that all is marked. */
  completed(): Promise<string[]>;
  /** No mark comes any more: what was issued is about to be published. */
  endMarking(): Promise<void>;
}
