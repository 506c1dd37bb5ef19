/**
 * What the desk has written down beside its marks: numbers of cards, never which card a voter drew.
 * Plain values, changed by copying: what is in memory is what lies on the disk.
 */
import type { Bodies } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import type { DeskPile, DeskTrip } from '@kabina/elements/desk';
import type { StationBoard } from './desk-board.ts';
import { DeskError } from './desk-error.ts';

/** Cards of one kiosk and style. */
export interface PileCount {
  readonly kiosk: string;
  readonly style: string;
  /** Gone from the pile for good: drawn, or spoiled out of it. */
  readonly given: number;
  readonly spoiled: number;
}

export interface CardNumber {
  readonly kiosk: string;
  readonly style: string;
  readonly number: number;
}

/** A journey to voters at home. */
export interface Trip {
  /** Random: it does not tell which was the first. */
  readonly id: string;
  /** Numbers on the list, while it is on its way. */
  readonly voters: readonly string[];
  readonly asked: number;
  readonly served: number;
  /** Carried along, by pile. */
  readonly out: readonly CardNumber[];
  /** Cards that came back, -1 while it is on its way. */
  readonly back: number;
}

/** CBOR's types alone: it is kept as it is. */
export interface Book {
  readonly counts: readonly PileCount[];
  /** Ids of cards, hexadecimal, in no order that means anything. */
  readonly spoiled: readonly string[];
  readonly dead: readonly string[];
  readonly trips: readonly Trip[];
  readonly held: readonly {
    readonly kiosk: string;
    readonly number: number;
    readonly root: Uint8Array;
  }[];
  readonly closed: boolean;
  /** Issuers that have all marks, and how many of them they refused. */
  readonly marksTaken: readonly { readonly issuer: string; readonly refused: number }[];
  /** Slips that are printed once: the zero report. */
  readonly printed: readonly string[];
}

export const EMPTY_BOOK: Book = {
  counts: [],
  spoiled: [],
  dead: [],
  trips: [],
  held: [],
  closed: false,
  marksTaken: [],
  printed: [],
};

const NONE = { given: 0, spoiled: 0 };

function countOf(book: Book, kiosk: string, style: string): { given: number; spoiled: number } {
  return book.counts.find((one) => one.kiosk === kiosk && one.style === style) ?? NONE;
}

/** Cards of a pile that are out with trips. */
function carried(book: Book, kiosk: string, style: string): number {
  return book.trips
    .filter(({ back }) => back < 0)
    .flatMap(({ out }) => out)
    .filter((one) => one.kiosk === kiosk && one.style === style)
    .reduce((sum, { number }) => sum + number, 0);
}

/** Adds to the counts of a pile. */
function counted(book: Book, kiosk: string, style: string, given: number, spoiled: number): Book {
  const before = countOf(book, kiosk, style);
  const after = {
    kiosk,
    style,
    given: before.given + given,
    spoiled: before.spoiled + spoiled,
  };
  const others = book.counts.filter((one) => one.kiosk !== kiosk || one.style !== style);
  // Sorted, so that the order doesn't tell which pile was drawn from last.
  const counts = [...others, after].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  return { ...book, counts };
}

const name = ({ kiosk, style }: { kiosk: string; style: string }): string => `${kiosk}/${style}`;

/** The piles that were delivered, in the manifest's order. */
export function pilesOf(manifest: Manifest, board: StationBoard, book: Book): DeskPile[] {
  const received = new Map<string, number>();
  for (const card of board.cards) received.set(name(card), (received.get(name(card)) ?? 0) + 1);
  return manifest.kiosks.flatMap((kiosk) =>
    manifest.styles.flatMap((style): DeskPile[] => {
      const number = received.get(name({ kiosk: kiosk.id, style: style.id }));
      if (number === undefined) return [];
      const { given, spoiled } = countOf(book, kiosk.id, style.id);
      return [
        {
          kiosk: kiosk.id,
          kioskName: kiosk.name,
          style: style.id,
          styleTitle: style.title,
          received: number,
          given,
          spoiled,
          left: number - given - carried(book, kiosk.id, style.id),
          dead: book.dead.includes(kiosk.id),
        },
      ];
    }),
  );
}

