import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { leafHash, inclusionProof } from '@kabina/log/merkle';
import { formatProof } from '@kabina/log/proof';
import { at, body, election, good } from '../test/spoil.ts';
import { coreHash, parseTrackingCode, trackingCode } from './ballot.ts';
import { BoardState } from './board.ts';
import { decodeEntry } from './entries.ts';
import { ElectionError } from './errors.ts';
import {
  decodePromise,
  decodeReceipt,
  encodePromise,
  encodeReceipt,
  lookupAnswer,
  promiseState,
  readLookup,
  receiptCode,
  receiptFromText,
  receiptToText,
  signPromise,
  verifyPromise,
  verifyReceipt,
  type Receipt,
} from './receipt.ts';
import { flipped, TestElection, testSeed } from './testing.ts';

const board = election.build(good.steps);
const { manifest } = election;

function receiptOf(name: string, proved: boolean): Receipt {
  const { core } = body('ballot', name);
  const index = board.index(name);
  const leaves = board.entries.map(leafHash);
  const promise = signPromise(
    {
      election: election.electionId,
      core: coreHash(core),
      entry: leaves[index] as Uint8Array,
      before: 'closed',
    },
    testSeed('box'),
  );
  const receipt: Receipt = { v: 1, kind: 'training', contest: core.contest, promise };
  if (!proved) return receipt;
  const proof = inclusionProof(leaves, index);
  return { ...receipt, proof: formatProof({ index, proof, checkpoint: board.checkpoint }) };
}
const receipt = receiptOf('vera mayor 0', true);

describe('a receipt', () => {
  test('is accepted, and recorded with its proof', () => {
    assert.deepEqual(verifyReceipt(manifest, receiptOf('vera mayor 0', false)), {
      state: 'accepted',
    });
    assert.deepEqual(verifyReceipt(manifest, receipt), {
      state: 'recorded',
      index: board.index('vera mayor 0'),
      size: board.entries.length,
    });
  });
  test('travels as bytes and as text', () => {
    assert.deepEqual(decodeReceipt(encodeReceipt(receipt)), receipt);
    assert.deepEqual(receiptFromText(receiptToText(receipt)), receipt);
    assert.deepEqual(decodePromise(encodePromise(receipt.promise)), receipt.promise);
  });
  test('of another election, another box, another entry', async () => {
    const bad = (change: Partial<Receipt>, code: string) =>
      assert.throws(() => verifyReceipt(manifest, { ...receipt, ...change }), { code });
    const [promise, signature] = receipt.promise;
    bad({ kind: 'binding' }, 'receipt.election');
    bad({ contest: 'none' }, 'receipt.election');
    bad({ promise: [promise, flipped(signature, 0)] }, 'receipt.promise');
    bad({ promise: [{ ...promise, before: 'tally' }, signature] }, 'receipt.promise');
    const other = signPromise({ ...promise, entry: flipped(promise.entry, 0) }, testSeed('box'));
    bad({ promise: other }, 'receipt.proof');
    bad({ proof: 'c2sp.org/tlog-proof@v1\n' }, 'receipt.proof');
    const forged = signPromise(promise, testSeed('commission'));
    bad({ promise: forged }, 'receipt.promise');
    const elsewhere = await TestElection.create('ristretto255-sha512', (m) => ({ ...m, pool: 2 }));
    assert.throws(() => verifyReceipt(elsewhere.manifest, receipt), { code: 'receipt.election' });
    assert.equal(verifyPromise(elsewhere.manifest, receipt.promise), false);
  });
  test('with a checkpoint that too few witnesses have cosigned is not recorded', () => {
    const thin = election.checkpoint(board.entries, 1_800_000_000, 1);
    const proof = receipt.proof?.replace(board.checkpoint, thin) as string;
    assert.throws(() => verifyReceipt(manifest, { ...receipt, proof }), { code: 'receipt.proof' });
  });
  test('any text and any bytes are refused with an ElectionError', () => {
    const text = receiptToText(receipt);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (i, c) => {
        const changed = text.slice(0, i) + c + text.slice(i + 1);
        try {
          receiptFromText(changed);
        } catch (error) {
          assert.ok(error instanceof ElectionError, String(error));
        }
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        assert.throws(() => decodeReceipt(bytes), ElectionError);
        assert.throws(() => decodePromise(bytes), ElectionError);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.throws(() => readLookup(value), ElectionError);
      }),
    );
  });
});

describe('on a board', () => {
  const replay = (end: number) => {
    const state = new BoardState();
    for (const bytes of board.entries.slice(0, end)) {
      state.apply(decodeEntry(bytes), leafHash(bytes));
    }
    return state;
  };
  const first = receiptOf('anna mayor 0', false);
  const second = receiptOf('anna mayor 1', false);
  test('states go from accepted to recorded to counted, or to replaced', () => {
    const states = (end: number) => {
      const state = replay(end);
      return [promiseState(state, first.promise), promiseState(state, second.promise)];
    };
    assert.deepEqual(states(board.index('anna mayor 0')), ['accepted', 'accepted']);
    assert.deepEqual(states(board.index('anna mayor 0') + 1), ['recorded', 'accepted']);
    assert.deepEqual(states(board.index('closed')), ['replaced', 'recorded']);
    assert.deepEqual(states(board.entries.length), ['replaced', 'counted']);
  });
  test('a look-up shows every revision under the permit', () => {
    const state = replay(board.entries.length);
    const answer = lookupAnswer(state, receiptCode(second));
    assert.deepEqual(answer, readLookup(JSON.parse(JSON.stringify(answer))));
    assert.deepEqual(
      answer?.revisions.map((one) => one.index),
      [at(good.steps, 'anna mayor 0'), at(good.steps, 'anna mayor 1')],
    );
    assert.equal(lookupAnswer(state, '0000-0000-0000-0000'), undefined);
    assert.deepEqual(state.lookup('no code'), []);
  });
});

test('tracking codes: sixteen symbols that a person can read out and type', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
      const code = trackingCode(hash);
      assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
      assert.deepEqual(parseTrackingCode(code), hash.slice(0, 10));
      const typed = code
        .toLowerCase()
        .replaceAll('-', ' ')
        .replaceAll('0', 'o')
        .replaceAll('1', 'l');
      assert.deepEqual(parseTrackingCode(typed), hash.slice(0, 10));
    }),
  );
  for (const bad of ['', '0000', 'UUUU-UUUU-UUUU-UUUU', '0'.repeat(17)]) {
    assert.equal(parseTrackingCode(bad), undefined);
  }
});
