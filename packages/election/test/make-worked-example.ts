/**
 * Writes `vectors/worked-example.json`, the bytes that PROTOCOL.md walks through. Signatures and
 * proofs are hedged, so every run gives others; `src/worked-example.test.ts` holds file and document
 * together. Run by hand: `node packages/election/test/make-worked-example.ts`.
 */
import { writeFile } from 'node:fs/promises';
import { bytesToHex } from '@kabina/crypto/bytes';
import { leafHash } from '@kabina/log/merkle';
import { ballotKeyFromSeed, coreHash, trackingCode } from '../src/ballot.ts';
import { encode } from '../src/cbor.ts';
import { encodeEntry } from '../src/entries.ts';
import { encodeManifest } from '../src/manifest.ts';
import { TestElection, testSeed } from '../src/testing.ts';

/** One contest of two options, one issuer: as little as shows everything. */
const election = await TestElection.create('ristretto255-sha512', (manifest) => ({
  ...manifest,
  // The members' certificates are made anew at every run.
  commission: {
    name: manifest.commission.name,
    signingKey: manifest.commission.signingKey,
    members: manifest.commission.members,
  },
  contests: manifest.contests.filter(({ id }) => id === 'question'),
  styles: [{ id: 'all', title: { ru: 'Все' }, contests: ['question'], voters: 10 }],
  issuers: manifest.issuers.slice(0, 1).map((issuer) => ({
    ...issuer,
    keys: issuer.keys.filter(({ contest }) => contest === 'question'),
  })),
}));
const { suite, electionId, manifest } = election;
const secretKey = suite.group.scalarFromUniform(suite.hash512(testSeed('example key')));
const key = suite.group.encode(suite.group.generatorTable.multiply(secretKey));
const voterSeed = testSeed('example voter');
const permit = election.permit('question', voterSeed);
const sealed = election.seal(key, 'question', voterSeed, [0, 1]);
const entry = encodeEntry(election.cast(sealed, voterSeed, permit));
const hash = coreHash(sealed.core);
const ballotKey = ballotKeyFromSeed(suite, voterSeed, electionId, 'question');

const hex = (bytes: Uint8Array) => bytesToHex(bytes);
const example = {
  manifest: hex(encodeManifest(manifest)),
  electionId: hex(electionId),
  electionKey: hex(key),
  voterSeed: hex(voterSeed),
  ballotKey: hex(ballotKey.publicKey),
  opening: hex(sealed.opening),
  tag: hex(sealed.core.tag),
  randomness: hex(sealed.randomness),
  marks: [0, 1],
  core: hex(encode(sealed.core)),
  coreHash: hex(hash),
  trackingCode: trackingCode(hash),
  entry: hex(entry),
  leafHash: hex(leafHash(entry)),
};
await writeFile(
  new URL('../vectors/worked-example.json', import.meta.url),
  `${JSON.stringify(example, null, 2)}\n`,
);
