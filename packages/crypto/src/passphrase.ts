/**
 * A small secret at rest under a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM
 * (NIST SP 800-38D, through WebCrypto) seals. The sealed form is
 *
 *     "KBP1" ‖ log2(N) (1 byte) ‖ salt (16 bytes) ‖ iv (12 bytes) ‖ ciphertext and tag
 *
 * with r = 8 and p = 1. Everything before the ciphertext is authenticated, and so is the label, so
 * that a file sealed for one purpose is never opened for another.
 */
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { concatBytes, equalBytes, randomBytes, utf8ToBytes } from './bytes.ts';

const MAGIC = utf8ToBytes('KBP1');
const SALT = 16;
const IV = 12;
const TAG = 16;
const HEADER = MAGIC.length + 1 + SALT + IV;

/** log2 of scrypt's N: 2¹⁷ with r = 8 takes 128 MiB, OWASP's first choice. */
export const DEFAULT_COST = 17;
const LEAST_COST = 14;
const MOST_COST = 20;

export class PassphraseError extends Error {
  override readonly name = 'PassphraseError';
  readonly code: 'passphrase.malformed' | 'passphrase.wrong';
  constructor(code: PassphraseError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

async function sealingKey(passphrase: string, salt: Uint8Array, cost: number): Promise<CryptoKey> {
  // NFKC: the same passphrase typed on another keyboard must give the same bytes.
  const key = await scryptAsync(utf8ToBytes(passphrase.normalize('NFKC')), salt, {
    N: 2 ** cost,
    r: 8,
    p: 1,
    dkLen: 32,
    maxmem: 2 ** (cost + 11),
  });
  const imported = await crypto.subtle.importKey('raw', key.slice(), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  key.fill(0);
  return imported;
}

/**
 * Seals a secret. `label` says what it is (`kabina/v1/share`) and must be given again to open it.
 * `cost` is log2 of scrypt's N, from 14 to 20.
 */
export async function sealUnderPassphrase(
  passphrase: string,
  label: string,
  secret: Uint8Array,
  cost = DEFAULT_COST,
): Promise<Uint8Array> {
  const salt = randomBytes(SALT);
  const iv = randomBytes(IV);
  const header = concatBytes(MAGIC, Uint8Array.of(cost), salt, iv);
  const key = await sealingKey(passphrase, salt, cost);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: iv.slice(), additionalData: additional(header, label) },
    key,
    secret.slice(),
  );
  return concatBytes(header, new Uint8Array(sealed));
}

function additional(header: Uint8Array, label: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(concatBytes(header, utf8ToBytes(label)));
}

/**
 * Opens what {@link sealUnderPassphrase} sealed.
 *
 * @throws {PassphraseError} `passphrase.malformed` for bytes that are no such file;
 *   `passphrase.wrong` for another passphrase, another label or a changed byte: they cannot be told
 *   apart.
 */
export async function openUnderPassphrase(
  passphrase: string,
  label: string,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const cost = sealed[MAGIC.length] ?? 0;
  if (
    sealed.length < HEADER + TAG ||
    !equalBytes(sealed.subarray(0, MAGIC.length), MAGIC) ||
    cost < LEAST_COST ||
    cost > MOST_COST
  ) {
    throw new PassphraseError(
      'passphrase.malformed',
      'this is not a file sealed under a passphrase',
    );
  }
  const header = sealed.subarray(0, HEADER);
  const salt = header.subarray(MAGIC.length + 1, MAGIC.length + 1 + SALT);
  const iv = header.slice(MAGIC.length + 1 + SALT);
  const key = await sealingKey(passphrase, salt, cost);
  try {
    const secret = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData: additional(header, label) },
      key,
      sealed.slice(HEADER),
    );
    return new Uint8Array(secret);
  } catch {
    throw new PassphraseError('passphrase.wrong', 'the passphrase does not open this file');
  }
}
