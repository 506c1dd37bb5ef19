/**
 * A holder's part in one attempt of the key ceremony: dealing to the others, opening what the others
 * dealt, and showing that the stored share decrypts.
 */
import { hpkeOpen, hpkeSeal } from '@kabina/crypto/hpke';
import { proveEqualLogs, proveKnowledge } from '@kabina/crypto/proofs';
import { deal, jointShare, shareFor, verifyShare, type Dealing } from '@kabina/crypto/sharing';
import type { Suite } from '@kabina/crypto/suites';
import { partialDecrypt } from '@kabina/crypto/threshold';
import type { Ceremony } from '@kabina/election/board';
import { decode, encode } from '@kabina/election/cbor';
import {
  knowledgeContext,
  revealHash,
  shareBinding,
  testContext,
  testPoint,
} from '@kabina/election/ceremony';
import type { Bodies } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import { TrusteeError } from './store.ts';

type Reveal = Bodies['ceremony/reveal'];

/** What a holder keeps until the election is opened. Secret: from it every share can be made. */
export interface KeptDealing {
  readonly dealing: Dealing;
  /** Published as it is once everyone has committed. */
  readonly reveal: Reveal;
}

/** Deals to every other holder; answers the record to be sealed and stored before committing. */
export async function makeDealing(
  suite: Suite,
  manifest: Manifest,
  election: Uint8Array,
  attempt: number,
  holders: readonly number[],
  index: number,
): Promise<Uint8Array> {
  const { group } = suite;
  const dealing = deal(group, manifest.trustees.threshold);
  const shares: [number, Uint8Array][] = [];
  for (const to of holders) {
    if (to === index) continue;
    const { hpkeKey } = manifest.trustees.holders.find((holder) => holder.index === to)!;
    const { info, aad } = shareBinding(election, attempt, index, to);
    const share = group.encodeScalar(shareFor(group, dealing, to));
    shares.push([to, await hpkeSeal(hpkeKey, info, aad, share)]);
    share.fill(0);
  }
  const reveal: Reveal = {
    attempt,
    index,
    commitments: group.encodeAll(dealing.commitments),
    proof: proveKnowledge(
      suite,
      dealing.coefficients[0]!,
      knowledgeContext(election, attempt, index),
    ),
    shares,
  };
  const coefficients = dealing.coefficients.map((c) => group.encodeScalar(c));
  const record = encode({ coefficients, reveal });
  for (const bytes of coefficients) bytes.fill(0);
  return record;
}

/** @throws {TrusteeError} `trustee.record-broken` */
export function readDealing(suite: Suite, record: Uint8Array): KeptDealing {
  const { group } = suite;
  try {
    const { coefficients, reveal } = decode(record) as {
      coefficients: Uint8Array[];
      reveal: Reveal;
    };
    return {
      dealing: {
        coefficients: coefficients.map((bytes) => group.decodeScalar(bytes)),
        commitments: group.decodeAll(reveal.commitments),
      },
      reveal,
    };
  } catch (cause) {
    throw new TrusteeError('trustee.record-broken', 'the record of the dealing is broken', {
      cause,
    });
  } finally {
    record.fill(0);
  }
}

export function revealOf(
  { reveal }: KeptDealing,
  election: Uint8Array,
): { readonly hash: Uint8Array } {
  return { hash: revealHash(election, reveal) };
}

/** The share that a holder publishes to answer a complaint. It is no secret from then on. */
export function answerTo(suite: Suite, { dealing }: KeptDealing, to: number): Uint8Array {
  return suite.group.encodeScalar(shareFor(suite.group, dealing, to));
}

export interface ReceivedShares {
  /** The sum of all shares, if all are good. Secret. */
  readonly joint: Uint8Array | undefined;
  /** Dealers whose share did not open (no `share`) or is not the committed one. */
  readonly bad: readonly { readonly against: number; readonly share?: Uint8Array }[];
}

/** Opens and checks the share of every dealer; one published to answer a complaint takes its place. */
export async function receiveShares(
  suite: Suite,
  ceremony: Ceremony,
  election: Uint8Array,
  own: KeptDealing,
  hpkeKey: Uint8Array,
): Promise<ReceivedShares> {
  const { group } = suite;
  const { attempt, index } = own.reveal;
  const good: bigint[] = [];
  const bad: { against: number; share?: Uint8Array }[] = [];
  for (const from of ceremony.holders) {
    if (from === index) {
      good.push(shareFor(group, own.dealing, index));
      continue;
    }
    const published = ceremony.answers.find(
      (answer) => answer.index === from && answer.to === index,
    );
    const sealed = ceremony.reveals.get(from)!.shares.find(([to]) => to === index)![1];
    const { info, aad } = shareBinding(election, attempt, from, index);
    let bytes: Uint8Array | undefined;
    try {
      bytes = published?.share ?? (await hpkeOpen(hpkeKey, info, aad, sealed));
      const share = group.decodeScalar(bytes);
      if (!verifyShare(group, ceremony.commitments(from)!, index, share)) throw new RangeError();
      good.push(share);
    } catch {
      bad.push({
        against: from,
        ...(bytes === undefined || bytes.length > 64 ? {} : { share: bytes }),
      });
    }
  }
  return { joint: bad.length === 0 ? group.encodeScalar(jointShare(group, good)) : undefined, bad };
}

/** What a holder confirms at the end: key, public shares, and a test decryption by its stored share. */
export function confirmation(
  suite: Suite,
  ceremony: Ceremony,
  election: Uint8Array,
  index: number,
  share: bigint,
): Bodies['ceremony/confirm'] {
  const { group } = suite;
  const { attempt } = ceremony;
  const A = testPoint(suite, election, attempt, index);
  const D = partialDecrypt(group, share, A);
  const public1 = group.generatorTable.multiply(share);
  const proof = proveEqualLogs(
    suite,
    { secret: share, base2: A, public1, public2: D },
    testContext(election, attempt, index),
  );
  return {
    attempt,
    index,
    key: ceremony.key!,
    publicShares: ceremony.publicShares.map(([i, bytes]) => [i, bytes]),
    test: { A: group.encode(A), D: group.encode(D), proof },
  };
}
