/** For tests: structures that only the holder of a key could make wrong, changed and signed anew. */
import { encodeSignature, type SigningKey } from '@kabina/cms/authority';
import { ContentInfo, SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { Certificate, type TBSCertificate } from '@peculiar/asn1-x509';
import { digestOf, signatureInput } from '../src/algorithms.ts';
import { attributesDer } from '../src/attributes.ts';
import { encode } from '../src/der.ts';

function signRaw(key: SigningKey, message: Uint8Array): ArrayBuffer {
  const input = signatureInput(key.algorithm, digestOf(key.algorithm), message);
  return encodeSignature(key.algorithm, key.sign(input)).slice().buffer;
}

/** The certificate as the authority's key signs it after a change. */
export function forgeCertificate(
  der: Uint8Array,
  key: SigningKey,
  change: (tbs: TBSCertificate) => void,
): Uint8Array {
  const certificate = AsnConvert.parse(der, Certificate);
  change(certificate.tbsCertificate);
  certificate.signatureValue = signRaw(key, encode(certificate.tbsCertificate));
  return encode(certificate);
}

/** The signatures after a change of what no signature protects. */
export function changeSignedData(der: Uint8Array, change: (data: SignedData) => void): Uint8Array {
  const info = AsnConvert.parse(der, ContentInfo);
  const data = AsnConvert.parse(info.content, SignedData);
  change(data);
  info.content = encode(data).slice().buffer;
  return encode(info);
}

/** The only signature, as the signer's key makes it after a change. */
export function forgeSigner(
  der: Uint8Array,
  key: SigningKey,
  change: (signer: SignerInfo) => void,
): Uint8Array {
  return changeSignedData(der, ({ signerInfos }) => {
    const signer = signerInfos[0] as SignerInfo;
    change(signer);
    signer.signature = new OctetString(signRaw(key, attributesDer(signer.signedAttrs ?? [])));
  });
}
