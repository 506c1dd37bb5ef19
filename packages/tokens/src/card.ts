/**
 * A card application that signs, whichever it is. Found by what the card answers and never by the
 * reader's name (`find-card.ts`).
 */
import type { Result } from './result.ts';

export type Application = 'piv' | 'openpgp' | 'smartcard-hsm' | 'rutoken';

/** Kinds of keys that sign: SEC 1 / FIPS 186-5, RFC 8032, RFC 7091. */
export type KeyAlgorithm = 'ecdsa-p256' | 'ecdsa-p384' | 'ed25519' | 'gost3410-2012-256';

export interface CardCertificate {
  /** X.509, DER. */
  readonly der: Uint8Array;
  /** Of its public key. */
  readonly algorithm: KeyAlgorithm;
}

/** The form of a PIN that the application takes, so that a screen can refuse others by itself. */
export interface PinForm {
  readonly least: number;
  readonly most: number;
  /** Only digits may be in it. */
  readonly digits: boolean;
}

export interface PinOptions {
  /** The person knows that one try is left and wants it used. */
  readonly lastTry?: boolean;
}

/**
 * One application on one card. No method throws or rejects.
 *
 * A PIN is its bytes (ASCII digits or UTF-8); the card overwrites its own copies, the caller
 * overwrites the one that it gave. Before a PIN is sent its form is checked and the tries are asked
 * for: `card.pin-malformed`, `card.pin-last-try` and `card.pin-blocked` have cost no try.
 */
export interface Card {
  readonly application: Application;
  /** Not proven on hardware of the vendor: the interface says so. */
  readonly experimental: boolean;
  /** Serial number as the vendor prints it, or the application's own identifier in hex. */
  readonly serial: string;
  readonly pinForm: PinForm;
  /** Of the signing key. Needs no PIN. */
  certificate(): Promise<Result<CardCertificate>>;
  /** Tries of the PIN that are left; undefined where the card does not say. Costs none. */
  triesLeft(): Promise<Result<number | undefined>>;
  /**
   * Verifies the PIN and signs with the signing key in one go.
   *
   * @param input what the algorithm signs: the digest for ECDSA (32 bytes for P-256, 48 for P-384)
   *   and for GOST (Streebog-256, 32 bytes, in the byte order of RFC 6986's octet string), the message itself for Ed25519
   * @returns the signature as CMS carries it: DER `ECDSA-Sig-Value` (RFC 3279), 64 bytes (RFC 8410),
   *   or `s ‖ r` big-endian (RFC 9215)
   */
  sign(input: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>>;
  /** Of the key that agrees on secrets, where the card has one: the uncompressed P-256 point, 65 bytes. */
  agreementKey(): Promise<Result<Uint8Array>>;
  /**
   * Verifies the PIN and computes ECDH (SP 800-56A) with the agreement key.
   *
   * @param point the other side's uncompressed P-256 point, 65 bytes
   * @returns the x coordinate of the product, 32 bytes. Secret.
   */
  agree(point: Uint8Array, pin: Uint8Array, options?: PinOptions): Promise<Result<Uint8Array>>;
}
