/**
 * X.509 certificates (RFC 5280) of people who sign documents and of the authorities that certify
 * them, in the narrow profile that this package needs: version 3, one level (an authority's
 * self-signed root and what it has signed), names compared byte for byte. An extension that is
 * critical and is neither basicConstraints nor keyUsage is refused; one that is not critical is
 * left alone.
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import {
  BasicConstraints,
  Certificate as Asn1Certificate,
  type Extension,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  KeyUsage,
  type KeyUsageType,
  type Name,
  type TBSCertificate,
} from '@peculiar/asn1-x509';
import {
  type KeyAlgorithm,
  readSignatureIdentifier,
  signatureInput,
  verifySignature,
} from './algorithms.ts';
import { decode, encode } from './der.ts';
import { CmsError } from './errors.ts';
import { readPublicKey } from './public-key.ts';
import { readTime } from './time.ts';

export type { KeyAlgorithm };
export { verifySignature };

export interface Certificate {
  /** X.509, DER. */
  readonly der: Uint8Array;
  readonly subject: {
    /** The common name; where there is none, surname and given name («Иванова Анна Петровна»). */
    readonly commonName: string;
  };
  /** Name, DER. */
  readonly issuerDer: Uint8Array;
  /** Name, DER. */
  readonly subjectDer: Uint8Array;
  /** Hexadecimal, lower case, without leading zero bytes. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Of the public key. */
  readonly algorithm: KeyAlgorithm;
  /** The uncompressed point (65 or 97 bytes), 32 bytes for Ed25519, or x ‖ y little-endian (64 bytes) for GOST. */
  readonly publicKey: Uint8Array;
  /** By basicConstraints. */
  readonly isAuthority: boolean;
  /** Undefined if the certificate does not limit it. */
  readonly keyUsage: readonly KeyUsageType[] | undefined;
}

export const MAX_CERTIFICATE = 16 * 1024;
const VERSION_3 = 2;
/** RFC 5280, section 4.1.2.2. */
const MAX_SERIAL = 20;

const COMMON_NAME = '2.5.4.3';
const SURNAME = '2.5.4.4';
const GIVEN_NAME = '2.5.4.42';
const MAX_NAME = 256;
/** Controls, and characters that turn or hide other characters. */
const UNSHOWABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** The one value of this kind in a name. */
function textOf(name: Name, type: string): string | undefined {
  const [found, ...more] = name.flatMap((rdn) => rdn.filter((part) => part.type === type));
  if (found === undefined) return undefined;
  if (more.length > 0) throw new CmsError('cms.name', `a name with two values of ${type}`);
  const text = found.value.anyValue === undefined ? found.value.toString().trim() : '';
  if (text === '' || text.length > MAX_NAME || UNSHOWABLE.test(text))
    throw new CmsError('cms.name', `a name whose ${type} can't be shown`);
  return text;
}

function nameOf(name: Name): string {
  const common = textOf(name, COMMON_NAME);
  if (common !== undefined) return common;
  const parts = [textOf(name, SURNAME), textOf(name, GIVEN_NAME)].filter((part) => part);
  if (parts.length === 0) throw new CmsError('cms.name', 'a name without a common name or surname');
  return parts.join(' ');
}

function serialOf(tbs: TBSCertificate): string {
  const bytes = new Uint8Array(tbs.serialNumber);
  const positive = (bytes[0] as number) < 0x80 && bytes.some((byte) => byte !== 0);
  if (!positive || bytes.length > MAX_SERIAL)
    throw new CmsError('cms.certificate', 'a serial number is positive and of at most 20 bytes');
  return bytesToHex(bytes[0] === 0 ? bytes.subarray(1) : bytes);
}

function readExtensions(
  extensions: readonly Extension[],
): Pick<Certificate, 'isAuthority' | 'keyUsage'> {
  let isAuthority = false;
  let keyUsage: readonly KeyUsageType[] | undefined;
  const seen = new Set<string>();
  for (const { extnID, critical, extnValue } of extensions) {
    if (seen.has(extnID))
      throw new CmsError('cms.certificate', `extension ${extnID} is there twice`);
    seen.add(extnID);
    const value = new Uint8Array(extnValue.buffer);
    if (extnID === id_ce_basicConstraints) {
      isAuthority = decode(value, BasicConstraints, MAX_CERTIFICATE).cA;
    } else if (extnID === id_ce_keyUsage) {
      keyUsage = readKeyUsage(value);
    } else if (critical) {
      throw new CmsError('cms.certificate', `the critical extension ${extnID} is not known here`);
    }
  }
  return { isAuthority, keyUsage };
}

function readKeyUsage(value: Uint8Array): readonly KeyUsageType[] {
  const bits = decode(value, KeyUsage, MAX_CERTIFICATE);
  // X.690, section 11.2.2: no zeros at the end. RFC 5280, section 4.2.1.3: at least one bit.
  const flags = bits.toNumber();
  if (!(flags > 0) || !equalBytes(encode(new KeyUsage(flags)), value))
    throw new CmsError('cms.der', 'not a key usage in DER');
  return bits.toJSON();
}

