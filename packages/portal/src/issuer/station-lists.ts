/**
 * A station's desk and this issuer: the list that is handed over, voters who come from another list
 * or go back, and the marks that the desk uploads. The store decides in one transaction with
 * serving, so that nobody is served online and handed to a station.
 */
import { stationList, type Manifest } from '@kabina/election/manifest';
import { PortalError } from '../errors.ts';
import type { IdentifiedStore, Voter } from '../store/identified.ts';
import type { Marked } from '../store/lists.ts';
import { servedContests } from './issued.ts';
import { serves } from './stations.ts';

/** Voters in one answer. */
const SLICE = 500;

export interface VoterRow {
  readonly position: number;
  readonly number: string;
  readonly name: string;
  readonly document: string;
  readonly style: string;
  readonly served: readonly string[];
}

export interface MarksAnswer {
  readonly stored: number;
  readonly refused: readonly { readonly number: string; readonly code: string }[];
}

export interface StationListsOptions {
  readonly manifest: Manifest;
  readonly store: IdentifiedStore;
  /** The mark under which a voter is served. */
  readonly mark: (number: string) => Uint8Array;
}

export class StationLists {
  readonly #options: StationListsOptions;

  constructor(options: StationListsOptions) {
    this.#options = options;
  }

  /** A slice of the list from a position on; the list is the station's from the first one. */
  async take(station: string, from: number): Promise<{ voters: VoterRow[]; more: boolean }> {
    const { store } = this.#options;
    const voters = await store.lists.take(stationList(station), from, SLICE + 1);
    const rows = voters.slice(0, SLICE).map((voter) => this.#row(voter));
    return { voters: await Promise.all(rows), more: voters.length > SLICE };
  }

  /** Throws `desk.voter`, `desk.style`, `desk.served`, `desk.elsewhere`. */
  async transfer(station: string, number: string): Promise<VoterRow> {
    const { store, mark, manifest } = this.#options;
    const voter = await this.#voter(number);
    // Nobody is taken off the online list by a station that has no card for them.
    if (!serves(manifest, station, voter.style)) throw new PortalError('desk.style');
    const outcome = await store.lists.transfer(number, mark(number), stationList(station));
    if (outcome === 'served' || outcome === 'elsewhere') throw new PortalError(`desk.${outcome}`);
    return this.#row(voter);
  }

  /** Throws `desk.voter`, `desk.served`, `desk.elsewhere`. */
  async release(station: string, number: string): Promise<void> {
    const { store, mark } = this.#options;
    await this.#voter(number);
    const outcome = await store.lists.release(number, mark(number), stationList(station));
    if (outcome === 'served' || outcome === 'elsewhere') throw new PortalError(`desk.${outcome}`);
  }

  /** Throws `desk.closed`. */
  async mark(station: string, numbers: readonly string[], complete: boolean): Promise<MarksAnswer> {
    const { store } = this.#options;
    const refused: { number: string; code: string }[] = [];
    const known: Marked[] = [];
    for (const number of numbers) {
      const voter = await store.voterByNumber(number);
      if (voter === undefined) refused.push({ number, code: 'desk.voter' });
      else known.push(this.#marked(voter));
    }
    const outcomes = await store.lists.mark(stationList(station), known, complete);
    if (outcomes === undefined) throw new PortalError('desk.closed');
    outcomes.forEach((outcome, i) => {
      const { number } = known[i] as Marked;
      if (outcome !== 'marked') refused.push({ number, code: `desk.${outcome}` });
    });
    return { stored: outcomes.filter((outcome) => outcome === 'marked').length, refused };
  }

  /** Whether every station of the manifest has said that all is marked. */
  async areComplete(): Promise<boolean> {
    const { manifest, store } = this.#options;
    if (manifest.stations.length === 0) return true;
    const complete = await store.lists.completed();
    return manifest.stations.every(({ id }) => complete.includes(stationList(id)));
  }

  #marked({ number, style }: Voter): Marked {
    const { manifest, mark } = this.#options;
    const contests = manifest.styles.find(({ id }) => id === style)?.contests ?? [];
    return { number, mark: mark(number), style, contests };
  }

  async #voter(number: string): Promise<Voter> {
    const voter = await this.#options.store.voterByNumber(number);
    if (voter === undefined) throw new PortalError('desk.voter');
    return voter;
  }

  async #row({ position, number, name, document, style }: Voter): Promise<VoterRow> {
    const { store, mark } = this.#options;
    const served = await servedContests(store, mark(number));
    return { position, number, name, document, style, served };
  }
}
