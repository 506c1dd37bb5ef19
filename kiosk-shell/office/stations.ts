/**
 * The stations as the commission works with them, without a face: what the board says of each, the
 * card issuer's batches and their secrets while they are being printed, and what was dictated.
 */
import type { BoardState } from '@kabina/election/board';
import { cardIssuer, type Bodies, type EntryOf } from '@kabina/election/entries';
import { servedStyles, type Localized, type Manifest } from '@kabina/election/manifest';
import { stationBalance, type StationBalance } from '@kabina/election/station-balance';
import type { PageConfig } from '../common/config.ts';
import { readHeldText } from '../common/held-text.ts';
import { reach } from '../common/reach.ts';
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
      answer = await reach(new URL(`/desk/cards/${path.join('/')}`, this.#url), {
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
  readonly held:
    | {
        readonly number: number;
        readonly arrived: number;
        /** The kiosk itself has not signed it. */
        readonly dictated?: true;
      }
    | undefined;
  /** Its account of cards has come, or they were written off. */
  readonly accounted: boolean;
  readonly writtenOff: boolean;
}

export interface StationView {
  readonly id: string;
  readonly name: Localized;
  readonly kiosks: readonly KioskView[];
  /** The desk's account has come: its own, or from members in its place. */
  readonly marked: 'desk' | 'members' | undefined;
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
    marked: markedBy(stations.markedAt(id)),
    balance: stationBalance(board, id),
  }));
}

function markedBy(account: Bodies['marked'] | undefined): StationView['marked'] {
  if (account === undefined) return undefined;
  return account.lost === undefined ? 'desk' : 'members';
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

/**
 * A kiosk's statement from the QR code of its slip, for the commission to countersign; undefined where
 * it isn't that kiosk's. Its signature is judged by the board.
 */
export function heldScanned(
  manifest: Manifest,
  kiosk: string,
  text: string,
): EntryOf<'held'> | undefined {
  const held = readHeldText(text);
  const [[by] = []] = held?.signatures ?? [];
  const station = manifest.kiosks.find(({ id }) => id === kiosk)?.station;
  const own = held?.body.kiosk === kiosk && held.body.station === station;
  return own && held.signatures.length === 1 && by === `kiosk/${kiosk}` ? held : undefined;
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
