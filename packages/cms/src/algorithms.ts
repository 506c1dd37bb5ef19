/**
 * The signature algorithms, their digests, and the names of both in certificates and in CMS:
 *
 * - ECDSA over P-256 and P-384 with SHA-2 (RFC 5480, RFC 5758, RFC 5753);
 * - Ed25519 (RFC 8410; in CMS with SHA-512 over the content, RFC 8419);
 * - GOST R 34.10-2012 with 256 bits and Streebog-256 (RFC 9215; in CMS as RFC 4490 has its elders).
 *
 * Nothing here waits for anything: an audit is replayed synchronously, so WebCrypto can't be used.
 */
import { equalBytes } from '@kabina/crypto/bytes';
import { verify as verifyEd25519 } from '@kabina/crypto/ed25519';
import { gostKeyFromXY, gostVerifyDigest } from '@kabina/crypto/gost-signature';
import { EncodingError } from '@kabina/crypto/group';
import { streebog256 } from '@kabina/crypto/streebog';
import { p256, p384 } from '@noble/curves/nist.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { CmsError } from './errors.ts';

export type KeyAlgorithm = 'ecdsa-p256' | 'ecdsa-p384' | 'ed25519' | 'gost3410-2012-256';

export type DigestAlgorithm = 'sha256' | 'sha384' | 'sha512' | 'streebog256';

const DIGESTS: Readonly<
  Record<DigestAlgorithm, { oid: string; hash: (message: Uint8Array) => Uint8Array }>
> = {
  sha256: { oid: '2.16.840.1.101.3.4.2.1', hash: sha256 },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', hash: sha384 },
  sha512: { oid: '2.16.840.1.101.3.4.2.3', hash: sha512 },
  streebog256: { oid: '1.2.643.7.1.1.2.2', hash: streebog256 },
};

export const ED25519 = '1.3.101.112';
/** Of a key, and of a signature in CMS. */
export const GOST3410 = '1.2.643.7.1.1.1.1';
/** Of a signature in a certificate; CMS has it too. */
const GOST3410_WITH_DIGEST = '1.2.643.7.1.1.3.2';
const ECDSA_WITH: Readonly<Record<string, DigestAlgorithm>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/** The digest that signatures of an algorithm are made with here, and its names. */
const OWN: Readonly<
  Record<
    KeyAlgorithm,
    { digest: DigestAlgorithm; inCertificate: AlgorithmIdentifier; inCms: AlgorithmIdentifier }
  >
> = {
  'ecdsa-p256': own('sha256', '1.2.840.10045.4.3.2'),
  'ecdsa-p384': own('sha384', '1.2.840.10045.4.3.3'),
  ed25519: own('sha512', ED25519),
  'gost3410-2012-256': {
    ...own('streebog256', GOST3410_WITH_DIGEST),
    inCms: named(GOST3410),
  },
};

function own(digest: DigestAlgorithm, oid: string) {
  return { digest, inCertificate: named(oid), inCms: named(oid) };
}

function named(algorithm: string): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm });
}

export function digest(algorithm: DigestAlgorithm, message: Uint8Array): Uint8Array {
  return DIGESTS[algorithm].hash(message);
}

/** The digest of the content, and of all that is signed but for Ed25519, which signs it as it is. */
export function digestOf(algorithm: KeyAlgorithm): DigestAlgorithm {
  return OWN[algorithm].digest;
}

export function digestIdentifier(algorithm: DigestAlgorithm): AlgorithmIdentifier {
  return named(DIGESTS[algorithm].oid);
}

export function signatureIdentifier(
  algorithm: KeyAlgorithm,
  place: 'inCertificate' | 'inCms',
): AlgorithmIdentifier {
  return OWN[algorithm][place];
}

/** `null` is NULL: some write it where others write nothing (RFC 5754, section 2). */
function hasNoParameters({ parameters }: AlgorithmIdentifier): boolean {
  return parameters === undefined || parameters === null;
}

