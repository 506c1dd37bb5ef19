// The recovery code: the voter's seed on paper, to vote again from another device where revoting is
// allowed. 56 symbols of Crockford's base 32 (https://www.crockford.com/base32.html) in groups of
// four: 32 bytes of seed, 24 bits that catch a wrong symbol and a code of another election.

import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, frame } from '@kabina/crypto/bytes';
import { SEED_LENGTH } from './ballot-maker.ts';
import { BoothError } from './errors.ts';

const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_LENGTH = 3;
const LENGTH = ((SEED_LENGTH + CHECK_LENGTH) * 8) / 5;

/** `seed` has 32 bytes. The result is as secret as the seed. */
export function recoveryCode(election: Uint8Array, seed: Uint8Array): string {
  const bytes = concatBytes(seed, check(election, seed));
  let symbols = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      symbols += SYMBOLS[(buffer >> bits) & 31];
      buffer &= (1 << bits) - 1;
    }
  }
  return symbols.replace(/(.{4})(?=.)/g, '$1-');
}

/**
 * The seed of a code as a person may type it: any case, with or without hyphens and spaces, O for 0,
 * I and L for 1.
 * @throws BoothError `recovery.form`
 */
export function seedFromRecoveryCode(election: Uint8Array, code: string): Uint8Array {
  const symbols = normalizeCrockford(code);
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const symbol of symbols) {
    const value = SYMBOLS.indexOf(symbol);
    if (value < 0 || symbols.length !== LENGTH) throw malformed();
    buffer = (buffer << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((buffer >> bits) & 255);
      buffer &= (1 << bits) - 1;
    }
  }
  const seed = Uint8Array.from(bytes.slice(0, SEED_LENGTH));
  if (!equalBytes(check(election, seed), Uint8Array.from(bytes.slice(SEED_LENGTH)))) {
    throw malformed();
  }
  return seed;
}

/** Symbols only, upper case, with the ones that are easily confused put right. */
export function normalizeCrockford(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
}

function check(election: Uint8Array, seed: Uint8Array): Uint8Array {
  return sha256(frame('kabina/v1/recovery', election, seed)).subarray(0, CHECK_LENGTH);
}

function malformed(): BoothError {
  return new BoothError('recovery.form', 'not a recovery code of this election');
}
