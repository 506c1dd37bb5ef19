/**
 * A small self-signed certificate (X.509, RFC 5280) for the key of a simulated card, so that other
 * people's programs find there what they expect. For tests alone.
 */
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { concatBytes, fromHex } from '../bytes.ts';
import type { KeyAlgorithm } from '../card.ts';
import { toDer } from '../ecdsa-signature.ts';
import { encodeTlv } from '../tlv.ts';
import type { SimulatedKey } from './simulated-key.ts';

type Hash = (bytes: Uint8Array) => Uint8Array;

export interface CertificateOptions {
  /** Common name of subject and issuer. */
  readonly name?: string;
  /** What the key signs of the certificate's contents. Needed for GOST, whose hash is not here. */
  readonly hash?: Hash;
}

const ECDSA_KEY = '06 07 2a 86 48 ce 3d 02 01';
const KINDS: Record<KeyAlgorithm, { spki: string; signature: string; hash: Hash }> = {
  'ecdsa-p256': {
    spki: `30 13 ${ECDSA_KEY} 06 08 2a 86 48 ce 3d 03 01 07`,
    signature: '30 0a 06 08 2a 86 48 ce 3d 04 03 02',
    hash: sha256,
  },
  'ecdsa-p384': {
    spki: `30 10 ${ECDSA_KEY} 06 05 2b 81 04 00 22`,
    signature: '30 0a 06 08 2a 86 48 ce 3d 04 03 03',
    hash: sha384,
  },
  ed25519: { spki: '30 05 06 03 2b 65 70', signature: '30 05 06 03 2b 65 70', hash: (all) => all },
  // id-tc26-gost3410-12-256 with id-tc26-gost-3410-2012-256-paramSetB (RFC 9215, 4.1)
  'gost3410-2012-256': {
    spki: '30 17 06 08 2a 85 03 07 01 01 01 01 30 0b 06 09 2a 85 03 07 01 02 01 01 02',
    signature: '30 0a 06 08 2a 85 03 07 01 01 03 02',
    hash: (all) => all.slice(0, 32),
  },
};

/** The certificate's DER. Valid from 2020 to 2049. */
export function selfSigned(key: SimulatedKey, options: CertificateOptions = {}): Uint8Array {
  const { algorithm, publicKey } = key;
  const kind = KINDS[algorithm];
  const { name = 'Simulated card', hash = kind.hash } = options;
  const gost = algorithm === 'gost3410-2012-256';
  const signature = fromHex(kind.signature);
  const point = gost ? encodeTlv(0x04, publicKey) : publicKey;
  const spki = encodeTlv(0x30, [fromHex(kind.spki), bitString(point)]);
  // Positive and not zero, different for every key.
  const serial = concatBytes(Uint8Array.of(1), sha256(publicKey).slice(0, 8));
  const contents = encodeTlv(0x30, [
    encodeTlv(0xa0, encodeTlv(0x02, Uint8Array.of(2))),
    encodeTlv(0x02, serial),
    signature,
    commonName(name),
    encodeTlv(0x30, [time('200101000000Z'), time('491231235959Z')]),
    commonName(name),
    spki,
  ]);
  const raw = key.sign(hash(contents));
  const signed = algorithm.startsWith('ecdsa') ? toDer(raw) : raw;
  return encodeTlv(0x30, [contents, signature, bitString(signed)]);
}

function commonName(name: string): Uint8Array {
  const value = encodeTlv(0x0c, new TextEncoder().encode(name));
  const attribute = encodeTlv(0x30, [fromHex('06 03 55 04 03'), value]);
  return encodeTlv(0x30, encodeTlv(0x31, attribute));
}

function time(utc: string): Uint8Array {
  return encodeTlv(0x17, new TextEncoder().encode(utc));
}

function bitString(bytes: Uint8Array): Uint8Array {
  return encodeTlv(0x03, concatBytes(Uint8Array.of(0), bytes));
}
