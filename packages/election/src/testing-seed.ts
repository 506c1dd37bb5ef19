/** The secrets of test elections are hashes of names, so that every run has the same. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@kabina/crypto/bytes';

/** A 32-byte secret of a test, from a name. */
export function testSeed(name: string): Uint8Array {
  return sha256(utf8ToBytes(`kabina test ${name}`));
}
