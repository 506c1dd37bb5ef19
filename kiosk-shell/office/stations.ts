/**
 * The stations as the commission works with them, without a face: what the board says of each, the
 * card issuer's batches and their secrets while they are being printed, what was dictated, and the
 * act by which a dead kiosk's cards are written off.
 */
import type { BoardState } from '@kabina/election/board';
import { cardIssuer, type Bodies } from '@kabina/election/entries';
import { servedStyles, type Localized, type Manifest } from '@kabina/election/manifest';
import { signaturesNeeded, writeOffDocument } from '@kabina/election/members';
import { stationBalance, type StationBalance } from '@kabina/election/station-balance';
import type { PageConfig } from '../common/config.ts';
import { readDictated } from '../desk/dictation.ts';
import { DeskError } from './desk.ts';
import type { OfficeKeys } from './office-keys.ts';

/** A batch of cards as the card issuer has it. */
export interface Batch {
  readonly kiosk: string;
  readonly style: string;
  readonly batch: number;
  readonly cards: number;
  /** Printed and counted: its secrets are erased. */
  readonly printed: boolean;
}

/** What stands on one card. Secret. */
export interface CardText {
  /** The QR code. */
  readonly text: string;
  /** Eight groups of four. */
  readonly typed: string;
}

/** The card issuer's desk. Secrets of cards pass through and are kept by nobody here. */
export class CardPrinter {
  readonly #url: string;
  readonly #secret: string;

  constructor(config: PageConfig, secrets: OfficeKeys['desks'], manifest: Manifest) {
    const { id } = cardIssuer(manifest);
    if (id !== 'registrar' && id !== 'observers') throw new TypeError(`no address for ${id}`);
    this.#url = config[id];
    this.#secret = secrets[id];
  }

  async batches(station: string): Promise<readonly Batch[]> {
    const answer = await this.#ask<{ batches: Batch[] }>('GET', station);
    return answer.batches;
  }

  /** In an order of its own each time. `cards.erased` once the batch was counted. */
  async secrets(station: string, { kiosk, batch }: Batch): Promise<readonly CardText[]> {
    const answer = await this.#ask<{ cards: CardText[] }>('POST', station, kiosk, batch);
    return answer.cards;
  }

  /** Printed and counted. May be repeated. */
  async erase(station: string, { kiosk, batch }: Batch): Promise<void> {
    await this.#ask('DELETE', station, kiosk, batch);
  }

  async #ask<T>(method: string, ...path: readonly (string | number)[]): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(new URL(`/desk/cards/${path.join('/')}`, this.#url), {
        method,
        headers: { authorization: `Bearer ${this.#secret}` },
        credentials: 'omit',
        cache: 'no-store',
      });
    } catch (cause) {
      throw new DeskError('desk.unreachable', { cause });
    }
    const value = (await answer.json().catch(() => ({}))) as { code?: string };
    if (!answer.ok) throw new DeskError(value.code ?? 'desk.unreachable');
    return value as T;
  }
}

/** A kiosk of a station as the board has it. */
export interface KioskView {
  readonly id: string;
  readonly name: string;
  /** Cards that were delivered, by style. */
  readonly received: readonly { readonly style: Localized; readonly number: number }[];
  /** What it held at closing and how much of it has come; undefined before its statement. */
  readonly held: { readonly number: number; readonly arrived: number } | undefined;
  /** Its account of cards has come, or they were written off. */
  readonly accounted: boolean;
  readonly writtenOff: boolean;
}

export interface StationView {
  readonly id: string;
  readonly name: Localized;
  readonly kiosks: readonly KioskView[];
  /** The desk's account has come. */
  readonly marked: boolean;
  readonly balance: StationBalance;
}

