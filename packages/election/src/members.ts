/**
 * What members of the commission sign with their tokens, and how the board judges it (PROTOCOL.md,
 * "Members' signatures"): opening, closing, and the results protocols. A signature is a detached CMS
 * SignedData (RFC 5652) with CAdES-BES attributes (ETSI EN 319 122-1) over a document that everybody
 * makes from the board, under a certificate that the manifest's authority has issued.
 */
import { checkCertificate, parseCertificate, type Certificate } from '@kabina/cms/certificate';
import { CmsError } from '@kabina/cms/errors';
import { openSignedData } from '@kabina/cms/signed-data';
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { encode } from './cbor.ts';
import type { Bodies } from './entries.ts';
import { ElectionError } from './errors.ts';
import type { Manifest } from './manifest.ts';

/** What members sign. */
export type Act = 'open' | 'close' | 'publish';

/** How the manifest names the number of signatures that an act needs. */
export const quorumOf = { open: 'opening', close: 'closing', publish: 'publishing' } as const;

/** A member's signature that the board has taken. */
export interface MemberSignature {
  /** Place on the manifest's roll, from 1. */
  readonly member: number;
  readonly certificate: Certificate;
  /** By the signing program's clock; nobody vouches for it. */
  readonly signingTime: Date | undefined;
  /** Signed with a dissenting opinion («особое мнение»). */
  readonly dissent: boolean;
  /** The CMS, DER. */
  readonly cms: Uint8Array;
}

/** CAdES commitment-type-indication (ETSI EN 319 122-1, 5.2.3). */
const COMMITMENT = '1.2.840.113549.1.9.16.2.16';
/** `SEQUENCE { proofOfApproval }` and `SEQUENCE { proofOfReceipt }` in DER. */
const APPROVAL = '300d060b2a864886f70d0109100605';
const RECEIPT = '300d060b2a864886f70d0109100602';

/**
 * The signed attribute that says what a member commits to: approval, or, with a dissenting opinion,
 * receipt. So a dissent can neither be taken away nor be added by whoever publishes.
 */
export function commitmentAttribute(dissent: boolean): { oid: string; value: Uint8Array } {
  return { oid: COMMITMENT, value: hexToBytes(dissent ? RECEIPT : APPROVAL) };
}

function readCommitment(
  attributes: readonly { oid: string; value: Uint8Array }[],
): 'approval' | 'dissent' | undefined {
  const found = attributes.find(({ oid }) => oid === COMMITMENT);
  const value = found && bytesToHex(found.value);
  if (value === APPROVAL) return 'approval';
  return value === RECEIPT ? 'dissent' : undefined;
}

/** What the documents are made of; a {@link BoardState} has it. */
export interface Signable {
  readonly manifest: Manifest | undefined;
  readonly electionId: Uint8Array | undefined;
  readonly ceremony:
    | {
        readonly complete: boolean;
        readonly key: Uint8Array | undefined;
        readonly hash: Uint8Array;
      }
    | undefined;
  readonly extension: number;
  readonly protocols: ReadonlyMap<string, Bodies['protocol']>;
}

function head(state: Signable, document: string): Record<string, unknown> {
  const { manifest, electionId } = state;
  if (!manifest || !electionId) throw new ElectionError('signed.early', 'there is no election');
  return { document: `kabina/v1/${document}`, election: electionId, kind: manifest.kind };
}

/**
 * The canonical bytes of the results protocols: deterministic CBOR of all contests' latest ones, in
 * the manifest's order. Throws `ElectionError('signed.early')` while a contest has none.
 */
export function protocolDocument(state: Signable): Uint8Array {
  const document = head(state, 'results-protocols');
  const { contests, commission } = state.manifest as Manifest;
  const protocols = contests.map(({ id }) => {
    const protocol = state.protocols.get(id);
    if (!protocol) throw new ElectionError('signed.early', `${id} has no results protocol yet`);
    return protocol;
  });
  return encode({ ...document, commission: commission.name.ru, protocols });
}

/**
 * What a member signs for an act, as the board stands. Throws `ElectionError('signed.early')` where
 * it is not time for it.
 */
export function memberDocument(state: Signable, act: Act): Uint8Array {
  switch (act) {
    case 'open': {
      const { ceremony } = state;
      if (!ceremony?.complete || ceremony.key === undefined) {
        throw new ElectionError('signed.early', 'the key is not ready yet');
      }
      return encode({ ...head(state, 'opening'), key: ceremony.key, ceremony: ceremony.hash });
    }
    case 'close':
      // Bound to the extension: who agreed to an earlier hour has not agreed to a later one.
      return encode({ ...head(state, 'closing'), extension: state.extension });
    case 'publish':
      return protocolDocument(state);
  }
}

const fault = (code: string, message: string): ElectionError =>
  new ElectionError(`signed.${code}`, message);

/**
 * Judges a member's signature over a document.
 *
 * @param at the time at which the certificate has to be good
 * @throws {ElectionError} `signed.…` with a sentence that says what is wrong
 */
export function openMemberSignature(
  manifest: Manifest,
  document: Uint8Array,
  { act, member, cms }: Bodies['signed'],
  at: Date,
): MemberSignature {
  const { members, authority } = manifest.commission;
  if (!authority) throw fault('authority', 'the manifest names no authority of members');
  const expected = members[member - 1];
  if (!expected) throw fault('member', `the roll has no member ${member}`);
  let signers;
  try {
    signers = openSignedData(cms, document);
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    throw fault('cms', `${expected.name}: ${error.message} (${error.code})`);
  }
  const [signer] = signers;
  if (signer === undefined || signers.length !== 1) {
    throw fault('cms', `${expected.name}: the signature of one member expected`);
  }
  const { certificate, attributes, signingTime } = signer;
  const bad = checkCertificate(certificate, parseCertificate(authority.certificate), at);
  if (bad !== undefined) throw fault('certificate', `${expected.name}: ${bad}`);
  if (!isOf(certificate, expected.name)) {
    const name = certificate.subject.commonName;
    throw fault('member', `the certificate is of ${name}, not of ${expected.name}`);
  }
  const commitment = readCommitment(attributes);
  if (commitment === undefined || (commitment === 'dissent' && act !== 'publish')) {
    throw fault('commitment', `${expected.name}: the signature does not say what it commits to`);
  }
  return { member, certificate, signingTime, dissent: commitment === 'dissent', cms };
}

/** Whether a certificate names this member: by the full name, spaces and Unicode forms aside. */
function isOf(certificate: Certificate, name: string): boolean {
  const plain = (text: string) => text.normalize('NFC').trim().replace(/\s+/g, ' ');
  return plain(certificate.subject.commonName) === plain(name);
}

/** The place on the roll of whom a certificate names, from 1; undefined if of nobody. */
export function memberOf(manifest: Manifest, certificate: Certificate): number | undefined {
  const place = manifest.commission.members.findIndex(({ name }) => isOf(certificate, name));
  return place < 0 ? undefined : place + 1;
}

/** How many members have to sign an act; 0 where the manifest names no authority. */
export function signaturesNeeded(manifest: Manifest, act: Act): number {
  return manifest.commission.authority?.[quorumOf[act]] ?? 0;
}