/** Throws {@link CmsError} `cms.algorithm` if it is no digest that we know. */
export function readDigestIdentifier(identifier: AlgorithmIdentifier): DigestAlgorithm {
  for (const name of Object.keys(DIGESTS) as DigestAlgorithm[]) {
    if (DIGESTS[name].oid === identifier.algorithm && hasNoParameters(identifier)) return name;
  }
  throw new CmsError('cms.algorithm', `the digest ${identifier.algorithm} is not one of ours`);
}

/**
 * The digest of a signature that is said to be made by a key of this algorithm. Throws
 * {@link CmsError} `cms.algorithm` if such a key makes no such signatures.
 */
export function readSignatureIdentifier(
  key: KeyAlgorithm,
  identifier: AlgorithmIdentifier,
): DigestAlgorithm {
  const { algorithm } = identifier;
  if (hasNoParameters(identifier)) {
    switch (key) {
      case 'ecdsa-p256':
      case 'ecdsa-p384': {
        const name = ECDSA_WITH[algorithm];
        if (name !== undefined) return name;
        break;
      }
      case 'ed25519':
        if (algorithm === ED25519) return 'sha512';
        break;
      case 'gost3410-2012-256':
        if (algorithm === GOST3410_WITH_DIGEST || algorithm === GOST3410) return 'streebog256';
        break;
    }
  }
  throw new CmsError('cms.algorithm', `a key of ${key} makes no signatures of ${algorithm}`);
}

/** What a key signs of a message: its digest, or for Ed25519 the message. */
export function signatureInput(
  algorithm: KeyAlgorithm,
  name: DigestAlgorithm,
  message: Uint8Array,
): Uint8Array {
  return algorithm === 'ed25519' ? message : digest(name, message);
}

const ECDSA = { 'ecdsa-p256': p256, 'ecdsa-p384': p384 } as const;

/**
 * Verifies a signature as CMS and certificates carry it.
 *
 * @param publicKey the uncompressed point (65 or 97 bytes), 32 bytes for Ed25519, or x ‖ y
 *   little-endian (64 bytes) for GOST
 * @param input the digest, or for Ed25519 the message
 * @param signature DER `ECDSA-Sig-Value`, 64 bytes, or s ‖ r (64 bytes)
 * @returns `false` for bad bytes of any length
 */
export function verifySignature(
  algorithm: KeyAlgorithm,
  publicKey: Uint8Array,
  input: Uint8Array,
  signature: Uint8Array,
): boolean {
  switch (algorithm) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
      try {
        const curve = ECDSA[algorithm];
        const read = curve.Signature.fromBytes(signature, 'der');
        if (!equalBytes(read.toBytes('der'), signature)) return false;
        return curve.verify(read.toBytes(), input, publicKey, { prehash: false, lowS: false });
      } catch {
        return false; // The curve's library throws for bytes that are no signature or no key.
      }
    case 'ed25519':
      return verifyEd25519(signature, input, publicKey);
    case 'gost3410-2012-256':
      try {
        return gostVerifyDigest(signature, input, gostKeyFromXY(publicKey));
      } catch (error) {
        if (error instanceof EncodingError) return false;
        throw error;
      }
  }
}

/**
 * The form that {@link verifySignature} and CMS take, from the one that keys and cards give.
 *
 * @param raw r ‖ s for ECDSA (64 or 96 bytes); the others have one form
 */
export function encodeSignature(algorithm: KeyAlgorithm, raw: Uint8Array): Uint8Array {
  if (algorithm !== 'ecdsa-p256' && algorithm !== 'ecdsa-p384') return raw;
  try {
    return ECDSA[algorithm].Signature.fromBytes(raw).toBytes('der');
  } catch (cause) {
    throw new CmsError('cms.signature', 'not r and s of this curve', { cause });
  }
}
