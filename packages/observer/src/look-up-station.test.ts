/** What the page's audit answers to receipts of a station's kiosk, on a board in memory. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coreHash, trackingCode } from '@kabina/election/ballot';
import type { BoardState } from '@kabina/election/board';
import { castBallot, encodeEntry, type EntryOf } from '@kabina/election/entries';
import { kioskPromise, receiptToText } from '@kabina/election/receipt';
import { seedSigner } from '@kabina/election/station-delivery';
import {
  goodStationBoard,
  TestElection,
  testSeed,
  withStation,
  type Step,
} from '@kabina/election/testing';
import { verify } from '@kabina/election/verify';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { leafHash } from '@kabina/log/merkle';
import { formatProof } from '@kabina/log/proof';
import { TileTree } from '@kabina/log/tiles';
import { lookUp } from '../page/look-up.ts';

const election = await TestElection.create('ristretto255-sha512', withStation);
const good = await goodStationBoard(election);

async function audited(steps: readonly Step[]) {
  const built = election.build(steps);
  let state: BoardState | undefined;
  await verify(built.reader, { onBoard: (board) => (state = board) });
  const tree = await TileTree.open(built.reader, peekCheckpoint(built.checkpoint));
  return { ...built, tree, ask: (text: string) => lookUp(state as BoardState, tree, text) };
}
const whole = await audited(good.steps);

const ballot = (name: string): EntryOf<'ballot'> =>
  castBallot(good.steps.find((step) => step.name === name)!.entry!)!;

async function receipt(entry: EntryOf<'ballot'>, kiosk: string, proof?: string): Promise<string> {
  const signer = seedSigner(`kiosk/${kiosk}`, testSeed(`kiosk/${kiosk}`));
  const { core } = entry.body;
  const body = { election: entry.election, core: coreHash(core), before: 'tally' as const, kiosk };
  const promise = await kioskPromise({ ...body, entry: leafHash(encodeEntry(entry)) }, signer);
  const whole = { v: 1 as const, kind: 'training' as const, contest: core.contest, promise };
  return receiptToText(proof === undefined ? whole : { ...whole, proof });
}

async function receiptOf(text: string, { ask } = whole) {
  const answer = await ask(text);
  assert.ok(answer.what === 'ballot' && answer.receipt, JSON.stringify(answer));
  return { ...answer.receipt, permits: answer.permits };
}

describe('a look-up of a ballot that was cast at a station', () => {
  it('finds one that was sent at once, and one that came late, by its receipt', async () => {
    for (const name of ['K1 mayor', 'late K1 council']) {
      const { state, promise, byKiosk, spoiled, permits } = await receiptOf(
        await receipt(ballot(name), 'K1'),
      );
      assert.deepEqual([state, promise, byKiosk, spoiled], ['counted', 'kept', true, false]);
      assert.equal(permits[0]!.revisions[0]!.own, true);
    }
  });

  it('waits for one that its kiosk still holds', async () => {
    const early = await audited(good.steps.slice(0, whole.index('late K1 council')));
    const { state, promise } = await receiptOf(
      await receipt(ballot('late K1 council'), 'K1'),
      early,
    );
    assert.deepEqual([state, promise], ['queued', 'waiting']);
  });

  it('says that the kiosk has broken its promise', async () => {
    const { promise, byKiosk } = await receiptOf(await receipt(good.spare, 'K1'));
    assert.deepEqual([promise, byKiosk], ['broken', true]);
  });

  it('says that the card was spoiled, by receipt and by code', async () => {
    for (const name of ['K2 spoiled mayor', 'late K2 spoiled']) {
      const entry = ballot(name);
      const { state, promise, spoiled } = await receiptOf(await receipt(entry, 'K2'));
      assert.deepEqual([state, promise, spoiled], ['replaced', 'kept', true]);
      const answer = await whole.ask(trackingCode(coreHash(entry.body.core)));
      assert.ok(answer.what === 'ballot');
      const [revision] = answer.permits[0]!.revisions;
      assert.deepEqual([revision!.counts, revision!.spoiled, revision!.own], [false, true, true]);
    }
  });

  it('holds a receipt with the proof of its late entry against the board', async () => {
    const index = whole.index('late K1 council');
    const proof = formatProof({
      ...{ extra: whole.entries[index]!, index, checkpoint: whole.checkpoint },
      proof: await whole.tree.inclusionProof(index),
    });
    const text = await receipt(ballot('late K1 council'), 'K1', proof);
    assert.equal((await receiptOf(text)).state, 'counted');
    // Another board of the same length, on which that place is another's.
    const swapped = good.steps.toSpliced(index, 2, good.steps[index + 1]!, good.steps[index]!);
    const other = await audited(swapped);
    assert.deepEqual(await other.ask(text), { what: 'nothing', why: 'rewritten' });
  });
});
