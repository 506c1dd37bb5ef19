// A box that lies about the news: what a kiosk keeps of its answers, and what it can still read again.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { TestElection, testCeremony, type Step, type TestBoard } from '@kabina/election/testing';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { formatProof, parseProof } from '@kabina/log/proof';
import { TileTree } from '@kabina/log/tiles';
import { readNotices } from '../election.ts';
import type { PortalClient } from '../client.ts';
import { decodeCache, encodeCache, withNews, type BoardCache } from './board-cache.ts';

const EMPTY: BoardCache = { files: new Map(), notices: [] };

describe('news from a box that lies', () => {
  let election: TestElection;
  let board: TestBoard;
  /** Two candidates left; the box has written the first of these entries once more. */
  let left: number[];

  const proofAt = async (index: number): Promise<Uint8Array> => {
    const { checkpoint, entries, reader } = board;
    const tree = await TileTree.open(reader, peekCheckpoint(checkpoint));
    const proof = await tree.inclusionProof(index);
    return utf8ToBytes(formatProof({ extra: entries[index]!, index, proof, checkpoint }));
  };
  /** A box that tells of these entries, and gives for each what `answer` says. */
  const box = (told: readonly number[], answer: (index: number) => Promise<Uint8Array>) =>
    ({
      status: () => Promise.resolve({ electionId: '', phase: 'open', notices: told }),
      notice: answer,
    }) as unknown as PortalClient;
  const heard = (cache: BoardCache): number[] =>
    cache.notices.map((proof) => parseProof(proof).index);

  before(async () => {
    election = await TestElection.create();
    const ceremony = await testCeremony(election, 1_789_700_000);
    const { manifest } = election;
    const first: Step = { entry: election.sign('manifest', 'commission', { manifest }) };
    const [one, other] = ['mayor-2', 'mayor-3'].map((option): Step => {
      const body = { contest: 'mayor', option };
      return { entry: election.sign('withdrawn', 'commission', body) };
    }) as [Step, Step];
    board = election.build([first, ...ceremony.steps, one, other, one]);
    const { length } = board.entries;
    left = [length - 3, length - 2, length - 1];
  });

  it('keeps each notice once, and the very same object when nothing is new', async () => {
    const cache = await withNews(box(left, proofAt), election.manifest, EMPTY);
    assert.deepEqual(heard(cache), left.slice(0, 2));
    assert.equal(await withNews(box(left, proofAt), election.manifest, cache), cache);
    const again = decodeCache(encodeCache(cache));
    assert.equal(readNotices(election.manifest, again.notices).length, 2);
  });

  it('keeps nothing that it did not ask for: its disk would fill, and it would stop for good', async () => {
    const [index] = left as [number];
    const told = Array.from({ length: 50 }, (_, i) => 1000 + i);
    const { manifest } = election;
    // A true notice in the place of every other; then an entry that is none.
    assert.equal(
      await withNews(
        box(told, () => proofAt(index)),
        manifest,
        EMPTY,
      ),
      EMPTY,
    );
    assert.equal(await withNews(box([0], proofAt), manifest, EMPTY), EMPTY);
  });

  it('writes no more than it could read', () => {
    const files = new Map([['tile/0/000', new Uint8Array(257 << 20)]]);
    assert.throws(() => encodeCache({ files, notices: [] }), { code: 'board.checkpoint' });
  });
});
