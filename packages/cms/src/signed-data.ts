/**
 * Signatures on documents: detached CMS SignedData (RFC 5652, section 5) in DER, of one signer or
 * of several, each with its certificate and the attributes of CAdES-BES (`attributes.ts`). `openssl
 * cms -verify` accepts what is made here.
 *
 * What is read is held to this profile: no unsigned attributes, no revocation lists, no certificates
 * but the signers' own. What then stands outside the signatures has one value that is accepted, or
 * a second way to say the same (a NULL, ECDSA's other s). Whether to trust the certificates is the
 * caller's question: see `certificate.ts`.
 */
import { bytesToHex } from '@kabina/crypto/bytes';
import {
  CertificateChoices,
  CertificateSet,
  CMSVersion,
  ContentInfo,
  DigestAlgorithmIdentifier,
  DigestAlgorithmIdentifiers,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { OctetString } from '@peculiar/asn1-schema';
import { type AlgorithmIdentifier, Certificate as Asn1Certificate } from '@peculiar/asn1-x509';
import {
  digestIdentifier,
  digestOf,
  readDigestIdentifier,
  readSignatureIdentifier,
  signatureIdentifier,
  signatureInput,
  verifySignature,
} from './algorithms.ts';
import {
  attributesDer,
  DATA,
  readAttributes,
  type SignedAttribute,
  writeAttributes,
} from './attributes.ts';
import { type Certificate, MAX_CERTIFICATE, parseCertificate } from './certificate.ts';
import { checkSetOrder, decode, element, encode, integerOf, sortSet } from './der.ts';
import { CmsError } from './errors.ts';

export type { SignedAttribute };

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const MAX_SIGNED_DATA = 1024 * 1024;
/** Far more than a commission has members; each costs a verification. */
const MAX_SIGNERS = 64;
/** A signer with a qualified certificate has some 200. */
const ELEMENTS_OF_SIGNER = 500;

/** What is known of a signature that verifies. */
export interface Signer {
  readonly certificate: Certificate;
  /** What the signer's clock said. */
  readonly signingTime?: Date;
  /** The signed attributes beside those of CAdES-BES. */
  readonly attributes: readonly SignedAttribute[];
}

/** A signature that waits for its key. */
export interface PreparedSignature {
  /**
   * What the key signs: the digest of the signed attributes for ECDSA (SHA-256 for P-256, SHA-384
   * for P-384) and for GOST (Streebog-256), the attributes themselves for Ed25519 (RFC 8419).
   */
  readonly input: Uint8Array;
  /**
   * @param signature as CMS carries it: DER `ECDSA-Sig-Value`, 64 bytes, or s ‖ r
   * @returns ContentInfo with SignedData, DER
   * @throws CmsError `cms.signature` if the signature does not verify under the certificate's key
   */
  finish(signature: Uint8Array): Uint8Array;
}

/**
 * Begins a signature of `content` by the key of `certificate` (DER). Throws {@link CmsError} what
 * `parseCertificate` throws, `cms.attribute` for `attributes` that are malformed or not free to be
 * given, and `cms.time`.
 */
export function prepareSignature(options: {
  certificate: Uint8Array;
  content: Uint8Array;
  signingTime?: Date;
  attributes?: readonly SignedAttribute[];
}): PreparedSignature {
  const certificate = parseCertificate(options.certificate);
  const { algorithm, publicKey } = certificate;
  const name = digestOf(algorithm);
  const { content, signingTime, attributes = [] } = options;
  const signedAttrs = writeAttributes(certificate, content, signingTime, attributes);
  const input = signatureInput(algorithm, name, attributesDer(signedAttrs));
  return {
    input,
    finish(signature) {
      if (!verifySignature(algorithm, publicKey, input, signature))
        throw new CmsError('cms.signature', 'the certificate’s key has not made this signature');
      const signer = new SignerInfo({
        version: CMSVersion.v1,
        sid: new SignerIdentifier({ issuerAndSerialNumber: nameOf(certificate) }),
        digestAlgorithm: digestIdentifier(name),
        signedAttrs,
        signatureAlgorithm: signatureIdentifier(algorithm, 'inCms'),
        signature: new OctetString(signature),
      });
      return write([digestIdentifier(name)], [certificate.der], [signer]);
    },
  };
}

/** How a SignerInfo names the certificate. */
function nameOf({ issuerDer, serial }: Certificate): IssuerAndSerialNumber {
  const der = element(0x30, issuerDer, element(0x02, integerOf(serial)));
  return decode(der, IssuerAndSerialNumber, MAX_CERTIFICATE);
}

function write(
  digestAlgorithms: readonly AlgorithmIdentifier[],
  certificates: readonly Uint8Array[],
  signers: readonly SignerInfo[],
): Uint8Array {
  const signedData = new SignedData({
    version: CMSVersion.v1,
    digestAlgorithms: new DigestAlgorithmIdentifiers(
      sortSet(digestAlgorithms.map(encode)).map((der) =>
        decode(der, DigestAlgorithmIdentifier, der.length),
      ),
    ),
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: DATA }),
    certificates: new CertificateSet(
      sortSet(certificates).map(
        (der) =>
          new CertificateChoices({ certificate: decode(der, Asn1Certificate, MAX_CERTIFICATE) }),
      ),
    ),
    signerInfos: new SignerInfos(
      sortSet(signers.map(encode)).map((der) => decode(der, SignerInfo, MAX_SIGNED_DATA)),
    ),
  });
  const content = encode(signedData).buffer as ArrayBuffer;
  const der = encode(new ContentInfo({ contentType: SIGNED_DATA, content }));
  if (der.length > MAX_SIGNED_DATA)
    throw new CmsError('cms.too-large', `signatures of ${der.length} bytes together`);
  return der;
}

