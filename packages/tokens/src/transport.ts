/**
 * The road between a program and a card, whatever it leads over: a CCID reader on USB, PC/SC, the
 * browser's Web Smart Card, APDUs in HID reports, the kiosk's agent. A driver makes readers, a
 * reader with a card in it makes a transport, and everything above speaks APDUs.
 */
import type { Result } from './result.ts';

/** An open, exclusive session with one card. */
export interface ApduTransport {
  /** Of the reader, for people. */
  readonly reader: string;
  /** Answer to reset (ISO/IEC 7816-3), as it came; empty where the road has none. */
  readonly atr: Uint8Array;
  /** Whether commands and responses of extended length may pass (ISO/IEC 7816-4, 5.1). */
  readonly extended: boolean;
  /**
   * Sends one command APDU and answers the response with its two status bytes, as they came: 61xx,
   * 6Cxx and command chaining are `Channel`'s. Never rejects. Commands are sent one after another.
   * The driver overwrites every copy of the command that it has made before it answers.
   */
  transmit(command: Uint8Array): Promise<Result<Uint8Array>>;
  /**
   * Resolves when the session is over, and says why: `closed` by us, or `removed`: card, reader or
   * connection went. Never rejects. After that `transmit` answers `transport.closed` or
   * `transport.removed`.
   */
  readonly ended: Promise<'closed' | 'removed'>;
  /** Ends the session and powers the card off, so that a verified PIN does not outlive it. */
  close(): Promise<void>;
}

/** A slot that a card is put into, or a token that is reader and card in one. */
export interface CardReader {
  /** For people, and unique within its source. */
  readonly name: string;
  /** Whether a card is in it, as far as is known now. */
  readonly present: boolean;
  /**
   * Powers the card and opens a session. One at a time: `transport.busy` while another is open.
   * Never rejects.
   */
  connect(): Promise<Result<ApduTransport>>;
}

/**
 * Where readers come from. Fires a plain `change` whenever `readers` or one of their `present` has
 * changed.
 */
export interface ReaderSource extends EventTarget {
  readonly kind: 'usb' | 'hid' | 'smart-card' | 'agent' | 'pcsc';
  readonly readers: readonly CardReader[];
  /** Looks for readers and begins to watch them. May be repeated. Never rejects. */
  open(): Promise<Result<readonly CardReader[]>>;
  /**
   * Shows the browser's chooser for one more device, where the source needs that (WebUSB, WebHID).
   * Only within a click. A person who closes it without a choice is no problem: `ok`. `undefined`
   * where there is nothing to choose.
   */
  readonly choose?: () => Promise<Result<void>>;
  /** Ends all sessions and stops watching. */
  close(): Promise<void>;
}
