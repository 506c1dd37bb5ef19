/**
 * The public key of an X.509 certificate (RFC 5280, 4.1), for the kinds of keys that sign here. A
 * peek: nothing else of the certificate is looked at, and no signature is verified.
 */
import { toHex } from './bytes.ts';
import type { KeyAlgorithm } from './card.ts';
import { TokenError } from './errors.ts';
import { decodeOne, decodeTlv, type Tlv } from './tlv.ts';

export interface CertificateKey {
  readonly algorithm: KeyAlgorithm;
  /**
   * SEC 1 uncompressed point (65 or 97 bytes), the 32 bytes of Ed25519 (RFC 8410), or x ‖ y
   * little-endian, 64 bytes, for GOST (RFC 9215).
   */
  readonly publicKey: Uint8Array;
}

/** Object identifiers by their DER contents, in hex. */
const EC_PUBLIC_KEY = '2a8648ce3d0201';
const P256 = '2a8648ce3d030107';
const P384 = '2b81040022';
const ED25519 = '2b6570';
const GOST_2012_256 = '2a85030701010101';

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
/** The explicit `[0] version` of TBSCertificate. */
const VERSION = 0xa0;

/**
 * The key in the certificate, or undefined where the bytes are no certificate or the key is of
 * another kind or form.
 *
 * @param der the certificate and nothing after it
 */
export function certificateKey(der: Uint8Array): CertificateKey | undefined {
  try {
    const [tbs] = decodeTlv(decodeOne(SEQUENCE, der, 'der'), 'der');
    if (tbs?.tag !== SEQUENCE) return undefined;
    const fields = decodeTlv(tbs.value, 'der');
    // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    const info = fields[fields[0]?.tag === VERSION ? 6 : 5];
    return info?.tag === SEQUENCE ? publicKeyOf(decodeTlv(info.value, 'der')) : undefined;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

function publicKeyOf([algorithm, key, more]: readonly Tlv[]): CertificateKey | undefined {
  if (algorithm?.tag !== SEQUENCE || key?.tag !== BIT_STRING || more) return undefined;
  const [id, parameters] = decodeTlv(algorithm.value, 'der');
  // The first byte counts unused bits of the last one; a key has none.
  if (id?.tag !== OBJECT_IDENTIFIER || key.value[0] !== 0) return undefined;
  const bits = key.value.slice(1);
  switch (toHex(id.value)) {
    case EC_PUBLIC_KEY: {
      if (parameters?.tag !== OBJECT_IDENTIFIER || bits[0] !== 0x04) return undefined;
      const curve = toHex(parameters.value);
      if (curve === P256 && bits.length === 65) return { algorithm: 'ecdsa-p256', publicKey: bits };
      if (curve === P384 && bits.length === 97) return { algorithm: 'ecdsa-p384', publicKey: bits };
      return undefined;
    }
    case ED25519:
      return bits.length === 32 && !parameters
        ? { algorithm: 'ed25519', publicKey: bits }
        : undefined;
    case GOST_2012_256: {
      const point = decodeOne(OCTET_STRING, bits, 'der');
      return point.length === 64 ? { algorithm: 'gost3410-2012-256', publicKey: point } : undefined;
    }
    default:
      return undefined;
  }
}
