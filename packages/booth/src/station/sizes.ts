// How long the records of a kiosk are. All of one kind have one length, so that what a record says
// can't be told from its size.

import { concatBytes } from '@kabina/crypto/bytes';
import { suiteById } from '@kabina/crypto/suites';
import { vectorLengths } from '@kabina/crypto/vector';
import { contestShape, type BallotStyle, type Manifest } from '@kabina/election/manifest';
import { MAX_BATCH } from '@kabina/election/station-delivery';
import { damaged } from '../reading.ts';

/** What a ballot's entry takes besides its vector and its issuers' signatures, generously. */
const BALLOT_OVERHEAD = 1024;
/** Bytes of an entry of the log, without what a `delivered` entry has besides its cards. */
const DELIVERED_ROOM = 64_000;
/** Bytes of a delivery's request or answer, with room for what is around the signatures. */
const DELIVERY_ROOM = 3_900_000;
/** Of either suite, at most. */
const BALLOT_KEY = 33;
const BLINDING = 32;
const LENGTH_BYTES = 4;

function longestModulus(manifest: Manifest): number {
  return Math.max(
    ...manifest.issuers.flatMap(({ keys }) => keys.map(({ modulus }) => modulus.length)),
  );
}

/** Bytes of the largest `ballot` entry of this election. */
export function ballotSize(manifest: Manifest): number {
  const suite = suiteById(manifest.suite);
  const signatures = manifest.issuers.length * (longestModulus(manifest) + 3);
  const vectors = manifest.contests.map((contest) => {
    const { cells, proofs, sum } = vectorLengths(suite, contestShape(contest));
    return cells + proofs + sum;
  });
  return Math.max(...vectors) + signatures + BALLOT_OVERHEAD;
}

/** Bytes of the record of a card of this style, in any of its states. */
export function placeSize(manifest: Manifest, style: BallotStyle): number {
  const signatures = manifest.issuers.length * (longestModulus(manifest) + 8);
  // Two hashes for each contest, its name and what CBOR writes around them.
  return 512 + style.contests.length * (signatures + 256);
}

/** Most cards of this style in one batch: request, answer and the `delivered` entry have to fit. */
export function batchSize(manifest: Manifest, style: BallotStyle): number {
  const contests = style.contests.length;
  const deposit = 180 + contests * (BALLOT_KEY + BLINDING + 5);
  const signatures = 128 + contests * (longestModulus(manifest) + 4);
  const most = Math.min(DELIVERED_ROOM / deposit, DELIVERY_ROOM / signatures, MAX_BATCH);
  return Math.max(1, Math.floor(most));
}

/** Length, bytes and zeros up to `size`. */
export function padded(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length > size) throw new RangeError(`${bytes.length} bytes, at most ${size} expected`);
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes(length, bytes, new Uint8Array(size - bytes.length));
}

/** @throws BoothError `keeper.damaged` */
export function unpadded(record: Uint8Array): Uint8Array {
  if (record.length < LENGTH_BYTES) throw damaged();
  const length = new DataView(record.buffer, record.byteOffset).getUint32(0);
  if (length > record.length - LENGTH_BYTES) throw damaged();
  return record.slice(LENGTH_BYTES, LENGTH_BYTES + length);
}
