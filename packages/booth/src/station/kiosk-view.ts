// What a station's kiosk shows of itself, and what it needs of the machine that it runs on. Types only.

import type { SetJournal } from '@kabina/outbox/journal';
import type { Localized } from '@kabina/election/manifest';
import type { Trouble } from '../state.ts';

/** What the kiosk's machine keeps where the browser can't lose it: the agent on the loopback. */
export interface KioskMachine {
  /** Id of the kiosk in the manifest, and its public key (Ed25519). */
  readonly kiosk: string;
  readonly publicKey: Uint8Array;
  /** Signs for the kiosk: inputs of the domains `kabina/v1/entry`, `…/delivery`, `…/promise` alone. */
  sign(input: Uint8Array): Promise<Uint8Array>;
  /** Witnesses of an election's sets: `outbox-` and `cards-` with 16 digits of its electionId. */
  journal(name: string): SetJournal;
}

/** The cards of one style as this kiosk knows them. */
export interface KioskCards {
  readonly style: string;
  readonly received: number;
  /** Opened by a voter; only shown at closing. */
  readonly opened: number;
  /** At closing: never opened, and destroyed. */
  readonly cancelled: number;
}

/**
 * - `setup`: no election or no cards yet; `ready`: before the hours; `voting`;
 * - `closed`: the kiosk has made its closing statement: nobody votes any more, the queue drains;
 * - `stopped`: it must not go on (`trouble`: `journal.disagrees`, `storage.not-kept`, …).
 */
export type KioskPhase = 'setup' | 'ready' | 'voting' | 'closed' | 'stopped';

export interface KioskStatus {
  readonly phase: KioskPhase;
  readonly kiosk: string;
  readonly station?: { readonly id: string; readonly name: Localized };
  readonly election?: {
    readonly id: string;
    readonly kind: 'training' | 'binding';
    readonly title: Localized;
  };
  readonly cards: readonly KioskCards[];
  /**
   * Of the commission's acts as far as this kiosk has read them from the board: without a line there may
   * be one that it has not heard of.
   */
  readonly heard: {
    /** Voting stands suspended: no card is opened, and who has begun goes on. */
    readonly suspended: boolean;
    /** Milliseconds by which closing is put off. */
    readonly extension: number;
  };
  /** A voter's session was cut off (power, crash): the same card goes on, or a member ends it. */
  readonly interrupted: boolean;
  readonly queue: {
    readonly waiting: number;
    readonly quarantined: number;
    readonly sent: number;
    readonly line: 'up' | 'down' | undefined;
    readonly full: boolean;
    readonly trouble?: Trouble;
  };
  readonly trouble?: Trouble;
}