/** Every station, in the manifest's order. */
export function stationViews(board: BoardState): StationView[] {
  const { manifest, stations } = board;
  if (manifest === undefined || stations === undefined) return [];
  return manifest.stations.map(({ id, name }) => ({
    id,
    name,
    kiosks: manifest.kiosks
      .filter(({ station }) => station === id)
      .map((kiosk): KioskView => {
        const cards = stations.cards.of(kiosk.id);
        return {
          id: kiosk.id,
          name: kiosk.name,
          received: [...cards].map(([style, { received }]) => ({
            style: styleTitle(manifest, style),
            number: received,
          })),
          held: stations.heldBy(kiosk.id),
          accounted: stations.cards.isAccounted(kiosk.id),
          writtenOff: [...cards.values()].some(({ writtenOff }) => writtenOff !== undefined),
        };
      }),
    marked: stations.markedAt(id) !== undefined,
    balance: stationBalance(board, id),
  }));
}

export function styleTitle(manifest: Manifest, style: string): Localized {
  return manifest.styles.find(({ id }) => id === style)?.title ?? { ru: style };
}

/** Names of kiosks that closing has to give up on, and of those whose ballots haven't all come. */
export function missingNow(board: BoardState, what: 'closed' | 'tally'): readonly string[] {
  const { stations, size } = board;
  return (what === 'closed' ? stations?.closed() : stations?.tally(size))?.missing ?? [];
}

/** «Кабина 1 (Участок № 101), …» */
export function kioskNames(manifest: Manifest, kiosks: readonly string[]): string {
  return kiosks
    .map((id) => {
      const kiosk = manifest.kiosks.find((one) => one.id === id);
      const station = manifest.stations.find((one) => one.id === kiosk?.station);
      return `${kiosk?.name ?? id}${station === undefined ? '' : ` (${station.name.ru})`}`;
    })
    .join(', ');
}

/**
 * What a kiosk holds, as it was read out over the telephone.
 *
 * @throws DictationError with the group that was misheard
 */
export function heldDictated(manifest: Manifest, kiosk: string, text: string): Bodies['held'] {
  const station = manifest.kiosks.find(({ id }) => id === kiosk)?.station;
  if (station === undefined) throw new TypeError(`no station has a kiosk ${kiosk}`);
  return { station, kiosk, ...readDictated(kiosk, text) };
}

/** The styles whose cards are counted for a kiosk that is written off. */
export function writeOffStyles(board: BoardState, station: string, kiosk: string) {
  const { manifest, stations } = board;
  if (manifest === undefined) return [];
  const cards = stations?.cards.of(kiosk);
  return servedStyles(manifest, station).flatMap(({ id, title }) => {
    const counts = cards?.get(id);
    return counts === undefined ? [] : [{ id, title, most: counts.received - counts.spoiled }];
  });
}

/** The act without its signatures. */
export type WriteOff = Omit<Bodies['written-off'], 'members'>;

/** An act that members sign one after the other, until enough have. */
export class WriteOffAct extends EventTarget {
  readonly body: WriteOff;
  readonly needed: number;
  /** What is signed. */
  readonly document: Uint8Array;
  readonly #signed = new Map<number, Uint8Array>();

  constructor(board: BoardState, body: WriteOff) {
    super();
    const manifest = board.manifest!;
    this.body = body;
    this.needed = signaturesNeeded(manifest, 'close');
    this.document = writeOffDocument(board, body);
  }

  hasSigned(member: number): boolean {
    return this.#signed.has(member);
  }

  get missing(): number {
    return Math.max(0, this.needed - this.#signed.size);
  }

  /** @param cms detached, DER */
  sign(member: number, cms: Uint8Array): void {
    this.#signed.set(member, cms);
    this.dispatchEvent(new Event('change'));
  }

  /** The entry's body. The board takes as many signatures as are needed, at most five. */
  complete(): Bodies['written-off'] {
    const members = [...this.#signed]
      .sort(([a], [b]) => a - b)
      .slice(0, this.needed)
      .map(([member, cms]) => ({ member, cms }));
    return { ...this.body, members };
  }
}
