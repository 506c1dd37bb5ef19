/**
 * The tree of a growing log with the root at every size that it had (RFC 6962 §2.1): what a replay
 * needs to judge checkpoints that came earlier. Some 64 bytes per entry.
 */
import { foldSubtrees, nodeHash } from '@kabina/log/merkle';
import { Hashes } from './growing.ts';

export class RootHistory {
  /** Level by level, the hashes of the complete subtrees of 2^level leaves. */
  readonly #levels: Hashes[] = [new Hashes()];

  get size(): number {
    return (this.#levels[0] as Hashes).length;
  }

  append(leaf: Uint8Array): void {
    let hash = leaf;
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= new Hashes());
      hashes.push(hash);
      if (hashes.length % 2 === 1) return;
      hash = nodeHash(hashes.at(hashes.length - 2), hash);
    }
  }

  leaf(index: number): Uint8Array {
    return (this.#levels[0] as Hashes).at(index);
  }

  /** The root of the first `size` leaves; `size` is at most the present one. */
  rootAt(size: number): Uint8Array {
    const parts: Uint8Array[] = [];
    let start = 0;
    for (let level = this.#levels.length - 1; level >= 0; level--) {
      const width = 2 ** level;
      if (start + width > size) continue;
      parts.push((this.#levels[level] as Hashes).at(start / width));
      start += width;
    }
    return foldSubtrees(parts);
  }
}
