/** For tests: an authority and a member of a commission for each algorithm, and their signatures. */
import { createAuthority, encodeSignature, generateKey, issue } from '@kabina/cms/authority';
import type { Authority, SigningKey } from '@kabina/cms/authority';
import type { KeyAlgorithm } from '@kabina/cms/certificate';
import { prepareSignature, type SignedAttribute } from '@kabina/cms/signed-data';

export const ALGORITHMS: readonly KeyAlgorithm[] = [
  'ecdsa-p256',
  'ecdsa-p384',
  'ed25519',
  'gost3410-2012-256',
];

/** The judges compare with the clock of the machine. */
export const NOW = new Date(Math.floor(Date.now() / 1000) * 1000);
const DAY = 24 * 3600 * 1000;
export const validity = {
  notBefore: new Date(NOW.getTime() - DAY),
  notAfter: new Date(NOW.getTime() + 30 * DAY),
};

export interface Member {
  readonly authority: Authority;
  readonly key: SigningKey;
  /** DER. */
  readonly certificate: Uint8Array;
}

export function member(
  algorithm: KeyAlgorithm,
  name = 'Иванова Анна Петровна',
  authority = createAuthority({ algorithm, name: `УЦ ${algorithm}`, ...validity }),
): Member {
  const key = generateKey(algorithm);
  const { publicKey } = key;
  const certificate = issue(authority, { name, algorithm, publicKey, ...validity });
  return { authority, key, certificate };
}

export function sign(
  { key, certificate }: Member,
  content: Uint8Array,
  options: { signingTime?: Date; attributes?: SignedAttribute[] } = {},
): Uint8Array {
  const prepared = prepareSignature({ certificate, content, ...options });
  return prepared.finish(encodeSignature(key.algorithm, key.sign(prepared.input)));
}

/** Of «протокол об итогах голосования», the results protocol. */
export const CONTENT = new TextEncoder().encode('протокол об итогах голосования\r\n');
