// The small store of what must survive a crash or a reload: named opaque records, and the memory
// driver. A durable queue will take its place behind the same interface.

import { BoothError } from './errors.ts';

/**
 * Every method rejects with `BoothError` `keeper.failed` when the device can't do it; reading, with
 * `keeper.damaged` for what is not as it was written.
 */
export interface Keeper {
  /**
   * Makes the caller the only one who works on records of this name, in this and every other page,
   * until the returned function is called or the page is gone. Two pages of one voter would
   * otherwise send two ballots under one permit.
   * @throws BoothError `keeper.held`, retryable, when somebody else holds it
   */
  hold(name: string): Promise<() => void>;
  read(name: string): Promise<Uint8Array | undefined>;
  /** Resolves once the record is durable. Replaces. */
  write(name: string, value: Uint8Array): Promise<void>;
  /** Replaces these records at once, or none of them; undefined deletes. Resolves once it is durable. */
  change(records: ReadonlyMap<string, Uint8Array | undefined>): Promise<void>;
  /** Resolves once the record is gone, which it has checked. Nothing there is no error. */
  delete(name: string): Promise<void>;
  /** Names that begin with `prefix`. */
  names(prefix: string): Promise<string[]>;
  /**
   * Records whose names begin with `prefix`, all as they were at one moment. Of many records this
   * takes far less time than reading one after the other.
   */
  readAll(prefix: string): AsyncIterable<readonly [name: string, value: Uint8Array]>;
}

export function held(name: string): BoothError {
  return new BoothError('keeper.held', `${name} is open elsewhere`, { retryable: true });
}

/** Keeps as long as the object lives: for kiosks beside the sealed seed, and for tests. */
export class MemoryKeeper implements Keeper {
  readonly #records = new Map<string, Uint8Array>();
  readonly #holds = new Set<string>();

  async hold(name: string): Promise<() => void> {
    if (this.#holds.has(name)) throw held(name);
    this.#holds.add(name);
    return () => this.#holds.delete(name);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#records.get(name)?.slice();
  }

  async write(name: string, value: Uint8Array): Promise<void> {
    this.#records.get(name)?.fill(0);
    this.#records.set(name, value.slice());
  }

  async change(records: ReadonlyMap<string, Uint8Array | undefined>): Promise<void> {
    for (const [name, value] of records) {
      this.#records.get(name)?.fill(0);
      if (value === undefined) this.#records.delete(name);
      else this.#records.set(name, value.slice());
    }
  }

  async delete(name: string): Promise<void> {
    this.#records.get(name)?.fill(0);
    this.#records.delete(name);
  }

  async names(prefix: string): Promise<string[]> {
    return [...this.#records.keys()].filter((name) => name.startsWith(prefix));
  }

  async *readAll(prefix: string): AsyncIterable<readonly [string, Uint8Array]> {
    const found = [...this.#records].filter(([name]) => name.startsWith(prefix));
    yield* found.map(([name, value]) => [name, value.slice()] as const);
  }
}
