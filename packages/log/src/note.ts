/**
 * Signed notes (c2sp.org/signed-note): a text, a blank line, and signature lines. Verifier keys
 * («vkeys») and Go's signer keys in their text form, key ids, and signing and verifying with
 * Ed25519 (signature type 0x01).
 *
 * The text of a note means nothing until `verifyNote` has returned it. Signatures by keys that the
 * caller doesn't know are ignored, which is what lets a log rotate keys and witnesses cosign; a
 * signature that names a known key and doesn't verify rejects the whole note.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64, concat, fromBase64, fromUtf8, utf8 } from './bytes.ts';
import { LogError } from './errors.ts';

/** Signature type of a plain Ed25519 note signature. */
export const ED25519 = 0x01;
/** Signature type of a timestamped Ed25519 checkpoint cosignature (c2sp.org/tlog-cosignature). */
export const COSIGNATURE_V1 = 0x04;

/** The specification asks for at least 16; a hundred bounds the work a hostile note can cause. */
export const MAX_SIGNATURES = 100;
/** Longest note read, in bytes: room for a hundred post-quantum signatures. */
export const MAX_NOTE_BYTES = 1 << 20;

/** A public key with the name and type it signs under. */
export interface VerifierKey {
  readonly name: string;
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), as a big-endian number. */
  readonly keyId: number;
  readonly type: number;
  readonly publicKey: Uint8Array;
}

/** A private key: the verifier key's fields and the 32-byte Ed25519 seed. Never log it. */
export interface SignerKey extends VerifierKey {
  readonly seed: Uint8Array;
}

/** One signature line. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** What follows the key id: 64 bytes for Ed25519, a timestamp and 64 bytes for cosignatures. */
  readonly signature: Uint8Array;
}

/** A note taken apart and not verified. */
export interface Note {
  /** Ends with a newline, which is signed with it. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Checks signatures of one key; see `noteVerifier` and `cosignatureVerifier`. */
export interface Verifier {
  readonly key: VerifierKey;
  verify(text: string, signature: Uint8Array): boolean;
}

/** A note whose known signatures are good. */
export interface VerifiedNote {
  readonly text: string;
  /** At least one. Repetitions of one line are dropped. */
  readonly verified: readonly NoteSignature[];
  /** Signatures by unknown keys. They prove nothing. */
  readonly ignored: readonly NoteSignature[];
}

const DASH = '— ';

// Unicode spaces and «+» would break the line or the vkey apart.
function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

/** Makes a verifier key of a name and a 32-byte Ed25519 public key. */
export function verifierKey(
  name: string,
  publicKey: Uint8Array,
  type: number = ED25519,
): VerifierKey {
  if (!isKeyName(name)) {
    throw new LogError('malformed-key', 'key name is empty or has a space or a plus sign');
  }
  if (type !== ED25519 && type !== COSIGNATURE_V1) {
    throw new LogError('malformed-key', `unknown signature type ${type}`);
  }
  // A key of small order lets one signature fit many messages: it is nobody's key.
  if (publicKey.length !== 32 || !ed25519.utils.isValidPublicKey(publicKey, false)) {
    throw new LogError('malformed-key', 'not an Ed25519 public key');
  }
  if (ed25519.Point.fromBytes(publicKey).isSmallOrder()) {
    throw new LogError('malformed-key', 'Ed25519 public key has small order');
  }
  return { name, keyId: keyId(name, type, publicKey), type, publicKey };
}

/** Makes a signer key of a name and a 32-byte Ed25519 seed. */
export function signerKey(name: string, seed: Uint8Array, type: number = ED25519): SignerKey {
  if (seed.length !== 32) throw new LogError('malformed-key', 'an Ed25519 seed has 32 bytes');
  return { ...verifierKey(name, ed25519.getPublicKey(seed), type), seed };
}

function keyId(name: string, type: number, publicKey: Uint8Array): number {
  const hash = sha256(concat(utf8(name), Uint8Array.of(0x0a, type), publicKey));
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0);
}

/** `<key name>+hex(key id)+base64(type ‖ public key)` */
export function formatVerifierKey({ name, keyId, type, publicKey }: VerifierKey): string {
  return `${name}+${hexId(keyId)}+${base64(concat(Uint8Array.of(type), publicKey))}`;
}

/** @throws LogError `malformed-key`, also if the key id does not fit the key */
export function parseVerifierKey(vkey: string): VerifierKey {
  const parts = vkey.split('+');
  // The base64 part may have pluses of its own.
  const material = fromBase64(parts.slice(2).join('+'));
  if (parts.length < 3 || material === undefined || material.length === 0) {
    throw new LogError('malformed-key', 'not a verifier key');
  }
  const key = verifierKey(parts[0]!, material.slice(1), material[0]!);
  if (parts[1] !== hexId(key.keyId)) {
    throw new LogError('malformed-key', 'key id does not fit the verifier key');
  }
  return key;
}

/** Go's private form: `PRIVATE+KEY+<name>+hex(key id)+base64(type ‖ seed)`. A secret. */
export function formatSignerKey({ name, keyId, type, seed }: SignerKey): string {
  return `PRIVATE+KEY+${name}+${hexId(keyId)}+${base64(concat(Uint8Array.of(type), seed))}`;
}

/** @throws LogError `malformed-key`; its message never repeats the input */
export function parseSignerKey(skey: string): SignerKey {
  const parts = skey.split('+');
  const material = fromBase64(parts.slice(4).join('+'));
  if (parts.length < 5 || parts[0] !== 'PRIVATE' || parts[1] !== 'KEY' || !material?.length) {
    throw new LogError('malformed-key', 'not a signer key');
  }
  const key = signerKey(parts[2]!, material.slice(1), material[0]!);
  if (parts[3] !== hexId(key.keyId)) {
    throw new LogError('malformed-key', 'key id does not fit the signer key');
  }
  return key;
}

