/**
 * A voter with a program of their own can have one ballot key signed for two contests. The board takes
 * a key in one contest alone; were both ballots to wait in the pool, one voter could put an entry on the
 * board that fails everybody's audit.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ballotEntry, ballotKeyFromSeed, sealCore } from '@kabina/election/ballot';
import { encodeEntry } from '@kabina/election/entries';
import { contestById, contestShape } from '@kabina/election/manifest';
import { testSeed } from '@kabina/election/testing';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { PreparedVector } from '@kabina/crypto/vector';
import type { Client } from '../test-client.ts';
import { until } from '../test-client.ts';
import { listening, PortalElection } from '../test-election.ts';
import type { RunningBox } from './service.ts';

let portal: PortalElection;
let running: RunningBox;
let box: Client;

before(async () => {
  portal = await PortalElection.make({
    change: (manifest) => ({ ...manifest, kind: 'training', pool: 3 }),
  });
  await portal.startWitnesses();
  running = await portal.startBox();
  box = await listening(running);
  await box.post(portal.openingEntries());
});
after(async () => {
  await running.close();
  await portal.remove();
});

/** A ballot for `contest` under the key that the voter has for `question`. */
function underOneKey(voter: string, contest: string, revision: number): Uint8Array {
  const { suite, electionId: election } = portal.election;
  const seed = testSeed(voter);
  const key = ballotKeyFromSeed(suite, seed, election, 'question');
  const shape = contestShape(contestById(portal.manifest, contest));
  const prepared = PreparedVector.prepare(
    suite,
    EncryptionKey.decode(suite.group, portal.key),
    shape,
  );
  const marks = Array.from({ length: shape.weights.length }, (_, i) => (i === 0 ? 1 : 0));
  const ballotKey = key.publicKey;
  const sealed = sealCore(suite, prepared, marks, { election, contest, ballotKey, revision });
  const permit = portal.permit(contest, seed, 'online', 'question');
  return encodeEntry(ballotEntry(suite, sealed.core, sealed.opening, permit, key.seed));
}

test('a key is taken in one contest alone, also while its ballots wait', async () => {
  const first = underOneKey('anna', 'question', 0);
  assert.equal((await box.ask('POST', '/ballots', { cbor: first })).status, 200);
  for (const revision of [0, 1]) {
    const other = underOneKey('anna', 'few', revision);
    const answer = await box.ask('POST', '/ballots', { cbor: other });
    assert.equal(answer.status, 422, `revision ${revision}`);
    assert.equal((answer.json as { code: string }).code, 'ballots.permit');
  }
  for (const voter of ['boris', 'vera']) {
    const cbor = portal.ballot(voter);
    assert.equal((await box.ask('POST', '/ballots', { cbor })).status, 200);
  }
  const good = await until(
    () => portal.replay(),
    ({ state }) => state.ballots.size > 0,
  );
  assert.equal(good.state.countedNumber('question'), 3);
  assert.equal(good.state.ballots.size, 3);
});
