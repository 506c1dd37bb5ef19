/**
 * A certification authority in a few lines, for training elections and tests: it makes its own
 * self-signed root and certificates for signing documents under it, in the profile of
 * `certificate.ts`. A real election takes certificates from a real authority: nothing here revokes,
 * keeps records or looks at anybody's passport.
 */
import { bytesToHex, randomBytes } from '@kabina/crypto/bytes';
import * as ed25519 from '@kabina/crypto/ed25519';
import { gost3410Signature, gostKeyToXY, gostSignDigest } from '@kabina/crypto/gost-signature';
import { p256, p384 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { OctetString } from '@peculiar/asn1-schema';
import {
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate as Asn1Certificate,
  Extension,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  type SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import {
  digestOf,
  encodeSignature,
  type KeyAlgorithm,
  signatureIdentifier,
  signatureInput,
} from './algorithms.ts';
import { parseCertificate } from './certificate.ts';
import { decode, encode, integerOf } from './der.ts';
import { CmsError } from './errors.ts';
import { writePublicKey } from './public-key.ts';
import { writeTime } from './time.ts';

export { encodeSignature };

/** A key that signs. The secret stays where `sign` has it; whoever holds the key forgets it. */
export interface SigningKey {
  readonly algorithm: KeyAlgorithm;
  /** The uncompressed point (65 or 97 bytes), 32 bytes for Ed25519, or x ‖ y little-endian (64 bytes) for GOST. */
  readonly publicKey: Uint8Array;
  /**
   * @param input the digest (32 bytes, 48 for P-384), or for Ed25519 the message
   * @returns r ‖ s for ECDSA (64 or 96 bytes), 64 bytes for Ed25519, s ‖ r (64 bytes) for GOST;
   *   {@link encodeSignature} makes what CMS carries
   */
  sign(input: Uint8Array): Uint8Array;
}

/** A fresh key, of the platform's random bytes. */
export function generateKey(algorithm: KeyAlgorithm): SigningKey {
  switch (algorithm) {
    case 'ecdsa-p256':
    case 'ecdsa-p384': {
      const curve = algorithm === 'ecdsa-p256' ? p256 : p384;
      const secret = curve.utils.randomSecretKey();
      const options = { prehash: false, lowS: false, extraEntropy: true };
      return {
        algorithm,
        publicKey: curve.getPublicKey(secret, false),
        sign: (input) => curve.sign(input, secret, options),
      };
    }
    case 'ed25519': {
      const seed = randomBytes(32);
      return {
        algorithm,
        publicKey: ed25519.publicKey(seed),
        sign: (input) => ed25519.sign(input, seed),
      };
    }
    case 'gost3410-2012-256': {
      const seed = randomBytes(32);
      return {
        algorithm,
        publicKey: gostKeyToXY(gost3410Signature.publicKey(seed)),
        sign: (input) => gostSignDigest(input, seed),
      };
    }
  }
}

export interface Authority {
  /** The self-signed root, DER. */
  readonly certificate: Uint8Array;
  readonly key: SigningKey;
}

interface Subject {
  /** The common name, 1 to 64 characters (X.520). */
  readonly name: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** An authority with a fresh key. Throws {@link CmsError} `cms.name`, `cms.time`. */
export function createAuthority(options: Subject & { algorithm: KeyAlgorithm }): Authority {
  const key = generateKey(options.algorithm);
  const publicKey = writePublicKey(key.algorithm, key.publicKey);
  const name = nameOf(options.name);
  const certificate = signCertificate(key, {
    subject: name,
    issuer: name,
    serial: randomSerial(),
    validity: options,
    publicKey,
    issuerKey: publicKey,
    extensions: [
      extension(
        id_ce_basicConstraints,
        true,
        new BasicConstraints({ cA: true, pathLenConstraint: 0 }),
      ),
      extension(id_ce_keyUsage, true, keyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)),
    ],
  });
  return { certificate, key };
}

/**
 * A certificate for signing documents, DER.
 *
 * @param options.serial hexadecimal, positive, at most 20 bytes; without it, 16 random bytes
 * @throws CmsError `cms.key` for a public key that is none, `cms.name`, `cms.time`,
 *   `cms.certificate` for a bad serial number
 */
export function issue(
  authority: Authority,
  options: Subject & { algorithm: KeyAlgorithm; publicKey: Uint8Array; serial?: string },
): Uint8Array {
  const root = decodeRoot(authority);
  const { nonRepudiation, digitalSignature } = KeyUsageFlags;
  return signCertificate(authority.key, {
    subject: nameOf(options.name),
    issuer: root.subject,
    serial: options.serial ?? randomSerial(),
    validity: options,
    publicKey: writePublicKey(options.algorithm, options.publicKey),
    issuerKey: root.subjectPublicKeyInfo,
    extensions: [
      extension(id_ce_basicConstraints, true, new BasicConstraints()),
      extension(id_ce_keyUsage, true, keyUsage(digitalSignature | nonRepudiation)),
    ],
  });
}

/** A name of one common name. */
function nameOf(commonName: string): Name {
  if (commonName === '' || [...commonName].length > 64)
    throw new CmsError('cms.name', 'a name is 1 to 64 characters');
  const value = new AttributeValue({ utf8String: commonName });
  const part = new AttributeTypeAndValue({ type: '2.5.4.3', value });
  return new Name([new RelativeDistinguishedName([part])]);
}

/** Positive, so that no byte need be put before it. */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytesToHex(bytes);
}

function keyUsage(flags: number): KeyUsage {
  return new KeyUsage(flags);
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(encode(value)) });
}

