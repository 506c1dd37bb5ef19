/**
 * SubjectPublicKeyInfo of the four kinds of keys: RFC 5480 (named curves, uncompressed points),
 * RFC 8410, RFC 9215 (x ‖ y little-endian in an OCTET STRING).
 */
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { gostKeyFromXY } from '@kabina/crypto/gost-signature';
import { p256, p384 } from '@noble/curves/nist.js';
import { AlgorithmIdentifier, SubjectPublicKeyInfo } from '@peculiar/asn1-x509';
import { ED25519, GOST3410, type KeyAlgorithm } from './algorithms.ts';
import { contentOf, element } from './der.ts';
import { CmsError } from './errors.ts';

const EC = '1.2.840.10045.2.1';
const OCTET_STRING = 0x04;

/** Parameters of algorithm identifiers, DER in hex. */
const P256 = '06082a8648ce3d030107';
const P384 = '06052b81040022';
const CRYPTOPRO_A = '06072a850302022301';
const PARAM_SET_B = '06092a8503070102010102';
const STREEBOG_256 = '06082a85030701010202';
/**
 * Two names of one curve, without and with the digest. RFC 9215, section 4.2, wants the digest with
 * the first name and none with the second; certificates of all four kinds are about.
 */
const GOST_CURVE = [
  `3013${CRYPTOPRO_A}${STREEBOG_256}`,
  `3009${CRYPTOPRO_A}`,
  `300b${PARAM_SET_B}`,
  `3015${PARAM_SET_B}${STREEBOG_256}`,
] as const;

/** Algorithm and parameters of the keys that we write; the first of {@link GOST_CURVE} is the one that old programs know. */
const WRITTEN: Readonly<Record<KeyAlgorithm, { oid: string; parameters?: string }>> = {
  'ecdsa-p256': { oid: EC, parameters: P256 },
  'ecdsa-p384': { oid: EC, parameters: P384 },
  ed25519: { oid: ED25519 },
  'gost3410-2012-256': { oid: GOST3410, parameters: GOST_CURVE[0] },
};

function kindOf({ algorithm, parameters }: AlgorithmIdentifier): KeyAlgorithm {
  const hex = parameters ? bytesToHex(new Uint8Array(parameters)) : '';
  if (algorithm === EC && hex === P256) return 'ecdsa-p256';
  if (algorithm === EC && hex === P384) return 'ecdsa-p384';
  if (algorithm === ED25519 && parameters === undefined) return 'ed25519';
  if (algorithm === GOST3410 && (GOST_CURVE as readonly string[]).includes(hex))
    return 'gost3410-2012-256';
  throw new CmsError('cms.algorithm', `a key of ${algorithm} on this curve is not one of ours`);
}

/**
 * Refuses bytes that are no key of the algorithm. Whether an Ed25519 key is a good point is seen
 * when it verifies. Throws {@link CmsError} `cms.key`.
 */
function checkKey(algorithm: KeyAlgorithm, key: Uint8Array): void {
  try {
    switch (algorithm) {
      case 'ecdsa-p256':
      case 'ecdsa-p384':
        if (key[0] !== 4) throw new RangeError('not an uncompressed point');
        (algorithm === 'ecdsa-p256' ? p256 : p384).Point.fromBytes(key);
        return;
      case 'ed25519':
        if (key.length !== 32) throw new RangeError('an Ed25519 key is 32 bytes');
        return;
      case 'gost3410-2012-256':
        gostKeyFromXY(key);
    }
  } catch (cause) {
    // The libraries of the curves throw for bytes that are no point.
    throw new CmsError('cms.key', `not a key of ${algorithm}`, { cause });
  }
}

/** Throws {@link CmsError} `cms.algorithm`, `cms.key`, `cms.der`. */
export function readPublicKey({ algorithm, subjectPublicKey }: SubjectPublicKeyInfo): {
  algorithm: KeyAlgorithm;
  publicKey: Uint8Array;
} {
  const kind = kindOf(algorithm);
  const bits = new Uint8Array(subjectPublicKey);
  const publicKey = kind === 'gost3410-2012-256' ? contentOf(bits, OCTET_STRING) : bits;
  checkKey(kind, publicKey);
  return { algorithm: kind, publicKey };
}

/** Throws {@link CmsError} `cms.key`. */
export function writePublicKey(
  algorithm: KeyAlgorithm,
  publicKey: Uint8Array,
): SubjectPublicKeyInfo {
  checkKey(algorithm, publicKey);
  const { oid, parameters } = WRITTEN[algorithm];
  const bits =
    algorithm === 'gost3410-2012-256' ? element(OCTET_STRING, publicKey) : publicKey.slice();
  return new SubjectPublicKeyInfo({
    algorithm: new AlgorithmIdentifier({
      algorithm: oid,
      ...(parameters !== undefined && { parameters: hexToBytes(parameters).buffer as ArrayBuffer }),
    }),
    subjectPublicKey: bits.buffer as ArrayBuffer,
  });
}
