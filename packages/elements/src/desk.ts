// What the registration desk of a station is to its face: <kabina-desk> shows it and calls it. The
// real one is kiosk-shell's; a scripted one serves the stories.

import type { Localized } from '@kabina/election/manifest';
import type { Trouble } from '@kabina/booth/session';

/** One voter of the station's list, as the desk's member sees them. */
export interface DeskVoter {
  readonly number: string;
  readonly name: string;
  readonly document: string;
  readonly style: string;
  /**
   * `free`: may be given a card; `served`: was marked; `elsewhere`: on another list (online or another
   * station's); `unsupported`: this station has no cards of the style.
   */
  readonly state: 'free' | 'served' | 'elsewhere' | 'unsupported';
}

/** One pile of cards on the table. */
export interface DeskPile {
  readonly kiosk: string;
  readonly kioskName: string;
  readonly style: string;
  readonly styleTitle: Localized;
  readonly received: number;
  /** Drawn, those in place of spoiled ones too. */
  readonly given: number;
  readonly spoiled: number;
  /** How many should lie on the table. */
  readonly left: number;
  /** The kiosk was declared dead: nothing is drawn from its piles. */
  readonly dead: boolean;
}

/** Cards carried to voters who vote at home, by the register of requests. */
export interface DeskTrip {
  readonly id: string;
  /** Voters whose requests it serves. */
  readonly voters: number;
  readonly served: number;
  readonly out: number;
  /** Undefined while it is on its way. */
  readonly back: number | undefined;
}

export interface DeskStatus {
  /** `locked`: wants the desk's code; `setup`: list or cards have not been fetched. */
  readonly at: 'locked' | 'setup' | 'open' | 'closed';
  readonly kind: 'training' | 'binding';
  readonly title: Localized;
  readonly station: { readonly id: string; readonly name: Localized };
  readonly line: 'up' | 'down' | undefined;
  /** Voters on the station's list, and how many of them are marked. */
  readonly voters: number;
  readonly served: number;
  readonly piles: readonly DeskPile[];
  readonly trips: readonly DeskTrip[];
  /** What the desk has written and the servers have not taken yet. */
  readonly waiting: number;
  /** Entries among them that the board won't have: they need a person. */
  readonly refused: number;
  /** Statements of kiosks that were scanned at closing. */
  readonly held: readonly { readonly kiosk: string; readonly number: number }[];
  readonly busy: boolean;
  readonly trouble?: Trouble;
}

/**
 * Actions resolve when what they say is durable. They reject with an error that has a stable `code`:
 * `desk.secret`, `desk.voter`, `desk.served`, `desk.elsewhere`, `desk.offline` (needs the line),
 * `desk.pile` (no card left, or not of this style), `desk.dead`, `desk.closed`, `card.text`,
 * `card.foreign`, `card.unknown`, `card.spoiled`, `card.deposit`, `held.text`, `held.foreign`,
 * `journal.disagrees`, `storage.failed`.
 */
export interface Desk extends EventTarget {
  /** Every change fires `change`, a plain `Event`. */
  readonly status: DeskStatus;
  unlock(code: string): Promise<void>;
  lock(): void;
  /** With the line: takes the station's list over (online issuing ends for it) and the board's cards. */
  fetch(): Promise<void>;
  /** By name, number or document, at most 20; offline too. */
  find(query: string): Promise<readonly DeskVoter[]>;
  /** Marks the voter; one card is drawn from that kiosk's pile of the voter's style. */
  issue(number: string, kiosk: string): Promise<void>;
  /** A voter brings a card back: it is spoiled, and another is drawn. `card` is scanned or typed. */
  replace(number: string, card: string, kiosk: string): Promise<void>;
  /** A card that nobody's other card replaces: found, torn, left in the kiosk. */
  spoil(card: string): Promise<void>;
  /** With the line: a voter of another list comes over, if nobody has served them. */
  transfer(number: string): Promise<DeskVoter>;
  /** Cards go out to voters at home. */
  carryOut(trip: {
    readonly voters: readonly string[];
    readonly cards: readonly {
      readonly kiosk: string;
      readonly style: string;
      readonly number: number;
    }[];
  }): Promise<void>;
  /** They come back: who was served, and how many cards of each pile were not drawn. */
  carryBack(
    trip: string,
    result: {
      readonly served: readonly { readonly number: string; readonly kiosk: string }[];
      readonly cards: readonly {
        readonly kiosk: string;
        readonly style: string;
        readonly number: number;
      }[];
    },
  ): Promise<void>;
  /** The closing slip of a kiosk, scanned: countersigned and sent. */
  takeHeld(text: string): Promise<void>;
  /** What is read out over the telephone if there is no line: number and root in groups. */
  dictate(kiosk: string): string;
  /** A kiosk that will not start again: its pile is counted for the act that members sign. */
  declareDead(kiosk: string): Promise<void>;
  /** Ends issuing: the desk's account and its marks are queued, and sent when there is a line. */
  close(): Promise<void>;
}