/** The pile that a card may be drawn from. Throws `desk.pile`, `desk.dead`. */
function pileFor(piles: readonly DeskPile[], kiosk: string, style: string, number = 1): DeskPile {
  const pile = piles.find((one) => one.kiosk === kiosk && one.style === style);
  if (pile === undefined) throw new DeskError('desk.pile', 'no pile of that style');
  if (pile.dead) throw new DeskError('desk.dead', 'the kiosk is out of order');
  if (pile.left < number) throw new DeskError('desk.pile', 'the pile has no card left');
  return pile;
}

/** One card is drawn. */
export function drawn(book: Book, piles: readonly DeskPile[], kiosk: string, style: string): Book {
  pileFor(piles, kiosk, style);
  return counted(book, kiosk, style, 1, 0);
}

/**
 * A card is spoiled. One that was never drawn leaves its pile by that: what is given is what has left
 * the pile, so that the cards on the table can be counted.
 */
export function spoiledCard(book: Book, card: string, kiosk: string, style: string): Book {
  const { given, spoiled } = countOf(book, kiosk, style);
  const undrawn = spoiled + 1 > given;
  if (undrawn && book.closed) throw new DeskError('desk.closed', 'the account has been given');
  const after = counted(book, kiosk, style, undrawn ? 1 : 0, 1);
  return { ...after, spoiled: [...after.spoiled, card].sort() };
}

export function wentOut(
  book: Book,
  piles: readonly DeskPile[],
  trip: { id: string; voters: readonly string[]; cards: readonly CardNumber[] },
): Book {
  for (const { kiosk, style, number } of trip.cards) {
    if (!Number.isSafeInteger(number) || number < 1) throw new DeskError('desk.pile', 'no number');
    pileFor(piles, kiosk, style, number);
  }
  if (new Set(trip.cards.map(name)).size !== trip.cards.length) {
    throw new DeskError('desk.pile', 'a pile is named twice');
  }
  const { id, voters, cards } = trip;
  const out = { id, voters, asked: voters.length, served: 0, out: cards, back: -1 };
  return { ...book, trips: [...book.trips, out] };
}

/**
 * A trip comes home. Of each pile what went out came back or was drawn; there may have been more
 * drawn than served: a card was spoiled on the way and another taken.
 *
 * @param served the kiosk and style that each served voter's card was of
 */
export function cameBack(
  book: Book,
  trip: Trip,
  served: readonly { readonly kiosk: string; readonly style: string }[],
  cards: readonly CardNumber[],
): Book {
  let after = book;
  let back = 0;
  for (const pile of [...cards, ...served]) {
    if (!trip.out.some((one) => name(one) === name(pile))) {
      throw new DeskError('desk.pile', 'the trip had no such cards');
    }
  }
  for (const { kiosk, style, number: out } of trip.out) {
    const same = { kiosk, style };
    const returned = cards
      .filter((one) => name(one) === name(same))
      .reduce((sum, { number }) => sum + number, 0);
    const used = out - returned;
    const needed = served.filter((one) => name(one) === name(same)).length;
    if (!Number.isSafeInteger(returned) || returned < 0 || used < needed) {
      throw new DeskError('desk.pile', 'more cards than went out');
    }
    back += returned;
    after = counted(after, kiosk, style, used, 0);
  }
  const home: Trip = { ...trip, voters: [], served: served.length, back };
  return { ...after, trips: after.trips.map((one) => (one.id === trip.id ? home : one)) };
}

export function tripViews(book: Book): DeskTrip[] {
  return book.trips.map(({ id, asked, served, out, back }) => ({
    id,
    voters: asked,
    served,
    out: out.reduce((sum, { number }) => sum + number, 0),
    back: back < 0 ? undefined : back,
  }));
}

/** The desk's account at closing: all piles that were delivered, all styles of the marked voters. */
export function account(
  station: string,
  manifest: Manifest,
  piles: readonly DeskPile[],
  /** Styles of all marked voters. */
  styles: readonly string[],
): Bodies['marked'] {
  return {
    station,
    voters: manifest.styles.flatMap(({ id }): [string, number][] => {
      const number = styles.filter((style) => style === id).length;
      return number === 0 ? [] : [[id, number]];
    }),
    given: piles.map(({ kiosk, style, given }): [string, string, number] => [kiosk, style, given]),
  };
}