/**
 * Reads a certificate; its signature is {@link checkCertificate}'s to verify.
 *
 * Throws {@link CmsError} `cms.too-large` over 16 KiB, `cms.der` for what is not a certificate in
 * DER, `cms.algorithm` and `cms.key` for a public key that is not ours, `cms.name`, `cms.time`, and
 * `cms.certificate` for what this profile does not allow.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const { tbsCertificate: tbs, signatureAlgorithm } = decode(der, Asn1Certificate, MAX_CERTIFICATE);
  if ((tbs.version as number) !== VERSION_3)
    throw new CmsError('cms.certificate', 'a certificate of version 1 or 2');
  if (tbs.issuerUniqueID !== undefined || tbs.subjectUniqueID !== undefined)
    throw new CmsError('cms.certificate', 'unique identifiers are not known here');
  // RFC 5280, section 4.1.1.2: outside the signature stands what is inside.
  if (!equalBytes(encode(tbs.signature), encode(signatureAlgorithm)))
    throw new CmsError('cms.certificate', 'two names of the signature algorithm');
  const notBefore = readTime(tbs.validity.notBefore);
  const notAfter = readTime(tbs.validity.notAfter);
  if (notAfter < notBefore) throw new CmsError('cms.time', 'validity ends before it begins');
  return {
    der: der.slice(),
    subject: { commonName: nameOf(tbs.subject) },
    issuerDer: encode(tbs.issuer),
    subjectDer: encode(tbs.subject),
    serial: serialOf(tbs),
    notBefore,
    notAfter,
    ...readPublicKey(tbs.subjectPublicKeyInfo),
    ...readExtensions(tbs.extensions ?? []),
  };
}

/** Why a certificate is not good. */
export type CertificateProblem =
  /** What was given as the authority is no self-signed authority that is valid at that time. */
  | 'certificate.authority'
  /** Another authority has issued it. */
  | 'certificate.issuer'
  /** The authority's key has not signed it. */
  | 'certificate.signature'
  /** It is an authority's, or its key is not for signing. */
  | 'certificate.usage'
  | 'certificate.not-yet'
  | 'certificate.expired';

/** Whether the key of `authority` has signed `certificate`. */
function isSignedBy(certificate: Certificate, { algorithm, publicKey }: Certificate): boolean {
  const { tbsCertificate, signatureAlgorithm, signatureValue } = decode(
    certificate.der,
    Asn1Certificate,
    MAX_CERTIFICATE,
  );
  try {
    const name = readSignatureIdentifier(algorithm, signatureAlgorithm);
    const input = signatureInput(algorithm, name, encode(tbsCertificate));
    return verifySignature(algorithm, publicKey, input, new Uint8Array(signatureValue));
  } catch (error) {
    if (error instanceof CmsError && error.code === 'cms.algorithm') return false;
    throw error;
  }
}

/** Whether it is a self-signed authority that is valid at that time. */
export function isAuthorityAt(authority: Certificate, at: Date): boolean {
  return mayIssueAt(authority, at) && isSignedBy(authority, authority);
}

/** All of that but the signature, which costs a verification. */
function mayIssueAt(authority: Certificate, at: Date): boolean {
  return (
    authority.isAuthority &&
    (authority.keyUsage?.includes('keyCertSign') ?? true) &&
    equalBytes(authority.issuerDer, authority.subjectDer) &&
    authority.notBefore <= at &&
    at <= authority.notAfter
  );
}

/**
 * Whether `certificate` is one for signing documents that was valid `at` that time and issued by
 * `authority`, a self-signed root that the caller trusts; no certificate stands between the two.
 * Nothing is known here of revocation. The dates are believed last: only those of the authority's
 * own certificates mean anything.
 *
 * @returns the first problem, or `undefined` for a good certificate
 */
export function checkCertificate(
  certificate: Certificate,
  authority: Certificate,
  at: Date,
): CertificateProblem | undefined {
  if (!mayIssueAt(authority, at)) return 'certificate.authority';
  if (!equalBytes(certificate.issuerDer, authority.subjectDer)) return 'certificate.issuer';
  if (!isSignedBy(certificate, authority)) return 'certificate.signature';
  // After the certificate's own: a stranger's costs one verification and not two.
  if (!isSignedBy(authority, authority)) return 'certificate.authority';
  const { keyUsage } = certificate;
  const signs =
    keyUsage === undefined ||
    keyUsage.includes('digitalSignature') ||
    keyUsage.includes('nonRepudiation');
  if (certificate.isAuthority || !signs) return 'certificate.usage';
  if (at < certificate.notBefore) return 'certificate.not-yet';
  if (at > certificate.notAfter) return 'certificate.expired';
  return undefined;
}
