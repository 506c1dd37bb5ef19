/**
 * Access cards as they stand on the board, and the rules of what is said about them: delivered to a
 * kiosk, spoiled at a desk, never opened by the end, written off with a dead kiosk (PROTOCOL.md,
 * "Stations").
 *
 * Memory: some 300 bytes for a card.
 */
import { bytesToHex, compareBytes, equalBytes } from '@kabina/crypto/bytes';
import { RightEdge } from '@kabina/log/merkle';
import { encode } from './cbor.ts';
import { cardKeys, type Bodies } from './entries.ts';
import { servedStyles, type BallotStyle, type Manifest } from './manifest.ts';
import { actFault, writeOffDocument } from './members.ts';
import { problem, type Problem } from './problem.ts';
import { cardId, isDeposit } from './station-card.ts';

interface Card {
  readonly kiosk: string;
  readonly style: string;
  readonly commitment: Uint8Array;
  /** Index of its `delivered` entry in the log. */
  readonly deliveredAt: number;
  spoiled: boolean;
  cancelled: boolean;
}

/** How many cards of one kiosk and style. */
interface Counts {
  received: number;
  spoiled: number;
  /** In the kiosk's list of those never opened. */
  cancelled: number;
  /** Spoiled ones in that list: spoiled before the kiosk had opened them. */
  spoiledUnopened: number;
}

/** A kiosk's `cancelled` entries so far. */
interface Account {
  readonly first: Bodies['cancelled'];
  parts: number;
  /** The tree over the cards so far, and the last of them. */
  edge: RightEdge;
  last: Uint8Array | undefined;
}

interface KioskCards {
  readonly batches: Set<number>;
  readonly styles: Map<string, Counts>;
  account?: Account;
  writtenOff?: Bodies['written-off'];
}

/** What is known of one kiosk's cards of one style. */
export interface CardCounts extends Readonly<Counts> {
  /** That the kiosk says it has opened; undefined until its account is there. */
  readonly opened: number | undefined;
  /** Counted by hand; undefined where the kiosk was not written off. */
  readonly writtenOff: number | undefined;
}

/** What a `spoiled` entry takes out of the count. */
export interface SpoiledKeys {
  readonly keys: readonly Uint8Array[];
  /** Ballots at a greater index of the log. */
  readonly from: number;
}

const fault = (code: string, message: string): Problem =>
  problem('stations', `stations.${code}`, message);

/** Numbers by name, or undefined if a name stands twice. */
export function byName(
  pairs: readonly (readonly [name: string, number: number])[],
): ReadonlyMap<string, number> | undefined {
  const map = new Map(pairs);
  return map.size === pairs.length ? map : undefined;
}

export class BoardCards {
  readonly #manifest: Manifest;
  readonly #election: Uint8Array;
  readonly #cards = new Map<string, Card>();
  readonly #kiosks = new Map<string, KioskCards>();

  constructor(manifest: Manifest, election: Uint8Array) {
    this.#manifest = manifest;
    this.#election = election;
  }

  /** Whether a card was delivered to a kiosk, by `cardId`. */
  isDelivered(kiosk: string, card: Uint8Array): boolean {
    return this.#cards.get(bytesToHex(card))?.kiosk === kiosk;
  }

  /** Styles of which a kiosk has received cards, and how many. */
  of(kiosk: string): ReadonlyMap<string, CardCounts> {
    const found = this.#kiosks.get(kiosk);
    const opened = this.#isComplete(found?.account) && byName(found.account.first.opened);
    const writtenOff = found?.writtenOff && byName(found.writtenOff.cards);
    return new Map(
      [...(found?.styles ?? [])].map(([style, counts]) => [
        style,
        {
          ...counts,
          opened: opened ? (opened.get(style) ?? 0) : undefined,
          writtenOff: writtenOff && (writtenOff.get(style) ?? 0),
        },
      ]),
    );
  }

  /** Whether a kiosk's cards are accounted for: by itself, or by members who wrote them off. */
  isAccounted(kiosk: string): boolean {
    const found = this.#kiosks.get(kiosk);
    return found?.writtenOff !== undefined || this.#isComplete(found?.account);
  }

  /** How many of its ballot keys a kiosk has at most. */
  keysOf(kiosk: string): number {
    let keys = 0;
    for (const [style, { received }] of this.#kiosks.get(kiosk)?.styles ?? []) {
      keys += received * (this.#style(style)?.contests.length ?? 0);
    }
    return keys;
  }

  #kiosk(id: string): KioskCards {
    const known = this.#kiosks.get(id) ?? { batches: new Set(), styles: new Map() };
    this.#kiosks.set(id, known);
    return known;
  }

