/** Keys and certificates of members of a commission, for simulated cards. */
import { createAuthority, generateKey, issue, type SigningKey } from '@kabina/cms/authority';
import type { KeyAlgorithm } from '@kabina/tokens/card';

const DAY = 24 * 3600 * 1000;

/** A fresh key with a certificate from an authority made for it. */
export interface Person {
  readonly key: SigningKey;
  /** DER. */
  readonly certificate: Uint8Array;
}

export function person(algorithm: KeyAlgorithm, name = 'Секретарь С. С.'): Person {
  const period = {
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + DAY),
  };
  const authority = createAuthority({ algorithm, name: 'Authority', ...period });
  const key = generateKey(algorithm);
  const { publicKey } = key;
  return { key, certificate: issue(authority, { algorithm, publicKey, name, ...period }) };
}
