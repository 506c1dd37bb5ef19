/**
 * The key ceremony's statements: what is hashed, proved and encrypted in it (PROTOCOL.md, "Key
 * ceremony"). The order in which they may come is in `board-ceremony.ts`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { frame, uint32 } from '@kabina/crypto/bytes';
import type { Point } from '@kabina/crypto/group';
import { verifyEqualLogs, verifyKnowledge } from '@kabina/crypto/proofs';
import type { Suite } from '@kabina/crypto/suites';
import { encode } from './cbor.ts';
import type { Bodies } from './entries.ts';

/** What a trustee commits to before anyone reveals. */
export function revealHash(election: Uint8Array, reveal: Bodies['ceremony/reveal']): Uint8Array {
  return sha256(frame('kabina/v1/reveal', election, encode(reveal)));
}

/** What the proof of knowledge of a trustee's constant coefficient is bound to. */
export function knowledgeContext(election: Uint8Array, attempt: number, index: number): Uint8Array {
  return frame('kabina/v1/ceremony/knowledge', election, uint32(attempt), uint32(index));
}

/** HPKE `info` and `aad` of the share that `from` gives to `to`. */
export function shareBinding(
  election: Uint8Array,
  attempt: number,
  from: number,
  to: number,
): { info: Uint8Array; aad: Uint8Array } {
  return {
    info: frame('kabina/v1/ceremony/share', election),
    aad: frame(uint32(attempt), uint32(from), uint32(to)),
  };
}

/**
 * A point whose logarithm nobody knows, for the test decryption of a holder: the first hash, of
 * those counted up from 0, that encodes a point.
 */
export function testPoint(
  suite: Suite,
  election: Uint8Array,
  attempt: number,
  index: number,
): Point {
  const { group } = suite;
  for (let counter = 0; ; counter++) {
    const hash = suite.hash512(
      frame(
        'kabina/v1/ceremony/test',
        suite.id,
        election,
        uint32(attempt),
        uint32(index),
        uint32(counter),
      ),
    );
    try {
      return group.decode(hash.subarray(0, group.pointLength));
    } catch {
      // Not the encoding of a point; one hash in some tens or hundreds is.
    }
  }
}

/** What the proof of a test decryption is bound to. */
export function testContext(election: Uint8Array, attempt: number, index: number): Uint8Array {
  return frame('kabina/v1/ceremony/test-proof', election, uint32(attempt), uint32(index));
}

/** Whether a holder has decrypted its test point with the share behind its public share. */
export function checkTest(
  suite: Suite,
  election: Uint8Array,
  confirm: Bodies['ceremony/confirm'],
  publicShare: Uint8Array,
): boolean {
  const { group } = suite;
  const { attempt, index, test } = confirm;
  try {
    const A = testPoint(suite, election, attempt, index);
    if (!group.equals(group.decode(test.A), A)) return false;
    return verifyEqualLogs(
      suite,
      { base2: A, public1: group.decode(publicShare), public2: group.decode(test.D) },
      test.proof,
      testContext(election, attempt, index),
    );
  } catch {
    return false;
  }
}

/** The commitments of a reveal, if they decode and their proof holds; undefined otherwise. */
export function readCommitments(
  suite: Suite,
  election: Uint8Array,
  reveal: Bodies['ceremony/reveal'],
): Point[] | undefined {
  try {
    const commitments = suite.group.decodeAll(reveal.commitments);
    const context = knowledgeContext(election, reveal.attempt, reveal.index);
    const constant = commitments[0] as Point;
    return verifyKnowledge(suite, constant, reveal.proof, context) ? commitments : undefined;
  } catch {
    return undefined;
  }
}

/** What `opened` says of the ceremony: the leaf hashes of the `confirm` entries, by index. */
export function ceremonyHash(election: Uint8Array, confirms: readonly Uint8Array[]): Uint8Array {
  return sha256(frame('kabina/v1/ceremony', election, ...confirms));
}
