/**
 * Key-derived passwords of an OpenPGP card (functional specification 3.4, 4.3.2): where the card has
 * them set up, not the PIN is sent but its hash, iterated and salted as in RFC 4880, 3.7.1.3.
 */
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from './bytes.ts';
import { decodeTlv, valueOf } from './tlv.ts';

/** How the PIN becomes what VERIFY carries; `undefined` sends it as it is. */
export type Derivation = { readonly steps: Steps | undefined };

type Hash = typeof sha256 | typeof sha512;

interface Steps {
  readonly hash: Hash;
  /** Bytes that are hashed in all. */
  readonly count: number;
  readonly salt: Uint8Array;
}

const NONE = 0x00;
const ITERATED_SALTED = 0x03;
const HASHES: Record<number, Hash> = { 8: sha256, 10: sha512 };
/** The most that RFC 4880's coded count can say. A hostile card could ask for hours. */
const MOST_BYTES = 65_011_712;

/**
 * What the card's KDF data object asks for, or undefined where it is of another kind.
 *
 * @param object contents of data object F9; undefined where the card has none
 * @throws TokenError `tlv.malformed`
 */
export function readDerivation(object: Uint8Array | undefined): Derivation | undefined {
  if (!object) return { steps: undefined };
  const all = decodeTlv(object);
  // The object comes with its tag or without it.
  const fields = all[0]?.tag === 0xf9 ? decodeTlv(all[0].value) : all;
  const kind = valueOf(fields, 0x81);
  if (kind?.length === 1 && kind[0] === NONE) return { steps: undefined };
  if (kind?.length !== 1 || kind[0] !== ITERATED_SALTED) return undefined;
  const hash = HASHES[valueOf(fields, 0x82)?.[0] ?? 0];
  const count = valueOf(fields, 0x83);
  const salt = valueOf(fields, 0x84);
  if (!hash || count?.length !== 4 || salt?.length !== 8) return undefined;
  const bytes = count.reduce((sum, byte) => sum * 256 + byte, 0);
  return bytes <= MOST_BYTES ? { steps: { hash, count: bytes, salt } } : undefined;
}

/** A new array with what VERIFY carries. */
export function derivePin({ steps }: Derivation, pin: Uint8Array): Uint8Array {
  if (!steps) return Uint8Array.from(pin);
  const { hash, salt } = steps;
  const block = concatBytes(salt, pin);
  // At least once the whole of it, however small the count.
  const count = Math.max(steps.count, block.length);
  const state = hash.create();
  // Many repetitions at a time: the hash takes long pieces faster.
  const repetitions = Math.min(Math.ceil(count / block.length), 512);
  const piece = new Uint8Array(block.length * repetitions);
  for (let at = 0; at < piece.length; at += block.length) piece.set(block, at);
  for (let left = count; left > 0; left -= piece.length) state.update(piece.subarray(0, left));
  block.fill(0);
  piece.fill(0);
  return state.digest();
}
