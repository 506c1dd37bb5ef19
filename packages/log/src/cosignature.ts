/**
 * Cosignatures (c2sp.org/tlog-cosignature), version 1 over Ed25519: a witness's statement that at
 * this time this checkpoint was the largest consistent one that it had seen of the log. A client
 * that asks for a quorum of them cannot be shown another tree than everybody else.
 *
 * The specification recommends ML-DSA-44 for new deployments. Checkpoints live as long as the
 * election and forging one needs a key that is still in use, so we keep to Ed25519 alone.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { checkIndex, utf8 } from './bytes.ts';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { LogError } from './errors.ts';
import { COSIGNATURE_V1, formatNote, noteVerifier, parseNote, parseSignatures } from './note.ts';
import { verifyEd25519, verifyNote } from './note.ts';
import type { NoteSignature, SignerKey, Verifier, VerifierKey } from './note.ts';

const SIGNATURE_SIZE = 8 + 64;

/** A witness that has cosigned, and when by its own clock. */
export interface Cosignature {
  /** The witness's key name. */
  readonly name: string;
  /** POSIX seconds. */
  readonly time: number;
}

function message(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

function checkKey(key: VerifierKey): void {
  if (key.type !== COSIGNATURE_V1) {
    throw new LogError('wrong-key-type', `${key.name} is not a key for cosignatures`);
  }
}

/**
 * Cosigns the text of a checkpoint. `time` is in POSIX seconds, above 0.
 * @throws LogError `malformed-checkpoint`, `wrong-key-type`, `out-of-range`
 */
export function cosign(text: string, key: SignerKey, time: number): NoteSignature {
  checkKey(key);
  checkIndex('time', time);
  if (time === 0) throw new LogError('out-of-range', 'a cosignature must have a time');
  parseCheckpoint(text);
  const signature = new Uint8Array(SIGNATURE_SIZE);
  new DataView(signature.buffer).setBigUint64(0, BigInt(time));
  signature.set(ed25519.sign(message(text, time), key.seed), 8);
  return { name: key.name, keyId: key.keyId, signature };
}

/** The time that a cosignature claims, or undefined if it has none that we can read. */
function cosignatureTime(signature: Uint8Array): number | undefined {
  if (signature.length !== SIGNATURE_SIZE) return undefined;
  const view = new DataView(signature.buffer, signature.byteOffset, signature.byteLength);
  const time = Number(view.getBigUint64(0));
  return Number.isSafeInteger(time) && time > 0 ? time : undefined;
}

/** A verifier of cosignatures by one witness. */
export function cosignatureVerifier(key: VerifierKey): Verifier {
  checkKey(key);
  return {
    key,
    verify(text, signature) {
      const time = cosignatureTime(signature);
      if (time === undefined) return false;
      return verifyEd25519(signature.subarray(8), message(text, time), key.publicKey);
    },
  };
}

/** Whom a client believes. */
export interface Policy {
  /** The log's key, type Ed25519. */
  readonly logKey: VerifierKey;
  /** The log's origin; by default the key's name. */
  readonly origin?: string;
  /** Witness keys, type cosignature/v1. Keys under one name are one witness. */
  readonly witnesses: readonly VerifierKey[];
  /** How many distinct witnesses must have cosigned. */
  readonly quorum: number;
}

export interface Witnessed {
  readonly checkpoint: Checkpoint;
  /** The checkpoint's note text, which the cosignatures are over. */
  readonly text: string;
  /**
   * One for each witness that has cosigned, in the order of the policy. Of several cosignatures of
   * one witness the earliest time is given.
   */
  readonly cosignatures: readonly Cosignature[];
}

/**
 * Reads a checkpoint that the log has signed and a quorum of witnesses has cosigned.
 * @throws LogError as `openCheckpoint`, and `quorum`; `ambiguous-key` if one key would count as two
 * witnesses, since a cosignature of version 1 doesn't say whose it is
 */
export function verifyQuorum(note: string | Uint8Array, policy: Policy): Witnessed {
  const { logKey, origin = logKey.name, witnesses, quorum } = policy;
  checkIndex('quorum', quorum);
  checkDistinct(witnesses);
  const verifiers = [noteVerifier(logKey), ...witnesses.map(cosignatureVerifier)];
  const { text, verified } = verifyNote(note, verifiers);
  if (!verified.some(({ name, keyId }) => name === logKey.name && keyId === logKey.keyId)) {
    throw new LogError('unsigned', 'the log has not signed the checkpoint');
  }
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== origin) {
    throw new LogError('wrong-origin', `checkpoint of ${checkpoint.origin}, not of ${origin}`);
  }
  const times = new Map<string, number>();
  for (const { name, keyId } of witnesses) {
    for (const signature of verified) {
      if (signature.name !== name || signature.keyId !== keyId) continue;
      const time = cosignatureTime(signature.signature)!;
      times.set(name, Math.min(time, times.get(name) ?? time));
    }
  }
  if (times.size < quorum) {
    throw new LogError('quorum', `${times.size} witnesses have cosigned, ${quorum} are needed`);
  }
  return { checkpoint, text, cosignatures: [...times].map(([name, time]) => ({ name, time })) };
}

function checkDistinct(witnesses: readonly VerifierKey[]): void {
  const names = new Map<string, string>();
  for (const { name, publicKey } of witnesses) {
    const id = publicKey.join();
    const other = names.get(id);
    if (other !== undefined) {
      throw new LogError('ambiguous-key', `${other} and ${name} are witnesses with one key`);
    }
    names.set(id, name);
  }
}

/**
 * Adds to a signed checkpoint those of a witness's answered lines that a known witness has made and
 * that verify; lines of unknown keys are left out, lines that are there already are kept once.
 * @throws LogError `malformed-note`; `bad-signature` if a known witness's line does not verify
 */
export function addCosignatures(
  note: string,
  lines: string,
  witnesses: readonly VerifierKey[],
): string {
  const { text, signatures } = parseNote(note);
  const merged = [...signatures];
  for (const added of parseSignatures(lines)) {
    const key = witnesses.find(({ name, keyId }) => name === added.name && keyId === added.keyId);
    if (key === undefined) continue;
    if (!cosignatureVerifier(key).verify(text, added.signature)) {
      throw new LogError('bad-signature', `cosignature of ${added.name} does not verify`);
    }
    // A newer cosignature of the same key takes the older one's place: one line for one witness.
    const at = merged.findIndex(({ name, keyId }) => name === key.name && keyId === key.keyId);
    if (at < 0) merged.push(added);
    else merged[at] = added;
  }
  return formatNote({ text, signatures: merged });
}
