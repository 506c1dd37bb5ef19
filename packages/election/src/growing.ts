/**
 * Columns that grow by doubling: a million ballots in a few typed arrays instead of a million
 * objects.
 */

/** A growing list of unsigned 32-bit numbers. */
export class Numbers {
  #data = new Uint32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new Uint32Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length++] = value;
  }

  at(i: number): number {
    return this.#data[i] as number;
  }

  set(i: number, value: number): void {
    this.#data[i] = value;
  }
}

/** A growing list of 32-byte hashes. */
export class Hashes {
  #data = new Uint8Array(64 * 32);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(hash: Uint8Array): void {
    const at = this.#length * 32;
    if (at === this.#data.length) {
      const larger = new Uint8Array(this.#data.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data.set(hash, at);
    this.#length++;
  }

  /** A copy. */
  at(i: number): Uint8Array {
    return this.#data.slice(i * 32, i * 32 + 32);
  }
}

/** Bytes as a string of one character each: a compact key of a `Map`. */
export function binary(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