  #style(id: string): BallotStyle | undefined {
    return this.#manifest.styles.find((style) => style.id === id);
  }

  #isComplete(account: Account | undefined): account is Account {
    return account !== undefined && account.parts > 0 && account.edge.size === account.first.number;
  }

  /** `held` tells whether the kiosk has already said what it holds. */
  checkDelivered(body: Bodies['delivered'], held: boolean): Problem | undefined {
    const { station, kiosk, style, batch, cards } = body;
    if (!servedStyles(this.#manifest, station).some(({ id }) => id === style)) {
      return fault('style', `station ${station} can't serve voters of style ${style}`);
    }
    const known = this.#kiosks.get(kiosk);
    if (held || known?.account || known?.writtenOff) {
      return fault('late-delivery', `kiosk ${kiosk} has closed`);
    }
    if (known?.batches.has(batch)) return fault('batch', `batch ${batch} of ${kiosk} came before`);
    const ids = new Set(cards.map(({ key }) => bytesToHex(cardId(this.#election, key))));
    const repeated = [...ids].some((id) => this.#cards.has(id));
    if (repeated || ids.size < cards.length) return fault('card-twice', 'a card is there twice');
    return undefined;
  }

  takeDelivered({ kiosk, style, batch, cards }: Bodies['delivered'], index: number): void {
    const known = this.#kiosk(kiosk);
    known.batches.add(batch);
    const zero = { received: 0, spoiled: 0, cancelled: 0, spoiledUnopened: 0 };
    const counts = known.styles.get(style) ?? zero;
    known.styles.set(style, counts);
    counts.received += cards.length;
    for (const { key, commitment } of cards) {
      const id = bytesToHex(cardId(this.#election, key));
      const at = { deliveredAt: index, spoiled: false, cancelled: false };
      this.#cards.set(id, { kiosk, style, commitment, ...at });
    }
  }

  checkSpoiled({ station, kiosk, card, ...deposit }: Bodies['spoiled']): Problem | undefined {
    const known = this.#cards.get(bytesToHex(card));
    if (known?.kiosk !== kiosk) return fault('card', `no such card was delivered to ${kiosk}`);
    if (known.spoiled) return fault('spoiled-twice', 'the card was spoiled before');
    const issuer = cardKeys(this.#manifest, station, known.style);
    const style = { election: this.#election, issuer };
    if (isDeposit(style, card, deposit, known.commitment)) return undefined;
    return fault('deposit', 'not the ballot keys that the card issuer has signed for the card');
  }

  takeSpoiled({ kiosk, card, keys }: Bodies['spoiled']): SpoiledKeys {
    const known = this.#cards.get(bytesToHex(card)) as Card;
    known.spoiled = true;
    const counts = this.#counts(kiosk, known.style);
    counts.spoiled++;
    if (known.cancelled) counts.spoiledUnopened++;
    return { keys, from: known.deliveredAt };
  }

  #counts(kiosk: string, style: string): Counts {
    return this.#kiosks.get(kiosk)?.styles.get(style) as Counts;
  }

  checkWrittenOff(body: Bodies['written-off'], at: Date): Problem | undefined {
    const { kiosk, cards } = body;
    const known = this.#kiosks.get(kiosk);
    // What it holds says nothing of its cards: a kiosk may die between the two.
    if (this.isAccounted(kiosk)) return fault('account-twice', `${kiosk} has its account`);
    const counted = byName(cards);
    if (!counted) return fault('write-off', 'a style stands twice');
    for (const [style, number] of counted) {
      const { received = 0, spoiled = 0 } = known?.styles.get(style) ?? {};
      if (number > received - spoiled) {
        return fault('write-off', `${kiosk} has not so many cards of style ${style}`);
      }
    }
    const manifest = this.#manifest;
    const document = writeOffDocument({ manifest, electionId: this.#election }, body);
    const bad = actFault(manifest, document, body.members, at);
    return bad === undefined ? undefined : fault('members', bad);
  }

  takeWrittenOff(body: Bodies['written-off']): void {
    this.#kiosk(body.kiosk).writtenOff = body;
  }

  checkCancelled(body: Bodies['cancelled']): Problem | undefined {
    const { kiosk, cards, number, part } = body;
    if (this.isAccounted(kiosk)) return fault('account-twice', `${kiosk} has its account`);
    const { account, styles } = this.#kiosks.get(kiosk) ?? {};
    const opened = byName(body.opened);
    const unknown = [...(opened?.keys() ?? [])].find((style) => !styles?.has(style));
    if (!opened || unknown !== undefined) {
      return fault('opened', `a style that stands twice, or of which ${kiosk} has no cards`);
    }
    const account1 = account?.first ?? body;
    const heads = [account1, body].map((one) => encode([one.opened, one.number, one.root]));
    if (part !== (account?.parts ?? 0) + 1 || !equalBytes(heads[0]!, heads[1]!)) {
      return fault('part', 'not the next part of the account');
    }
    const sorted = cards.every((id, i) => {
      const last = i === 0 ? account?.last : cards[i - 1];
      return last === undefined || compareBytes(last, id) < 0;
    });
    if (!sorted) return fault('order', 'the cards are not in ascending order');
    if (!cards.every((card) => this.isDelivered(kiosk, card))) {
      return fault('card', `a card that was not delivered to ${kiosk}`);
    }
    // An empty part would be one of any number.
    const edge = withCards(account, cards);
    if (edge.size > number || (cards.length === 0 && number > 0)) {
      return fault('number', 'not the number of cards that the account states');
    }
    if (edge.size === number && !equalBytes(edge.root(), body.root)) {
      return fault('root', 'not the root of the cards');
    }
    return undefined;
  }

  takeCancelled(body: Bodies['cancelled']): void {
    const known = this.#kiosk(body.kiosk);
    known.account ??= { first: body, parts: 0, edge: new RightEdge(), last: undefined };
    known.account.parts++;
    known.account.edge = withCards(known.account, body.cards);
    known.account.last = body.cards.at(-1);
    for (const id of body.cards) {
      const card = this.#cards.get(bytesToHex(id)) as Card;
      card.cancelled = true;
      const counts = this.#counts(card.kiosk, card.style);
      counts.cancelled++;
      if (card.spoiled) counts.spoiledUnopened++;
    }
  }
}

/** A part costs what is in it, however much came before: a hostile board repeats it. */
function withCards(account: Account | undefined, cards: readonly Uint8Array[]): RightEdge {
  const edge = account?.edge.copy() ?? new RightEdge();
  for (const id of cards) edge.append(id);
  return edge;
}