interface SignerWithCertificate {
  readonly info: SignerInfo;
  readonly certificate: Certificate;
}

/** The structure, with each signer beside its certificate; signatures are not verified. */
function read(
  der: Uint8Array,
  mostSigners: number = MAX_SIGNERS,
): {
  digestAlgorithms: readonly AlgorithmIdentifier[];
  signers: readonly SignerWithCertificate[];
} {
  const elements = ELEMENTS_OF_SIGNER * mostSigners;
  const { contentType, content } = decode(der, ContentInfo, MAX_SIGNED_DATA, elements);
  if (contentType !== SIGNED_DATA) throw new CmsError('cms.der', 'not SignedData');
  const data = decode(new Uint8Array(content), SignedData, MAX_SIGNED_DATA, elements);
  if (data.version !== CMSVersion.v1) throw new CmsError('cms.der', `version ${data.version}`);
  if (data.encapContentInfo.eContentType !== DATA)
    throw new CmsError('cms.der', `content of type ${data.encapContentInfo.eContentType}`);
  if (data.encapContentInfo.eContent !== undefined)
    throw new CmsError('cms.attached', 'the content stands inside the signature');
  if (data.crls !== undefined)
    throw new CmsError('cms.unprotected', 'revocation lists are not known here');
  if (data.signerInfos.length > mostSigners)
    throw new CmsError('cms.too-large', `more than ${mostSigners} signers`);
  const certificates = readCertificates(data.certificates ?? [], mostSigners);
  // Not `map`, here and below: of the schemas' arrays it makes arrays of theirs.
  const signers = Array.from(data.signerInfos, (info) => {
    checkAttributes(info);
    return { info, certificate: certificateOf(info, certificates) };
  });
  checkSigners(signers);
  if (certificates.size !== signers.length)
    throw new CmsError('cms.certificates', 'a certificate that belongs to no signer');
  checkDigestAlgorithms(data.digestAlgorithms, signers);
  return { digestAlgorithms: data.digestAlgorithms, signers };
}

/** By issuer and serial number. */
function readCertificates(
  choices: readonly CertificateChoices[],
  most: number,
): Map<string, Certificate> {
  if (choices.length > most) throw new CmsError('cms.too-large', `more than ${most} certificates`);
  const ders = Array.from(choices, ({ certificate }) => {
    if (certificate === undefined)
      throw new CmsError('cms.certificates', 'a certificate that is not of X.509');
    return encode(certificate);
  });
  checkSetOrder(ders);
  const certificates = ders.map(parseCertificate);
  const byName = new Map(certificates.map((one) => [bytesToHex(encode(nameOf(one))), one]));
  if (byName.size !== certificates.length)
    throw new CmsError('cms.certificates', 'two certificates of one issuer and serial number');
  return byName;
}

function certificateOf(
  info: SignerInfo,
  certificates: ReadonlyMap<string, Certificate>,
): Certificate {
  const named = info.sid.issuerAndSerialNumber;
  if (named === undefined || info.version !== CMSVersion.v1)
    throw new CmsError('cms.signers', 'a signer that is not named by issuer and serial number');
  const certificate = certificates.get(bytesToHex(encode(named)));
  if (certificate === undefined)
    throw new CmsError('cms.certificates', 'a signer without a certificate');
  return certificate;
}

