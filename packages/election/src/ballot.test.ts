import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { PreparedVector } from '@kabina/crypto/vector';
import type { SuiteId } from '@kabina/crypto/suites';
import {
  BallotChecker,
  ballotKeyFromSeed,
  blindingSeed,
  challengeEntry,
  checkBallotBatch,
  checkPermit,
  coreHash,
  sealCore,
} from './ballot.ts';
import { decodeEntry, encodeEntry, type Core, type EntryOf, type Permit } from './entries.ts';
import { contestById, contestShape, encodeManifest } from './manifest.ts';
import { flipped, TestElection, testSeed } from './testing.ts';

for (const suiteId of ['ristretto255-sha512', 'gost256b-streebog'] as SuiteId[]) {
  describe(suiteId, () => {
    let election: TestElection;
    let checker: BallotChecker;
    let key: Uint8Array;
    let permit: Permit;
    let entry: EntryOf<'ballot'>;
    let randomness: Uint8Array;
    const seed = testSeed('voter');

    before(async () => {
      election = await TestElection.create(suiteId);
      const { group } = election.suite;
      key = group.encode(group.generatorTable.multiply(group.randomScalar()));
      checker = new BallotChecker(election.manifest, key);
      permit = election.permit('question', seed);
      const sealed = election.seal(key, 'question', seed, [0, 1]);
      randomness = sealed.randomness;
      entry = election.cast(sealed, seed, permit);
    });
    /** The ballot with another core, signed again. */
    const recast = (change: Partial<Core>) => {
      const core = { ...entry.body.core, ...change };
      return election.cast({ core, opening: entry.body.opening, randomness }, seed, permit);
    };
    const codes = (...ballots: EntryOf<'ballot'>[]) =>
      checker.check(ballots).bad.map(({ index, code }) => [index, code]);

    test('a good ballot is good, alone and among bad ones', () => {
      assert.deepEqual(codes(entry), []);
      const bad = recast({ revision: 1 });
      assert.deepEqual(codes(entry, bad, entry, bad), [
        [1, 'ballots.proof'],
        [3, 'ballots.proof'],
      ]);
      assert.deepEqual(decodeEntry(encodeEntry(entry)), entry);
    });
    test('proofs are bound to revision, digits, tag, contest and election', () => {
      for (const change of [{ revision: 1 }, { digits: '123456' }]) {
        assert.deepEqual(codes(recast(change)), [[0, 'ballots.proof']]);
      }
      assert.deepEqual(codes(recast({ tag: flipped(entry.body.core.tag, 1) })), [
        [0, 'ballots.tag'],
      ]);
      assert.deepEqual(codes(recast({ contest: 'mayor' })), [[0, 'ballots.length']]);
      assert.deepEqual(codes(recast({ contest: 'none' })), [[0, 'ballots.contest']]);
      const elsewhere = recast({ election: flipped(entry.election, 0) });
      assert.deepEqual(codes(elsewhere), [[0, 'ballots.election']]);
      // Of the same shape, but another contest.
      assert.deepEqual(codes(recast({ contest: 'empty' })), [[0, 'permits.signature']]);
    });
    test('no changed byte of cells, proofs or sum gets through', () => {
      const part = fc.constantFrom('cells' as const, 'proofs' as const, 'sum' as const);
      fc.assert(
        fc.property(part, fc.nat(), fc.integer({ min: 1, max: 255 }), (name, place, mask) => {
          const bytes = entry.body.core[name].slice();
          const at = place % bytes.length;
          bytes[at] = (bytes[at] as number) ^ mask;
          assert.deepEqual(codes(recast({ [name]: bytes })), [[0, 'ballots.proof']]);
        }),
        { numRuns: 40 },
      );
    });
    test('the identity, points off the curve and scalars out of range are refused', () => {
      const { group } = election.suite;
      const { pointLength, scalarLength } = group;
      const { cells, proofs } = entry.body.core;
      const identity = cells.slice();
      identity.set(group.encode(group.identity));
      const off = cells.slice();
      off.fill(0xff, 0, pointLength);
      const large = proofs.slice();
      large.fill(0xff, proofs.length - scalarLength);
      for (const change of [{ cells: identity }, { cells: off }, { proofs: large }]) {
        assert.deepEqual(codes(recast(change)), [[0, 'ballots.proof']]);
      }
    });
    test('lengths of another shape are refused before anything is decoded', () => {
      for (const name of ['cells', 'proofs', 'sum'] as const) {
        const shorter = entry.body.core[name].subarray(1);
        assert.deepEqual(codes(recast({ [name]: shorter })), [[0, 'ballots.length']]);
      }
    });
    test('a permit needs every issuer, the right list and the right key', () => {
      const check = (change: Partial<Permit>) =>
        checkPermit(election.manifest, election.electionId, 'question', { ...permit, ...change })
          ?.code;
      const [first, second] = permit.signatures as [Uint8Array, Uint8Array];
      assert.equal(check({}), undefined);
      assert.equal(check({ signatures: [first] }), 'permits.issuers');
      assert.equal(check({ signatures: [second, first] }), 'permits.signature');
      assert.equal(check({ signatures: [first, flipped(second, 9)] }), 'permits.signature');
      assert.equal(check({ signatures: [first, second.subarray(1)] }), 'permits.signature');
      assert.equal(check({ list: 'station/1' }), 'permits.list');
      assert.equal(check({ key: flipped(permit.key, 0) }), 'permits.signature');
    });
    test('a challenge shows the marks that were sealed, and no others', () => {
      const { core } = entry.body;
      const code = (marks: number[], opening: Uint8Array) =>
        checker.checkChallenge(challengeEntry(core, marks, opening))?.code;
      assert.equal(code([0, 1], randomness), undefined);
      assert.equal(code([1, 0], randomness), 'challenges.opening');
      assert.equal(code([0, 0], randomness), 'challenges.opening');
      assert.equal(code([0, 1], flipped(randomness, 0)), 'challenges.opening');
      assert.equal(code([0, 1], randomness.subarray(1)), 'challenges.opening');
      assert.equal(code([0], randomness), 'challenges.opening');
    });
    test('a prepared set serves once', () => {
      const { suite, electionId: id, manifest } = election;
      const shape = contestShape(contestById(manifest, 'question'));
      const prepared = PreparedVector.prepare(suite, EncryptionKey.decode(suite.group, key), shape);
      const ballot = { election: id, contest: 'question', ballotKey: permit.key, revision: 0 };
      assert.throws(() => sealCore(suite, prepared, [1, 1], ballot), { code: 'vector.marks' });
      sealCore(suite, prepared, [1, 0], ballot);
      assert.throws(() => sealCore(suite, prepared, [1, 0], ballot), { code: 'vector.used' });
    });
    test('two cores of one choice share nothing', () => {
      const again = election.seal(key, 'question', seed, [0, 1]);
      assert.notDeepEqual(again.core.tag, entry.body.core.tag);
      assert.notDeepEqual(again.core.cells, entry.body.core.cells);
      assert.notDeepEqual(coreHash(again.core), coreHash(entry.body.core));
    });
    test('keys and blinding differ by election, contest, issuer and list', () => {
      const { suite, electionId: id } = election;
      const other = flipped(id, 0);
      const keys = [
        ballotKeyFromSeed(suite, seed, id, 'question'),
        ballotKeyFromSeed(suite, seed, id, 'mayor'),
        ballotKeyFromSeed(suite, seed, other, 'question'),
        ballotKeyFromSeed(suite, testSeed('another'), id, 'question'),
      ].map(({ publicKey }) => publicKey.join());
      const seeds = [
        blindingSeed(seed, id, 'question', 'registrar', 'online'),
        blindingSeed(seed, id, 'mayor', 'registrar', 'online'),
        blindingSeed(seed, id, 'question', 'observers', 'online'),
        blindingSeed(seed, id, 'question', 'registrar', 'station/1'),
        blindingSeed(seed, other, 'question', 'registrar', 'online'),
      ].map((bytes) => bytes.join());
      assert.equal(new Set([...keys, ...seeds]).size, 9);
    });
    test('a batch takes ballots and challenges as bytes, and nothing else', () => {
      const context = { manifest: encodeManifest(election.manifest), key };
      const challenge = challengeEntry(entry.body.core, [1, 0], randomness);
      const items = [entry, recast({ revision: 3 }), challenge].map((one, i) => ({
        index: 100 + i,
        bytes: encodeEntry(one),
        counted: true,
      }));
      const { bad, sums } = checkBallotBatch(context, items);
      assert.deepEqual(bad.map(({ index, check }) => [index, check]).sort(), [
        [101, 'ballots'],
        [102, 'challenges'],
      ]);
      assert.deepEqual(
        sums.map(({ contest, ballots }) => [contest, ballots]),
        [['question', 1]],
      );
      const suspended = encodeEntry(election.sign('suspended', 'commission', { reason: 'x' }));
      const wrong = [{ index: 0, bytes: suspended, counted: false }];
      assert.throws(() => checkBallotBatch(context, wrong), { code: 'ballots.type' });
    });
  });
}