function hexId(id: number): string {
  return id.toString(16).padStart(8, '0');
}

// Valid Unicode, no control character but newline, a newline at the end.
function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f]/.test(text);
}

/**
 * Takes a note apart. Nothing is verified.
 * @throws LogError `malformed-note`
 */
export function parseNote(message: string | Uint8Array): Note {
  // A string of n UTF-16 units has at least n bytes.
  if (message.length > MAX_NOTE_BYTES) throw new LogError('malformed-note', 'note is too long');
  const whole = typeof message === 'string' ? message : fromUtf8(message);
  if (whole === undefined || !isNoteText(whole)) {
    throw new LogError('malformed-note', 'note is not plain text that ends with a newline');
  }
  const blank = whole.lastIndexOf('\n\n');
  if (blank < 0) throw new LogError('malformed-note', 'note has no blank line');
  return {
    text: whole.slice(0, blank + 1),
    signatures: parseSignatures(whole.slice(blank + 2)),
  };
}

/**
 * Reads signature lines alone, as a witness answers them.
 * @throws LogError `malformed-note`
 */
export function parseSignatures(lines: string): NoteSignature[] {
  if (lines.length > MAX_NOTE_BYTES || !isNoteText(lines)) {
    throw new LogError('malformed-note', 'no signature lines');
  }
  const list = lines.slice(0, -1).split('\n');
  if (list.length > MAX_SIGNATURES) throw new LogError('malformed-note', 'too many signatures');
  return list.map((line) => {
    const space = line.indexOf(' ', DASH.length);
    const name = line.slice(DASH.length, space);
    const bytes = space < 0 ? undefined : fromBase64(line.slice(space + 1));
    if (!line.startsWith(DASH) || !isKeyName(name) || bytes === undefined || bytes.length < 5) {
      throw new LogError('malformed-note', 'malformed signature line');
    }
    return { name, keyId: new DataView(bytes.buffer).getUint32(0), signature: bytes.slice(4) };
  });
}

/** One signature line with its newline. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  const bytes = new Uint8Array(4 + signature.length);
  new DataView(bytes.buffer).setUint32(0, keyId);
  bytes.set(signature, 4);
  return `${DASH}${name} ${base64(bytes)}\n`;
}

/** Puts a note together; the inverse of `parseNote`. */
export function formatNote({ text, signatures }: Note): string {
  checkNoteText(text);
  if (signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    throw new LogError('malformed-note', `a note has 1 to ${MAX_SIGNATURES} signatures`);
  }
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** The signature of a text by a key of type Ed25519. */
export function noteSignature(text: string, key: SignerKey): NoteSignature {
  if (key.type !== ED25519) {
    throw new LogError('wrong-key-type', `${key.name} is not a key for plain note signatures`);
  }
  checkNoteText(text);
  return { name: key.name, keyId: key.keyId, signature: ed25519.sign(utf8(text), key.seed) };
}

/** Signs a text that ends with a newline. */
export function signNote(text: string, keys: readonly SignerKey[]): string {
  return formatNote({ text, signatures: keys.map((key) => noteSignature(text, key)) });
}

function checkNoteText(text: string): void {
  if (!isNoteText(text)) {
    throw new LogError('malformed-note', 'note text is not plain text that ends with a newline');
  }
}

/**
 * Ed25519 as this project reads RFC 8032: canonical encodings, no key of small order, the cofactored
 * equation.
 */
export function verifyEd25519(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64) return false;
  return ed25519.verify(signature, message, publicKey, { zip215: false });
}

/** A verifier of plain Ed25519 note signatures. */
export function noteVerifier(key: VerifierKey): Verifier {
  if (key.type !== ED25519) {
    throw new LogError('wrong-key-type', `${key.name} is not a key for plain note signatures`);
  }
  return {
    key,
    verify: (text, signature) => verifyEd25519(signature, utf8(text), key.publicKey),
  };
}

/**
 * Parses a note and verifies every signature that names a known key.
 * @throws LogError `malformed-note`, `bad-signature`, `unsigned` if no known key has signed,
 * `ambiguous-key` if two of the verifiers share name and key id
 */
export function verifyNote(
  message: string | Uint8Array,
  verifiers: readonly Verifier[],
): VerifiedNote {
  const { text, signatures } = parseNote(message);
  const known = new Map<string, Verifier>();
  for (const verifier of verifiers) {
    const id = `${verifier.key.name}+${verifier.key.keyId}`;
    if (known.has(id)) throw new LogError('ambiguous-key', `two known keys are ${id}`);
    known.set(id, verifier);
  }
  const verified: NoteSignature[] = [];
  const ignored: NoteSignature[] = [];
  const seen = new Set<string>();
  for (const signature of signatures) {
    const line = formatSignature(signature);
    if (seen.has(line)) continue;
    seen.add(line);
    const verifier = known.get(`${signature.name}+${signature.keyId}`);
    if (verifier === undefined) {
      ignored.push(signature);
    } else if (verifier.verify(text, signature.signature)) {
      verified.push(signature);
    } else {
      throw new LogError('bad-signature', `signature of ${signature.name} does not verify`);
    }
  }
  if (verified.length === 0) throw new LogError('unsigned', 'no known key has signed the note');
  return { text, verified, ignored };
}
