/**
 * The one error that this package throws for bad input. Codes are stable: a caller may branch on
 * them and translate them; the sentence is for a developer or an operator.
 */

export type CmsErrorCode =
  /** More bytes than the structure may have. */
  | 'cms.too-large'
  /** Not DER, or not the structure that was expected. */
  | 'cms.der'
  /** Text that is not one PEM block with the label that was expected. */
  | 'cms.pem'
  /** An algorithm that is not one of ours, or not the one of the key. */
  | 'cms.algorithm'
  /** A public key that is no point of its curve. */
  | 'cms.key'
  /** A name that cannot be shown to a person, or is too long to be written. */
  | 'cms.name'
  /** A time that is not one, or validity that ends before it begins. */
  | 'cms.time'
  /** A certificate that is not of version 3, has a bad serial number, or extensions that we can't honour. */
  | 'cms.certificate'
  /** The content stands inside: the signature is not detached. */
  | 'cms.attached'
  /** Nobody has signed, or one certificate has signed twice. */
  | 'cms.signers'
  /** A signer's certificate is missing, or there is one that belongs to no signer. */
  | 'cms.certificates'
  /** Things that no signature protects: unsigned attributes, revocation lists. */
  | 'cms.unprotected'
  /** A signed attribute that is missing, there twice, or malformed. */
  | 'cms.attribute'
  /** The signing-certificate attribute names another certificate. */
  | 'cms.signing-certificate'
  /** The document is not the one that was signed. */
  | 'cms.digest'
  /** The signature does not verify under the certificate's key. */
  | 'cms.signature';

/** An error with a stable `code`, a sentence for a person and, where there is one, a cause. */
export class CmsError extends Error {
  readonly code: CmsErrorCode;

  constructor(code: CmsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CmsError';
    this.code = code;
  }
}
