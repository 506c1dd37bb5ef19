/**
 * Fiat–Shamir: a proof's challenge is the hash of everything that was said before it.
 *
 * Everything is length-prefixed and labelled, so that two different statements never hash alike,
 * and the whole statement goes in, not the commitments alone (Bernhard, Pereira, Warinschi, "How
 * not to prove yourself", https://eprint.iacr.org/2016/771).
 */
import { concatBytes, frame, uint32 } from './bytes.ts';
import type { Suite } from './suites.ts';

/** What prover and verifier both say, in the same order. */
export class Transcript {
  #suite: Suite;
  #said: Uint8Array[];

  /** `domain` names the protocol, e.g. `kabina/v1/vector`. */
  constructor(suite: Suite, domain: string) {
    this.#suite = suite;
    this.#said = [frame('kabina/v1/transcript', suite.id, domain)];
  }

  /** Says one thing. `data` may be any number of byte strings, each framed by its length. */
  append(label: string, ...data: readonly Uint8Array[]): this {
    this.#said.push(frame(label, uint32(data.length), ...data));
    return this;
  }

  /** Replaces what was said by its hash, so that many continuations share the work of hashing it. */
  fold(): this {
    this.#said = [frame('kabina/v1/fold', this.#digest())];
    return this;
  }

  /** A transcript that has heard the same and goes its own way from here. */
  clone(): Transcript {
    const copy = new Transcript(this.#suite, '');
    copy.#said = [...this.#said];
    return copy;
  }

  /** A scalar that depends on all that was said, and becomes part of it. */
  challenge(label: string): bigint {
    this.append('challenge', frame(label));
    const digest = this.#digest();
    this.#said = [frame('kabina/v1/challenged', digest)];
    return this.#suite.group.scalarFromUniform(digest);
  }

  #digest(): Uint8Array {
    return this.#suite.hash512(concatBytes(...this.#said));
  }
}
