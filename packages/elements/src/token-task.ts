/**
 * One thing that a person's token is asked for, as the screen needs it: sign a document, prove that
 * it will work on the night, open or close a key share. A page wraps `@kabina/tokens` in this, so
 * that the element neither talks to a reader nor knows what is signed. Nothing secret is in a state.
 */
import type { Localized } from '@kabina/election/manifest';
import type { Application, PinForm } from '@kabina/tokens/card';

/** Whose token it is, from its certificate. */
export interface TokenView {
  readonly application: Application;
  /** Not proven on the vendor's hardware. */
  readonly experimental: boolean;
  /** As printed on it. */
  readonly serial: string;
  /** From the certificate. */
  readonly name: string;
  /** From the roll of members; absent where the task asks for no member. */
  readonly post?: Localized;
  /** ISO 8601: the certificate is good until then. */
  readonly validUntil: string;
}

/** One line of «Проверить токен». */
export interface TokenFinding {
  readonly what: 'certificate' | 'pin' | 'signature' | 'share';
  readonly good: boolean;
  /** Why not: of `@kabina/tokens/result`, or `token.…`. */
  readonly code?: string;
}

export type TokenState =
  /** Looking for readers. */
  | { readonly at: 'searching' }
  /** The kiosk's agent wants its pairing code, once. */
  | { readonly at: 'pairing'; readonly wrong: boolean; readonly busy: boolean }
  /** No card is there. `choosable`: the browser can be asked for one more device. */
  | { readonly at: 'waiting'; readonly readers: readonly string[]; readonly choosable: boolean }
  /** Cards in several readers: which? */
  | { readonly at: 'choosing'; readonly readers: readonly string[]; readonly choosable: boolean }
  /** Reading the certificate. */
  | { readonly at: 'reading'; readonly reader: string }
  /** The PIN is awaited. `refusal`: what became of the one before (`card.pin-…`). */
  | {
      readonly at: 'asked';
      readonly token: TokenView;
      readonly pinForm: PinForm;
      readonly triesLeft?: number;
      readonly refusal?: string;
    }
  | { readonly at: 'working'; readonly token: TokenView; readonly step: 'pin' | 'sending' }
  | {
      readonly at: 'done';
      readonly token: TokenView;
      /** Of a check: what was found. */
      readonly findings?: readonly TokenFinding[];
    }
  /** `token` once it is known whose it is. `retry`: it makes sense to try again. */
  | {
      readonly at: 'failed';
      readonly code: string;
      readonly token?: TokenView;
      readonly retry: boolean;
    };

/** Every change of `state` fires a plain `change`. */
export interface TokenTask extends EventTarget {
  /**
   * What the token is for. `check` proves it without signing anything that counts; `share` opens or
   * seals a key share.
   */
  readonly purpose: 'sign' | 'check' | 'share';
  /** What is signed, in words for the person: «Протоколы об итогах голосования». */
  readonly subject: Localized;
  readonly state: TokenState;
  /** Begins to look for readers. */
  start(): void;
  /** The agent's pairing code. */
  pair(code: string): void;
  /** Shows the browser's chooser. Only within a click. */
  choose(): void;
  /** Takes the card in one of several readers. */
  use(reader: string): void;
  /**
   * Gives the PIN, as bytes; the task overwrites them as soon as they were used.
   *
   * @param lastTry the person knows that it is the last try
   */
  submit(pin: Uint8Array, lastTry?: boolean): void;
  /** From `failed`: begins again. */
  retry(): void;
  /** The screen goes: ends the session with the card. */
  stop(): void;
}
