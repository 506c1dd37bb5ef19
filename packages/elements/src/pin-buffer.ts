/** A PIN while it is typed: bytes, because bytes can be overwritten and a string can't. */
export class PinBuffer {
  readonly #bytes: Uint8Array;
  #length = 0;

  /** @param most bytes that the card takes at most */
  constructor(most: number) {
    this.#bytes = new Uint8Array(most);
  }

  get length(): number {
    return this.#length;
  }

  /** Answers whether there was room. */
  add(byte: number): boolean {
    if (this.#length === this.#bytes.length) return false;
    this.#bytes[this.#length] = byte;
    this.#length += 1;
    return true;
  }

  erase(): void {
    if (this.#length === 0) return;
    this.#length -= 1;
    this.#bytes[this.#length] = 0;
  }

  /** The PIN, which from now on is the caller's to overwrite; nothing of it stays here. */
  take(): Uint8Array {
    const pin = this.#bytes.slice(0, this.#length);
    this.wipe();
    return pin;
  }

  wipe(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }
}
