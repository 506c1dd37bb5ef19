// A portal that lies about the board: nobody gets past the first screen, and each lie has its code.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { equalBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { encodeEntry } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import {
  flipped,
  TestElection,
  testCeremony,
  type Step,
  type TestBoard,
} from '@kabina/election/testing';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { formatProof, parseProof, type LogProof } from '@kabina/log/proof';
import { TileTree } from '@kabina/log/tiles';
import { readElection, readNotices } from './election.ts';

/** As the box gives it: the entry, and where it stands. */
async function proofAt(board: TestBoard, index: number): Promise<Uint8Array> {
  const { checkpoint, entries, reader } = board;
  const tree = await TileTree.open(reader, peekCheckpoint(checkpoint));
  const proof = await tree.inclusionProof(index);
  return utf8ToBytes(formatProof({ extra: entries[index]!, index, proof, checkpoint }));
}

describe('the election as the board has it', () => {
  let election: TestElection;
  let key: Uint8Array;
  let steps: Step[];
  let good: TestBoard;

  before(async () => {
    election = await TestElection.create();
    const ceremony = await testCeremony(election, 1_789_700_000);
    const { manifest } = election;
    const first: Step = { entry: election.sign('manifest', 'commission', { manifest }) };
    const left = election.sign('withdrawn', 'commission', { contest: 'mayor', option: 'mayor-2' });
    ({ key } = ceremony);
    steps = [first, ...ceremony.steps, { name: 'withdrawn', entry: left }];
    good = election.build(steps);
  });

  const refused = (board: TestBoard, code: string, id = election.electionId): Promise<void> =>
    assert.rejects(readElection(board.reader, id), { code });

  it('gives manifest and key', async () => {
    const read = await readElection(good.reader, election.electionId);
    assert.ok(equalBytes(read.key, key));
    assert.deepEqual(read.manifest, election.manifest);
  });

  it('is refused if it is another election', async () => {
    await refused(good, 'board.manifest', new Uint8Array(32));
    const other = await TestElection.create('ristretto255-sha512', (manifest) => ({
      ...manifest,
      title: { ru: 'Другие выборы' },
    }));
    const { manifest } = other;
    const board = other.build([{ entry: other.sign('manifest', 'commission', { manifest }) }]);
    await refused(board, 'board.manifest');
  });

  it('is refused without the signature of the log or the quorum of witnesses', async () => {
    await refused(election.build(steps, 1), 'board.witnesses');
    await refused(election.build(steps, 0), 'board.witnesses');
    const forged = election.build(steps);
    const note = forged.checkpoint.replace(
      /(— test\.example\/board .{20})(.)/,
      (_, head, symbol) => String(head) + (symbol === 'A' ? 'B' : 'A'),
    );
    assert.notEqual(note, forged.checkpoint);
    forged.files.set('checkpoint', utf8ToBytes(note));
    await refused(forged, 'board.checkpoint');
    const cut = election.build(steps);
    cut.files.delete('checkpoint');
    await refused(cut, 'board.checkpoint');
  });

  it('is refused if an entry or a tile was changed after the witnesses saw it', async () => {
    for (const path of [...good.files.keys()].filter((name) => name !== 'checkpoint')) {
      const board = election.build(steps);
      board.files.set(path, flipped(board.files.get(path)!, 100));
      await refused(board, 'board.checkpoint');
      board.files.delete(path);
      await refused(board, 'board.checkpoint');
    }
  });

  it('gives no key that the ceremony did not make', async () => {
    const opened = steps.findIndex(({ name }) => name === 'opened');
    const entry = steps[opened]!.entry!;
    assert.ok(entry.type === 'opened');
    const foreign = election.suite.group.encode(election.suite.group.generator);
    const body = { ...entry.body, key: foreign };
    const lie = election.sign('opened', 'commission', body);
    await refused(election.build(steps.with(opened, { entry: lie })), 'board.not-open');
    await refused(election.build(steps.slice(0, opened)), 'board.not-open');
  });

  it('hears of notices, and of none that somebody made up', async () => {
    const index = good.index('withdrawn');
    const { manifest } = election;
    const every = await Promise.all(good.entries.map((_, at) => proofAt(good, at)));
    const found = readNotices(manifest, every);
    assert.deepEqual(
      found.filter(({ entry }) => entry.type === 'withdrawn').map((notice) => notice.index),
      [index],
    );
    const by = election.sign('withdrawn', 'box', { contest: 'mayor', option: 'mayor-1' });
    const board = election.build([...steps, { name: 'lie', entry: by }]);
    assert.deepEqual(readNotices(manifest, [await proofAt(board, board.index('lie'))]), []);
  });

  it('believes no notice that its proof does not prove', async () => {
    const { manifest } = election;
    const index = good.index('withdrawn');
    const proof = parseProof(await proofAt(good, index));
    const refused = (change: Partial<LogProof>, code = 'board.checkpoint') => {
      const { extra, ...rest } = { ...proof, ...change };
      const file = utf8ToBytes(formatProof(extra === undefined ? rest : { ...rest, extra }));
      assert.throws(() => readNotices(manifest, [file]), { code });
    };
    // Signed by the commission, and nowhere on the board.
    const secret = election.sign('withdrawn', 'commission', {
      contest: 'mayor',
      option: 'mayor-1',
    });
    refused({ extra: encodeEntry(secret) });
    refused({ index: index - 1 });
    refused({ proof: proof.proof.slice(1) });
    const { checkpoint } = proof;
    refused(
      { checkpoint: `${checkpoint.split('\n').slice(0, 5).join('\n')}\n` },
      'board.witnesses',
    );
    assert.throws(() => readNotices(manifest, [utf8ToBytes('no proof')]), {
      code: 'board.checkpoint',
    });
    const without = utf8ToBytes(formatProof({ index, proof: proof.proof, checkpoint }));
    assert.throws(() => readNotices(manifest, [without]), { code: 'board.checkpoint' });
  });

  it('lets errors of the road through', async () => {
    const away = new ElectionError('test.away', 'away');
    const reader = { read: () => Promise.reject(away) };
    await assert.rejects(readElection(reader, election.electionId), away);
  });
});
