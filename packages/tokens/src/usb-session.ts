/** An open session with the card in one slot of a CCID reader. */
import { decodeCommand } from './apdu.ts';
import type { CardLink } from './ccid-link.ts';
import type { CcidSlot } from './ccid-slot.ts';
import { fail, type Result } from './result.ts';
import type { ApduTransport } from './transport.ts';

/**
 * Whatever fails on the way to the card ends the session: nobody knows then what the card has heard,
 * and a new session begins with a card that has forgotten everything.
 */
export class UsbSession implements ApduTransport {
  readonly reader: string;
  readonly atr: Uint8Array;
  readonly extended: boolean;
  readonly ended: Promise<'closed' | 'removed'>;
  readonly #link: CardLink;
  readonly #slot: CcidSlot;
  readonly #end: (why: 'closed' | 'removed') => void;
  /** Called once with the work that brings the slot back to where it can be used again. */
  readonly #leave: (cleaning: Promise<void>) => void;
  #why: 'closed' | 'removed' | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #cleaning: Promise<void> = Promise.resolve();

  constructor(
    reader: string,
    link: CardLink,
    slot: CcidSlot,
    leave: (cleaning: Promise<void>) => void,
  ) {
    this.reader = reader;
    this.atr = link.atr.slice();
    this.extended = link.extended;
    this.#link = link;
    this.#slot = slot;
    this.#leave = leave;
    const { promise, resolve } = Promise.withResolvers<'closed' | 'removed'>();
    this.ended = promise;
    this.#end = resolve;
  }

  transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    const answer = this.#tail.then(() => this.#transmit(command));
    this.#tail = answer;
    return answer;
  }

  async close(): Promise<void> {
    this.#finish('closed');
    await this.#cleaning;
  }

  /** The card or the reader is gone. */
  lose(): void {
    this.#finish('removed');
  }

  async #transmit(command: Uint8Array): Promise<Result<Uint8Array>> {
    if (this.#why) return over(this.#why);
    try {
      decodeCommand(command);
    } catch {
      return fail('transport.unsupported', 'These bytes are no command APDU.');
    }
    const answer = await this.#link.transmit(command);
    if (answer.ok || answer.problem.code === 'transport.unsupported') return answer;
    // Ended meanwhile: that is why it failed.
    if (this.#why) return over(this.#why);
    const pulled = answer.problem.code !== 'transport.removed' && (await this.#pulled());
    this.#finish('removed');
    return pulled ? over('removed') : answer;
  }

  /** Whether the reader, asked again, sees no card: what failed was its removal then. */
  async #pulled(): Promise<boolean> {
    const { bus, index } = this.#slot;
    if (bus.lost || bus.unanswered(index)) return false;
    const status = await this.#slot.status();
    return status.ok && status.value === 'absent';
  }

  #finish(why: 'closed' | 'removed'): void {
    if (this.#why) return;
    this.#why = why;
    this.#cleaning = this.#slot.bus.lost ? Promise.resolve() : this.#slot.recover();
    this.#leave(this.#cleaning);
    this.#end(why);
  }
}

function over(why: 'closed' | 'removed'): Result<never> {
  return why === 'closed'
    ? fail('transport.closed', 'The session was closed.')
    : fail('transport.removed', 'The card or the reader is gone.');
}
