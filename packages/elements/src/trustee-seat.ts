/**
 * A key holder's seat as the screen needs it. A page wraps `@kabina/trustee` in this, so that the
 * element neither holds a key nor knows where the board is. Nothing secret is in a state.
 */
import type { Expectation } from '@kabina/trustee/trustee';
import type { TokenTask } from './token-task.ts';

/** Where the holder is on the way from the first commitment to the last decryption. */
export type SeatStage = 'commit' | 'reveal' | 'check' | 'confirm' | 'keep' | 'decrypt';

export const SEAT_STAGES: readonly SeatStage[] = [
  'commit',
  'reveal',
  'check',
  'confirm',
  'keep',
  'decrypt',
];

export type SeatState =
  /**
   * The share is under a passphrase, or under a token; `fresh`: there is none yet. `guard` says
   * which, a passphrase by default; `either`: the holder of a fresh seat chooses.
   */
  | {
      readonly at: 'locked';
      readonly fresh: boolean;
      readonly busy: boolean;
      readonly wrong: boolean;
      readonly guard?: 'passphrase' | 'token' | 'either';
    }
  /** At work on a stage, or waiting for the other holders or the board. */
  | { readonly at: 'working'; readonly stage: SeatStage; readonly waitingFor?: Expectation }
  /** The board is complete up to `tally`, and checked: the holder's word is awaited. */
  | { readonly at: 'asked'; readonly ballots: number; readonly contests: number }
  | { readonly at: 'decrypting'; readonly done: number; readonly contests: number }
  | { readonly at: 'done' }
  | { readonly at: 'failed'; readonly code: string; readonly retry: boolean };

/** Every change of `state` fires a plain `change`. */
export interface TrusteeSeat extends EventTarget {
  readonly index: number;
  readonly name: string;
  readonly holders: number;
  readonly threshold: number;
  readonly training: boolean;
  readonly state: SeatState;
  /** Opens or closes the share with a token; there once the guard is one or the holder chose it. */
  readonly token?: TokenTask | undefined;
  /** Opens the share, or makes the place for it; the passphrase is used and forgotten. */
  unlock(passphrase: string): Promise<void>;
  /** On a fresh seat with the guard `either`: the holder takes a token; `token` is there then. */
  useToken?(): void;
  /** From `asked`: decrypts, once. */
  decrypt(): Promise<void>;
  retry(): Promise<void>;
}
