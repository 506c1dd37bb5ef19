/** What the page's audit answers to receipts, codes and opened ballots, on a board in memory. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { coreHash, trackingCode } from '@kabina/election/ballot';
import type { BoardState } from '@kabina/election/board';
import { encode } from '@kabina/election/cbor';
import { encodeEntry, type EntryOf } from '@kabina/election/entries';
import { receiptToText, signPromise, type Receipt } from '@kabina/election/receipt';
import {
  flipped,
  goodBoard,
  TestElection,
  testSeed,
  type GoodBoard,
  type Step,
} from '@kabina/election/testing';
import { verify } from '@kabina/election/verify';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { leafHash } from '@kabina/log/merkle';
import { formatProof } from '@kabina/log/proof';
import { TileTree } from '@kabina/log/tiles';
import { lookUp, type LookUp } from '../page/look-up.ts';

type Ballot = EntryOf<'ballot'>;

describe('a look-up in the audited board', () => {
  let election: TestElection;
  let good: GoodBoard;
  let ask: (text: string) => Promise<LookUp>;
  let whole: TileTree;
  let checkpoint: string;

  const audited = async (steps: readonly Step[]) => {
    const built = election.build(steps);
    let state: BoardState | undefined;
    await verify(built.reader, { onBoard: (board) => (state = board) });
    const tree = await TileTree.open(built.reader, peekCheckpoint(built.checkpoint));
    return { ...built, tree, ask: (text: string) => lookUp(state as BoardState, tree, text) };
  };
  const ballot = (name: string): Ballot =>
    good.steps.find((step) => step.name === name)?.entry as Ballot;
  const receipt = (entry: Ballot, change: Partial<Receipt> = {}, by = 'box'): string => {
    const body = {
      election: entry.election,
      core: coreHash(entry.body.core),
      entry: leafHash(encodeEntry(entry)),
      before: 'closed' as const,
    };
    return receiptToText({
      v: 1,
      kind: 'training',
      contest: entry.body.core.contest,
      promise: signPromise(body, testSeed(by)),
      ...change,
    });
  };
  const proofOf = async (index: number) =>
    formatProof({ index, proof: await whole.inclusionProof(index), checkpoint });
  const nothing = async (text: string, why: string) =>
    assert.deepEqual(await ask(text), { what: 'nothing', why });

  before(async () => {
    election = await TestElection.create();
    good = await goodBoard(election);
    const board = await audited(good.steps);
    ({ ask, checkpoint } = board);
    whole = board.tree;
  });

  it('finds a counted ballot by receipt and by code, however they are broken into lines', async () => {
    const entry = ballot('vera mayor 0');
    const text = receipt(entry);
    for (const typed of [text, `  ${text.slice(0, 40)}\n${text.slice(40)}\n`]) {
      const answer = await ask(typed);
      assert.ok(answer.what === 'ballot' && answer.receipt);
      assert.equal(answer.receipt.state, 'counted');
      assert.equal(answer.receipt.promise, 'kept');
    }
    const code = trackingCode(coreHash(entry.body.core));
    const answer = await ask(code.toLowerCase().replaceAll('-', ' '));
    assert.ok(answer.what === 'ballot');
    assert.equal(answer.receipt, undefined);
    assert.deepEqual(
      answer.permits.map(({ contest, revisions }) => [contest, revisions.length]),
      [['mayor', 1]],
    );
  });

  it('shows every revision under the permit and which one counts', async () => {
    const answer = await ask(receipt(ballot('anna mayor 0')));
    assert.ok(answer.what === 'ballot');
    assert.equal(answer.receipt?.state, 'replaced');
    assert.equal(answer.receipt?.promise, 'kept');
    assert.deepEqual(
      answer.permits[0]?.revisions.map(({ revision, counts, own }) => [revision, counts, own]),
      [
        [0, false, true],
        [1, true, false],
      ],
    );
  });

  it('says recorded before the tally, and waits for a promise that is not due', async () => {
    const end = good.steps.findIndex(({ name }) => name === 'closed');
    const open = await audited(good.steps.slice(0, end));
    const there = await open.ask(receipt(ballot('vera mayor 0')));
    assert.equal(there.what === 'ballot' && there.receipt?.state, 'recorded');
    const coming = await open.ask(receipt(good.spare.entry));
    assert.ok(coming.what === 'ballot');
    assert.deepEqual([coming.receipt?.state, coming.receipt?.promise], ['accepted', 'waiting']);
    assert.deepEqual(coming.permits, []);
  });

  it('says plainly that a promise was broken', async () => {
    const answer = await ask(receipt(good.spare.entry));
    assert.ok(answer.what === 'ballot');
    assert.deepEqual([answer.receipt?.state, answer.receipt?.promise], ['accepted', 'broken']);
  });

  it('holds a receipt with a proof against the board', async () => {
    const entry = ballot('vera mayor 0');
    const index = good.steps.indexOf(good.steps.find((step) => step.entry === entry) as Step);
    const proved = receipt(entry, { proof: await proofOf(index) });
    const answer = await ask(proved);
    assert.equal(answer.what === 'ballot' && answer.receipt?.state, 'counted');
    await nothing(receipt(entry, { proof: await proofOf(index - 1) }), 'proof');
    const without = await audited(good.steps.filter((step) => step.entry !== entry));
    assert.deepEqual(await without.ask(proved), { what: 'nothing', why: 'rewritten' });
  });

  it('refuses receipts of others, and what is none', async () => {
    const entry = ballot('vera mayor 0');
    await nothing(receipt(entry, {}, 'another box'), 'promise');
    await nothing(receipt(entry, { kind: 'binding' }), 'election');
    await nothing(receipt(entry, { contest: 'elsewhere' }), 'election');
    await nothing(receipt(entry).slice(0, -5), 'text');
    await nothing('', 'text');
    await nothing('kabina-receipt:', 'text');
    await nothing('7K3M-7K3M-7K3M-7K3M', 'not-on-board');
    await nothing('7K3M-7K3M-7K3M-7K3', 'text');
  });

  it('recomputes an opened ballot', async () => {
    const index = good.steps.findIndex(({ name }) => name === 'challenge');
    const { core, marks, opening } = (good.steps[index]?.entry as EntryOf<'challenge'>).body;
    const shown = (change: object = {}) =>
      `kabina-opening:${Buffer.from(
        encode({ core: coreHash(core), marks, opening, ...change }),
      ).toString('base64url')}`;
    assert.deepEqual(await ask(shown()), {
      what: 'opening',
      contest: 'question',
      marks: [1, 0],
      index,
      good: true,
      cast: false,
    });
    await nothing(shown({ marks: [0, 1] }), 'other-opening');
    await nothing(shown({ core: flipped(coreHash(core), 3) }), 'no-challenge');
    await nothing(shown({ marks: [2, 0] }), 'text');
    await nothing(shown({ opening: 'text' }), 'text');
    await nothing('kabina-opening:!!!', 'text');

    const dishonest = { core, marks: [0, 1], opening };
    const steps = good.steps.map((step): Step =>
      step.name === 'challenge'
        ? {
            name: 'challenge',
            entry: { ...(step.entry as EntryOf<'challenge'>), body: dishonest },
          }
        : step,
    );
    const answer = await (await audited(steps)).ask(shown({ marks: [0, 1] }));
    assert.equal(answer.what === 'opening' && answer.good, false);
  });
});
