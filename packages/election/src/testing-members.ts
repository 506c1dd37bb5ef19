/**
 * Members of a test commission with keys of their own, certified by a test authority. A token that
 * signs is tested in `@kabina/tokens`; here the keys sign by themselves.
 */
import { createAuthority, encodeSignature, issue, type Authority } from '@kabina/cms/authority';
import { prepareSignature } from '@kabina/cms/signed-data';
import { p256 } from '@noble/curves/nist.js';
import type { EntryOf } from './entries.ts';
import { commitmentAttribute, type Act } from './members.ts';

/** Good long before and long after any test's clock. */
const validity = {
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2036-01-01T00:00:00Z'),
};

/** An authority with a fresh key under the name that all test authorities have. */
export function strangeAuthority(): Authority {
  return createAuthority({ algorithm: 'ecdsa-p256', name: 'Проверочный центр', ...validity });
}

const authority = strangeAuthority();

/** The certificate of the authority of all test members, DER. */
export const testAuthority: Uint8Array = authority.certificate;

/** A key and a certificate of the test authority. */
export class TestMember {
  readonly certificate: Uint8Array;
  /** The P-256 scalar, 32 bytes: for a simulated card. */
  readonly secret: Uint8Array;

  constructor(
    name: string,
    other: { notBefore?: Date; notAfter?: Date; secret?: Uint8Array; by?: Authority } = {},
  ) {
    const { by = authority, secret = p256.utils.randomSecretKey(), ...dates } = other;
    const algorithm = 'ecdsa-p256';
    this.secret = secret;
    const publicKey = p256.getPublicKey(this.secret, false);
    this.certificate = issue(by, { ...validity, ...dates, name, algorithm, publicKey });
  }

  /** A detached CMS over a document. */
  sign(document: Uint8Array, dissent = false): Uint8Array {
    const prepared = prepareSignature({
      certificate: this.certificate,
      content: document,
      signingTime: new Date('2026-09-20T18:00:00Z'),
      attributes: [commitmentAttribute(dissent)],
    });
    const raw = p256.sign(prepared.input, this.secret, { prehash: false });
    return prepared.finish(encodeSignature('ecdsa-p256', raw));
  }
}

const members = new Map<string, TestMember>();

/** The member of that name, the same at every call. */
export function testMember(name: string): TestMember {
  const known = members.get(name) ?? new TestMember(name);
  members.set(name, known);
  return known;
}

/** The entry of a member's signature. */
export function signedEntry(
  election: Uint8Array,
  act: Act,
  member: number,
  cms: Uint8Array,
): EntryOf<'signed'> {
  return { type: 'signed', election, body: { act, member, cms }, signatures: [] };
}
