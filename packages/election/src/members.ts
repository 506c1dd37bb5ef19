/**
 * What members of the commission sign with their tokens, and how the board judges it (PROTOCOL.md,
 * "Members' signatures"): opening, closing, and the results protocols. A signature is a detached CMS
 * SignedData (RFC 5652) with CAdES-BES attributes (ETSI EN 319 122-1) over a document that everybody
 * makes from the board, under a certificate that the manifest's authority has issued.
 */
import { checkCertificate, parseCertificate, type Certificate } from '@kabina/cms/certificate';
import { CmsError } from '@kabina/cms/errors';
import { toPem } from '@kabina/cms/pem';
import { mergeSignedData, openSignedData, type Signer } from '@kabina/cms/signed-data';
import { bytesToHex, equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import { encode } from './cbor.ts';
import type { BoardState } from './board.ts';
import type { Bodies } from './entries.ts';
import { ElectionError } from './errors.ts';
import type { Manifest, MembersAuthority } from './manifest.ts';
import { plainName } from './member-name.ts';

/** What members sign. */
export type Act = 'open' | 'close' | 'publish';

/** How the manifest names the number of signatures that an act needs. */
const quorumOf = { open: 'opening', close: 'closing', publish: 'publishing' } as const;

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
  /** Leaf hash of the last of `opened`, `suspended` and `resumed`. */
  readonly turn: Uint8Array | undefined;
  readonly protocols: ReadonlyMap<string, Bodies['protocol']>;
  /** How many protocols were drawn up so far, repeated ones too. */
  readonly protocolRound: number;
}

function head(
  state: Pick<Signable, 'manifest' | 'electionId'>,
  document: string,
): Record<string, unknown> {
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
  // With the round no two are the same: who has signed one has not signed another with equal lines.
  const { protocolRound: round } = state;
  return encode({ ...document, commission: commission.name.ru, round, protocols });
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
    case 'close': {
      const { turn, extension } = state;
      if (turn === undefined) throw new ElectionError('signed.early', 'voting is not open yet');
      // Bound to what has come last: nobody can agree before it, nor to an hour that came later.
      return encode({ ...head(state, 'closing'), turn, extension });
    }
    case 'publish':
      return protocolDocument(state);
  }
}

/** What members sign to write off the unopened cards of a dead kiosk. */
export function writeOffDocument(
  state: Pick<Signable, 'manifest' | 'electionId'>,
  { station, kiosk, reason, cards }: Omit<Bodies['written-off'], 'members'>,
): Uint8Array {
  return encode({ ...head(state, 'write-off'), station, kiosk, reason, cards });
}

/** What members sign to give the account of a desk that is lost. */
export function lostDeskDocument(
  state: Pick<Signable, 'manifest' | 'electionId'>,
  { station, voters, given }: Pick<Bodies['marked'], 'station' | 'voters' | 'given'>,
  reason: string,
): Uint8Array {
  return encode({ ...head(state, 'lost-desk'), station, reason, voters, given });
}

const fault = (code: string, message: string): ElectionError =>
  new ElectionError(`signed.${code}`, message);

/**
 * Judges a member's signature over a document. Without an `act` it is a write-off or a lost desk.
 *
 * @param at the time at which the certificate has to be good
 * @throws {ElectionError} `signed.…` with a sentence that says what is wrong
 */
export function openMemberSignature(
  manifest: Manifest,
  document: Uint8Array,
  { act, member, cms }: { act?: Act; member: number; cms: Uint8Array },
  at: Date,
): MemberSignature {
  const { members, authority } = manifest.commission;
  if (!authority) throw fault('authority', 'the manifest names no authority of members');
  const expected = members[member - 1];
  if (!expected) throw fault('member', `the roll has no member ${member}`);
  // Before the signature is verified: whoever has no certificate of the authority costs little.
  const admit = (certificate: Certificate): void => {
    const bad = checkCertificate(certificate, authorityOf(authority), at);
    if (bad !== undefined) throw fault('certificate', `${expected.name}: ${bad}`);
    if (isOf(certificate, expected.name)) return;
    const name = certificate.subject.commonName;
    throw fault('member', `the certificate is of ${name}, not of ${expected.name}`);
  };
  let signers;
  try {
    signers = openSignedData(cms, document, { mostSigners: 1, admit });
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    throw fault('cms', `${expected.name}: ${error.message} (${error.code})`);
  }
  const [{ certificate, attributes, signingTime }] = signers as [Signer];
  const commitment = readCommitment(attributes);
  if (commitment === undefined || (commitment === 'dissent' && act !== 'publish')) {
    throw fault('commitment', `${expected.name}: the signature does not say what it commits to`);
  }
  return { member, certificate, signingTime, dissent: commitment === 'dissent', cms };
}

/**
 * What is wrong with the signatures under a write-off or the account of a lost desk, or undefined: as
 * many distinct members as a closing needs have signed it.
 */
export function actFault(
  manifest: Manifest,
  document: Uint8Array,
  members: Bodies['written-off']['members'],
  at: Date,
): string | undefined {
  const signatures: MemberSignature[] = [];
  try {
    for (const one of members) {
      const signature = openMemberSignature(manifest, document, one, at);
      const same = (other: MemberSignature) =>
        other.member === one.member || isSameSigner(other, signature);
      if (signatures.some(same)) return `member ${one.member} signs twice`;
      signatures.push(signature);
    }
  } catch (error) {
    if (!(error instanceof ElectionError)) throw error;
    return error.message;
  }
  const needed = signaturesNeeded(manifest, 'close');
  if (signatures.length >= needed) return undefined;
  return `${signatures.length} members have signed, ${needed} are needed`;
}

/** One key is one member's, and no two certificates have one name: CMS could not hold both. */
export function isSameSigner(one: MemberSignature, other: MemberSignature): boolean {
  const [a, b] = [one.certificate, other.certificate];
  return (
    equalBytes(a.publicKey, b.publicKey) ||
    (a.serial === b.serial && equalBytes(a.issuerDer, b.issuerDer))
  );
}

const authorities = new WeakMap<MembersAuthority, Certificate>();

/** The authority's certificate, read once. */
function authorityOf(authority: MembersAuthority): Certificate {
  const known = authorities.get(authority) ?? parseCertificate(authority.certificate);
  authorities.set(authority, known);
  return known;
}

/** Whether a certificate names this member. */
function isOf(certificate: Certificate, name: string): boolean {
  return plainName(certificate.subject.commonName) === plainName(name);
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

/**
 * The results protocols and their signatures as files that `openssl cms -verify` reads: what was
 * signed, all members' signatures in one, and the authority. Undefined while nobody has signed.
 */
export function protocolFiles(state: BoardState): Record<string, Uint8Array | string> | undefined {
  const { authority } = state.manifest?.commission ?? {};
  const signatures = [...state.signatures('publish').values()].map(({ cms }) => cms);
  if (!authority || signatures.length === 0) return undefined;
  return {
    'protocol.bin': protocolDocument(state),
    'protocol.p7s': mergeSignedData(signatures),
    'ca.pem': toPem(authority.certificate, 'CERTIFICATE'),
  };
}
