/**
 * What of a ballot is hashed, signed and proved (PROTOCOL.md, "Ballot"): the same bytes for those
 * who make a ballot and for those who check one.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { frame, uint32 } from '@kabina/crypto/bytes';
import type { Suite } from '@kabina/crypto/suites';
import { encode } from './cbor.ts';
import type { Core } from './entries.ts';

/** What issuers blind-sign. */
export function permitMessage(
  election: Uint8Array,
  contest: string,
  ballotKey: Uint8Array,
): Uint8Array {
  return frame('kabina/v1/permit', election, contest, ballotKey);
}

/** Binds a core to a ballot key without showing the key before casting. */
export function ballotTag(ballotKey: Uint8Array, opening: Uint8Array): Uint8Array {
  return sha256(frame('kabina/v1/tag', ballotKey, opening));
}

/** What the proofs of a core are bound to, besides its ciphertexts, shape and election key. */
export function proofContext(
  suite: Suite,
  core: Pick<Core, 'election' | 'contest' | 'tag' | 'revision' | 'digits'>,
): Uint8Array {
  return frame(
    'kabina/v1/proof',
    suite.id,
    core.election,
    core.contest,
    core.tag,
    uint32(core.revision),
    core.digits ?? '',
  );
}

/** `SHA-256(frame('kabina/v1/core', core))`. */
export function coreHash(core: Core): Uint8Array {
  return sha256(frame('kabina/v1/core', encode(core)));
}

/** What the ballot key signs. */
export function ballotSignatureInput(
  hash: Uint8Array,
  opening: Uint8Array,
  list: string,
): Uint8Array {
  return frame('kabina/v1/ballot', hash, opening, list);
}
