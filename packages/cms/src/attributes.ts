/**
 * Signed attributes of a CAdES-BES signature (ETSI EN 319 122-1, section 5; RFC 5652, section 11):
 * content type, message digest, the signing certificate's digest (ESS signing-certificate version 2,
 * RFC 5035), and if wished the signing time. The signing-certificate attribute is what makes a
 * signature name its key: without it, for some algorithms, another key can be found under which the
 * signature is good too.
 */
import { equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import { Attribute } from '@peculiar/asn1-cms';
import {
  AsnProp,
  AsnArray,
  AsnPropTypes,
  AsnType,
  AsnTypeTypes,
  OctetString,
} from '@peculiar/asn1-schema';
import { AlgorithmIdentifier, Time } from '@peculiar/asn1-x509';
import {
  digest,
  type DigestAlgorithm,
  digestIdentifier,
  digestOf,
  readDigestIdentifier,
} from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { checkDer, decode, element, encode, integerOf, sortSet } from './der.ts';
import { CmsError } from './errors.ts';
import { readTime, writeTime } from './time.ts';

/** A signed attribute beside those that every signature has. */
export interface SignedAttribute {
  /** Dotted. */
  readonly oid: string;
  /** Its only value, DER. */
  readonly value: Uint8Array;
}

/** id-data: the only type of content that is signed here. */
export const DATA = '1.2.840.113549.1.7.1';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
/** OBJECT IDENTIFIER id-data, DER. */
const DATA_DER = hexToBytes('06092a864886f70d010701');

const MAX_VALUE = 64 * 1024;
/** RFC 5035's default. */
const SHA256 = digestIdentifier('sha256');

// RFC 5035, section 4. The schemas' decorators are called as functions: Node strips types only.
class EssCertIdV2 {
  hashAlgorithm = SHA256;
  certHash = new OctetString();
  /** IssuerSerial, DER. */
  issuerSerial?: ArrayBuffer;
}
// Without `optional`, whatever comes first would be taken for a structure that has a default.
AsnProp({ type: AlgorithmIdentifier, optional: true, defaultValue: SHA256 })(
  EssCertIdV2.prototype,
  'hashAlgorithm',
);
AsnProp({ type: OctetString })(EssCertIdV2.prototype, 'certHash');
AsnProp({ type: AsnPropTypes.Any, optional: true })(EssCertIdV2.prototype, 'issuerSerial');

class EssCertIdsV2 extends AsnArray<EssCertIdV2> {}
AsnType({ type: AsnTypeTypes.Sequence, itemType: EssCertIdV2 })(EssCertIdsV2);

/** Policies, which are optional, are not known here. */
class SigningCertificateV2 {
  certs = new EssCertIdsV2();
}
AsnProp({ type: EssCertIdsV2 })(SigningCertificateV2.prototype, 'certs');

/** IssuerSerial of RFC 5035: the issuer as GeneralNames of one directory name, and the serial number. */
function issuerSerialOf({ issuerDer, serial }: Certificate): Uint8Array {
  return element(0x30, element(0x30, element(0xa4, issuerDer)), element(0x02, integerOf(serial)));
}

function signingCertificate(certificate: Certificate): SigningCertificateV2 {
  const name = certificate.algorithm === 'gost3410-2012-256' ? 'streebog256' : 'sha256';
  const id = new EssCertIdV2();
  id.hashAlgorithm = digestIdentifier(name);
  id.certHash = new OctetString(digest(name, certificate.der));
  const value = new SigningCertificateV2();
  value.certs.push(id);
  return value;
}

function attribute(oid: string, value: Uint8Array): Attribute {
  return new Attribute({ attrType: oid, attrValues: [value.slice().buffer] });
}

/** The attributes in the order of DER. Throws {@link CmsError} `cms.attribute`, `cms.time`. */
export function writeAttributes(
  certificate: Certificate,
  content: Uint8Array,
  signingTime: Date | undefined,
  more: readonly SignedAttribute[],
): Attribute[] {
  const contentDigest = digest(digestOf(certificate.algorithm), content);
  const attributes = [
    attribute(CONTENT_TYPE, DATA_DER),
    attribute(MESSAGE_DIGEST, element(0x04, contentDigest)),
    attribute(SIGNING_CERTIFICATE_V2, encode(signingCertificate(certificate))),
  ];
  if (signingTime !== undefined)
    attributes.push(attribute(SIGNING_TIME, encode(writeTime(signingTime))));
  for (const { oid, value } of more) attributes.push(furtherAttribute(oid, value));
  const types = new Set([SIGNING_TIME, ...attributes.map(({ attrType }) => attrType)]);
  if (types.size !== attributes.length + (signingTime === undefined ? 1 : 0))
    throw new CmsError('cms.attribute', 'an attribute is given twice, or is not yours to give');
  return sortSet(attributes.map(encode)).map((der) => decode(der, Attribute, MAX_VALUE));
}

function furtherAttribute(oid: string, value: Uint8Array): Attribute {
  try {
    checkDer(value, MAX_VALUE);
    const made = attribute(oid, value);
    decode(encode(made), Attribute, 2 * MAX_VALUE);
    return made;
  } catch (cause) {
    throw new CmsError('cms.attribute', `attribute ${oid} is no object identifier with DER`, {
      cause,
    });
  }
}

/** What is signed: the attributes as SET OF, whatever tag they stand under (RFC 5652, section 5.4). */
export function attributesDer(attributes: readonly Attribute[]): Uint8Array {
  return element(0x31, ...attributes.map(encode));
}

/**
 * Holds a signer's attributes against the certificate and the content. Throws {@link CmsError}
 * `cms.attribute`, `cms.digest`, `cms.signing-certificate`, `cms.algorithm`, `cms.der`, `cms.time`.
 */
export function readAttributes(
  attributes: readonly Attribute[],
  certificate: Certificate,
  digestAlgorithm: DigestAlgorithm,
  content: Uint8Array,
): { signingTime?: Date; attributes: SignedAttribute[] } {
  const values = valuesByType(attributes);
  const take = (type: string): Uint8Array => {
    const value = values.get(type);
    if (value === undefined) throw new CmsError('cms.attribute', `no attribute ${type}`);
    values.delete(type);
    return value;
  };
  if (!equalBytes(take(CONTENT_TYPE), DATA_DER))
    throw new CmsError('cms.attribute', 'the attribute says another type of content');
  const contentDigest = decode(take(MESSAGE_DIGEST), OctetString, MAX_VALUE);
  checkSigningCertificate(take(SIGNING_CERTIFICATE_V2), certificate);
  if (!equalBytes(new Uint8Array(contentDigest.buffer), digest(digestAlgorithm, content)))
    throw new CmsError('cms.digest', 'another document was signed');
  const signingTime = values.has(SIGNING_TIME)
    ? readTime(decode(take(SIGNING_TIME), Time, MAX_VALUE))
    : undefined;
  return {
    ...(signingTime && { signingTime }),
    attributes: [...values].map(([oid, value]) => ({ oid, value })),
  };
}

/** Each attribute has one value, and is there once. */
function valuesByType(attributes: readonly Attribute[]): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  for (const { attrType, attrValues } of attributes) {
    const value = attrValues[0] as ArrayBuffer | null | undefined;
    if (attrValues.length !== 1 || value === undefined || values.has(attrType))
      throw new CmsError('cms.attribute', `attribute ${attrType} has not exactly one value`);
    // The schemas have NULL as null.
    values.set(attrType, value === null ? element(0x05) : new Uint8Array(value));
  }
  return values;
}

function checkSigningCertificate(value: Uint8Array, certificate: Certificate): void {
  const [id, ...more] = decode(value, SigningCertificateV2, MAX_VALUE).certs;
  if (id === undefined || more.length > 0)
    throw new CmsError('cms.attribute', 'the signing-certificate attribute names one certificate');
  const hash = digest(readDigestIdentifier(id.hashAlgorithm), certificate.der);
  const sameSerial =
    id.issuerSerial === undefined ||
    equalBytes(new Uint8Array(id.issuerSerial), issuerSerialOf(certificate));
  if (!equalBytes(new Uint8Array(id.certHash.buffer), hash) || !sameSerial)
    throw new CmsError('cms.signing-certificate', 'the signer named another certificate');
}