function checkAttributes({ signedAttrs, unsignedAttrs }: SignerInfo): void {
  if (unsignedAttrs !== undefined)
    throw new CmsError('cms.unprotected', 'unsigned attributes are not known here');
  if (signedAttrs === undefined) throw new CmsError('cms.attribute', 'no signed attributes');
  checkSetOrder(signedAttrs.map(encode));
}

/** There is somebody, and nobody is there twice. */
function checkSigners(signers: readonly SignerWithCertificate[]): void {
  if (signers.length === 0) throw new CmsError('cms.signers', 'nobody has signed');
  if (signers.length > MAX_SIGNERS)
    throw new CmsError('cms.too-large', `more than ${MAX_SIGNERS} signers`);
  const names = signers.map(({ certificate }) => bytesToHex(encode(nameOf(certificate))));
  if (new Set(names).size !== signers.length)
    throw new CmsError('cms.signers', 'one certificate has signed twice');
}

/** The digests that are announced are those of the signers, each once. */
function checkDigestAlgorithms(
  announced: readonly AlgorithmIdentifier[],
  signers: readonly SignerWithCertificate[],
): void {
  const names = announced.map(readDigestIdentifier);
  const used = new Set(signers.map(({ info }) => readDigestIdentifier(info.digestAlgorithm)));
  if (names.length !== used.size || !names.every((name) => used.delete(name)))
    throw new CmsError('cms.algorithm', 'the digests that are announced are not the signers’');
}

/**
 * Verifies every signature of a document.
 *
 * Throws {@link CmsError}: what `parseCertificate` throws for a signer's certificate; `cms.der`,
 * `cms.too-large`, `cms.attached`, `cms.unprotected`, `cms.signers`, `cms.certificates` for the
 * structure; `cms.algorithm`, `cms.attribute`, `cms.time`, `cms.signing-certificate`, `cms.digest`,
 * `cms.signature` for a signer. One bad signature spoils all.
 *
 * @param options.mostSigners refuses more at once, before anything dear is done; 64 by default
 * @param options.admit is given each certificate before its signature is verified, and throws to
 *   refuse it: a stranger's file then costs no more than reading it
 * @returns the signers, at least one; no two have one certificate
 */
export function openSignedData(
  der: Uint8Array,
  content: Uint8Array,
  options: { mostSigners?: number; admit?: (certificate: Certificate) => void } = {},
): Signer[] {
  const { signers } = read(der, options.mostSigners);
  for (const { certificate } of signers) options.admit?.(certificate);
  return signers.map((signer) => verifySigner(signer, content));
}

function verifySigner({ info, certificate }: SignerWithCertificate, content: Uint8Array): Signer {
  const { signedAttrs = [], signature } = info;
  const name = readSignatureIdentifier(certificate.algorithm, info.signatureAlgorithm);
  if (name !== readDigestIdentifier(info.digestAlgorithm))
    throw new CmsError('cms.algorithm', 'the content and the attributes have different digests');
  const { algorithm, publicKey } = certificate;
  const input = signatureInput(algorithm, name, attributesDer(signedAttrs));
  const read = readAttributes(signedAttrs, certificate, name, content);
  if (!verifySignature(algorithm, publicKey, input, new Uint8Array(signature.buffer)))
    throw new CmsError('cms.signature', 'the certificate’s key has not made this signature');
  return { certificate, ...read };
}

/**
 * Puts the signatures of one document together. Signatures are not verified, as the document is not
 * given: open what is put together. A signature that is in several parts is there once; two of
 * different signatures by one certificate throw {@link CmsError} `cms.signers`, and malformed parts
 * or none what {@link openSignedData} throws.
 */
export function mergeSignedData(parts: readonly Uint8Array[]): Uint8Array {
  const opened = parts.map((part) => read(part));
  const signers = unique(
    opened.flatMap((part) => part.signers),
    ({ info }) => bytesToHex(encode(info)),
  );
  checkSigners(signers);
  const digestAlgorithms = unique(
    opened.flatMap((part) => part.digestAlgorithms),
    ({ algorithm }) => algorithm,
  );
  return write(
    digestAlgorithms,
    signers.map(({ certificate }) => certificate.der),
    signers.map(({ info }) => info),
  );
}

/** The first of each key. */
function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const item of items) if (!byKey.has(keyOf(item))) byKey.set(keyOf(item), item);
  return [...byKey.values()];
}