/** RFC 7093, section 2, method 1: 160 bits of the key's SHA-256. */
function keyIdentifier({ subjectPublicKey }: SubjectPublicKeyInfo): Uint8Array {
  return sha256(new Uint8Array(subjectPublicKey)).subarray(0, 20);
}

function decodeRoot({ certificate }: Authority): TBSCertificate {
  parseCertificate(certificate);
  return decode(certificate, Asn1Certificate, certificate.length).tbsCertificate;
}

function signCertificate(
  key: SigningKey,
  of: {
    subject: Name;
    issuer: Name;
    serial: string;
    validity: { notBefore: Date; notAfter: Date };
    publicKey: SubjectPublicKeyInfo;
    issuerKey: SubjectPublicKeyInfo;
    extensions: Extension[];
  },
): Uint8Array {
  const algorithm = signatureIdentifier(key.algorithm, 'inCertificate');
  const validity = new Validity();
  validity.notBefore = writeTime(of.validity.notBefore);
  validity.notAfter = writeTime(of.validity.notAfter);
  const subjectKey = new SubjectKeyIdentifier(keyIdentifier(of.publicKey));
  const authorityKey = new AuthorityKeyIdentifier({
    keyIdentifier: new KeyIdentifier(keyIdentifier(of.issuerKey)),
  });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: integerOf(of.serial).buffer as ArrayBuffer,
    signature: algorithm,
    issuer: of.issuer,
    validity,
    subject: of.subject,
    subjectPublicKeyInfo: of.publicKey,
    extensions: new Extensions([
      ...of.extensions,
      extension(id_ce_subjectKeyIdentifier, false, subjectKey),
      extension(id_ce_authorityKeyIdentifier, false, authorityKey),
    ]),
  });
  const input = signatureInput(key.algorithm, digestOf(key.algorithm), encode(tbsCertificate));
  const signature = encodeSignature(key.algorithm, key.sign(input));
  const der = encode(
    new Asn1Certificate({
      tbsCertificate,
      signatureAlgorithm: algorithm,
      signatureValue: signature.slice().buffer,
    }),
  );
  parseCertificate(der); // Refuses what can't be read again: names, times, serial numbers.
  return der;
}
