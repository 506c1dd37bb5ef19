// One set held against its journal. The order of a change is: prepare here, change the database,
// commit here. Wherever the process dies in between, the set is either what was committed or what was
// prepared; anything else means that somebody, or the browser itself, has changed the database.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { OutboxError } from './errors.ts';
import type { SetJournal } from './journal.ts';

const DOMAIN = 'kabina/v1/set';

/**
 * Digest of a set of keys, whatever order they come in: SHA-256 over the domain, the number of keys
 * and the sorted keys, one a line. Hexadecimal. It says nothing about the order in which they came.
 */
export function setDigest(keys: Iterable<string>): string {
  const sorted = [...keys].sort();
  const text = [DOMAIN, sorted.length, ...sorted].join('\n');
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}

const EMPTY = setDigest([]);

/** Every method throws `journal.unreachable` when the journal doesn't answer. */
export class SetWitness {
  readonly #journal: SetJournal;

  constructor(journal: SetJournal) {
    this.#journal = journal;
  }

  /** Whether the journal says that the set has members, so that a new database can't be the one. */
  async expectsSome(): Promise<boolean> {
    const { committed = EMPTY } = await ask(this.#journal.read());
    return committed !== EMPTY;
  }

  /**
   * Throws `journal.disagrees` unless the set is what was last committed or prepared. What was
   * prepared is committed by that: the crash came between the database and the commit. A set that was
   * never written is empty.
   */
  async agree(keys: Iterable<string>): Promise<void> {
    const digest = setDigest(keys);
    const { committed = EMPTY, prepared } = await ask(this.#journal.read());
    if (digest === committed) return;
    if (digest !== prepared) {
      throw new OutboxError('journal.disagrees', 'the set is not the one that the journal knows');
    }
    await this.commit();
  }

  /** The set may become this. Only after {@link agree}, or it would replace what is still needed. */
  async prepare(keys: Iterable<string>): Promise<void> {
    await ask(this.#journal.prepare(setDigest(keys)));
  }

  /** The set has become what was prepared. */
  async commit(): Promise<void> {
    await ask(this.#journal.commit());
  }
}

/** A journal that reads its own record as forged says so with `journal.disagrees`. */
async function ask<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const disagrees = (cause as { code?: unknown } | null)?.code === 'journal.disagrees';
    throw new OutboxError(
      disagrees ? 'journal.disagrees' : 'journal.unreachable',
      disagrees ? 'the journal itself is damaged' : 'the journal gives no answer',
      { cause },
    );
  }
}
