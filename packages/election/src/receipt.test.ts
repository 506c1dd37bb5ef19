import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bytesToHex } from '@kabina/crypto/bytes';
import { leafHash, inclusionProof } from '@kabina/log/merkle';
import { formatProof } from '@kabina/log/proof';
import { at, body, election, good } from '../test/spoil.ts';
import {
  assertFails as assertStationFails,
  audit as auditStation,
  before as beforeStep,
  election as stationElection,
  good as stationBoard,
  stateOf,
} from '../test/spoil-station.ts';
import { coreHash, parseTrackingCode, trackingCode } from './ballot.ts';
import { BoardState } from './board.ts';
import { castBallot, decodeEntry, encodeEntry, type EntryOf } from './entries.ts';
import { ElectionError } from './errors.ts';
import { electionId, type Manifest } from './manifest.ts';
import {
  checkLookup,
  checkPromise,
  decodePromise,
  decodeReceipt,
  encodePromise,
  encodeReceipt,
  kioskPromise,
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
  type SignedPromise,
} from './receipt.ts';
import { seedSigner } from './station-delivery.ts';
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

describe('a receipt of a station’s kiosk', () => {
  const { manifest } = stationElection;
  const signer = (kiosk: string) => seedSigner(`kiosk/${kiosk}`, testSeed(`kiosk/${kiosk}`));
  const promised = (name: string, kiosk = 'K1') => {
    const entry = castBallot(stationBoard.steps[at(stationBoard.steps, name)]!.entry!)!;
    const core = coreHash(entry.body.core);
    const leaf = leafHash(encodeEntry(entry));
    const body = { election: stationElection.electionId, core, entry: leaf, kiosk };
    return kioskPromise({ ...body, before: 'tally' }, signer(kiosk));
  };
  const receipt = async (name: string): Promise<Receipt> => {
    const promise = await promised(name);
    return { v: 1, kind: 'training', contest: 'mayor', promise };
  };
  test('is queued, and any bytes of it fit', async () => {
    assert.deepEqual(verifyReceipt(manifest, await receipt('K1 mayor')), { state: 'queued' });
    const [body] = await promised('K1 mayor');
    const longest = await kioskPromise(
      { ...body, before: 'tally', kiosk: 'K'.repeat(64) },
      signer('K1'),
    );
    assert.deepEqual(decodePromise(encodePromise(longest)), longest);
  });
  test('is recorded with the proof of a ballot that was sent at once', async () => {
    const board = stationElection.build(stationBoard.steps);
    const index = board.index('K1 mayor');
    const proof = inclusionProof(board.entries.map(leafHash), index);
    const proved = {
      ...(await receipt('K1 mayor')),
      proof: formatProof({ index, proof, checkpoint: board.checkpoint }),
    };
    const size = board.entries.length;
    assert.deepEqual(verifyReceipt(manifest, proved), { state: 'recorded', index, size });
  });
  test('is recorded with the proof of the late entry that brought its ballot', async () => {
    const board = stationElection.build(stationBoard.steps);
    const prove = (name: string, extraOf = name) => {
      const index = board.index(name);
      const proof = inclusionProof(board.entries.map(leafHash), index);
      const extra = board.entries[board.index(extraOf)] as Uint8Array;
      return formatProof({ extra, index, proof, checkpoint: board.checkpoint });
    };
    const name = 'late K1 council';
    const own = { ...(await receipt(name)), contest: 'council' };
    const recorded = verifyReceipt(manifest, { ...own, proof: prove(name) });
    assert.deepEqual(recorded, {
      state: 'recorded',
      index: board.index(name),
      size: board.entries.length,
    });
    for (const proof of [
      prove('late K1 question'),
      prove(name, 'late K1 question'),
      prove('late K1 question', name),
      prove(name, 'K1 mayor'),
      prove(name).replace(/^extra .*$/m, 'extra AAAA'),
    ]) {
      const call = () => verifyReceipt(manifest, { ...own, proof });
      assert.throws(call, { code: 'receipt.proof' });
    }
  });
  test('that a kiosk has not signed, or that promises more, is none', async () => {
    const [body, signature] = await promised('K1 mayor');
    const refused = (...promise: SignedPromise) =>
      assert.equal(verifyPromise(manifest, promise), false);
    assert.equal(verifyPromise(manifest, [body, signature]), true);
    refused({ ...body, kiosk: 'K2' }, signature);
    refused({ ...body, kiosk: 'K9' }, signature);
    const ofBox = { ...body };
    delete ofBox.kiosk;
    refused(ofBox, signature);
    // A kiosk may not promise the box's own hour.
    const early = { ...body, before: 'closed' as 'tally', kiosk: 'K1' };
    refused(...(await kioskPromise(early, signer('K1'))));
    const online: Manifest = { ...manifest, kiosks: manifest.kiosks.map((one) => ({ ...one })) };
    delete online.kiosks[0]!.station;
    const [own] = await promised('K1 mayor');
    const other = await kioskPromise(
      { ...own, election: electionId(online), kiosk: 'K1', before: 'tally' },
      signer('K1'),
    );
    assert.equal(verifyPromise(online, other), false);
  });
  test('goes from queued to recorded to counted, late or not; or its card was spoiled', async () => {
    const states = async (name: string, kiosk?: string) => {
      const promise = await promised(name, kiosk);
      return ['night', 'closed', 'tally', 'result mayor'].map((step) =>
        promiseState(beforeStep(step), promise),
      );
    };
    const [queued, recorded, counted] = ['queued', 'recorded', 'counted'] as const;
    assert.deepEqual(await states('K1 mayor'), [recorded, recorded, recorded, counted]);
    assert.deepEqual(await states('late K1 council'), [queued, queued, recorded, counted]);
    // It had been sent, and the answer was lost.
    assert.deepEqual(await states('late K2 mayor', 'K2'), [queued, recorded, recorded, counted]);
    const spoiled = await states('K2 spoiled mayor', 'K2');
    assert.deepEqual(spoiled, [recorded, 'replaced', 'replaced', 'replaced']);
    const after = await states('late K2 spoiled', 'K2');
    assert.deepEqual(after, [queued, queued, 'replaced', 'replaced']);
  });
  test('a look-up says that the card was spoiled, and a lie about it is a fault', () => {
    const board = beforeStep('result mayor');
    const codeOf = (name: string) => {
      const entry = castBallot(stationBoard.steps[at(stationBoard.steps, name)]!.entry!)!;
      return trackingCode(coreHash(entry.body.core));
    };
    const code = codeOf('K2 spoiled mayor');
    const answer = lookupAnswer(board, code)!;
    assert.deepEqual(readLookup(JSON.parse(JSON.stringify(answer))), answer);
    const [revision] = answer.revisions;
    assert.deepEqual([revision!.state, revision!.spoiled], ['replaced', true]);
    assert.equal(checkLookup(board, code, answer), undefined);
    const counts = { ...revision!, state: 'counted' as const };
    const lie = { ...answer, revisions: [counts] };
    assert.equal(checkLookup(board, code, lie)?.code, 'revisions.lookup');
    const good = lookupAnswer(board, codeOf('K1 mayor'))!;
    const said = good.revisions.map((one) => ({ ...one, spoiled: true }));
    const dropped = { ...good, revisions: said };
    assert.equal(checkLookup(board, codeOf('K1 mayor'), dropped)?.code, 'revisions.lookup');
    // A ballot that came late is looked up by the entry that the kiosk promised.
    const late = lookupAnswer(board, codeOf('late K1 council'))!.revisions[0]!;
    const entry = castBallot(
      stationBoard.steps[at(stationBoard.steps, 'late K1 council')]!.entry!,
    )!;
    assert.equal(late.entry, bytesToHex(leafHash(encodeEntry(entry))));
    assert.equal(late.index, at(stationBoard.steps, 'late K1 council'));
  });
  test('is not kept by another entry of the core, nor by one that comes after its hour', async () => {
    const { signature, ...rest } = (
      stationBoard.steps[at(stationBoard.steps, 'late K1 council')]!.entry as EntryOf<'late'>
    ).body.ballot;
    const other = { ...rest, signature: flipped(signature, 3) };
    const entry: EntryOf<'ballot'> = {
      ...{ type: 'ballot', election: stationElection.electionId, body: other, signatures: [] },
    };
    const core = coreHash(other.core);
    const body = { election: stationElection.electionId, core, kiosk: 'K1' };
    const leaf = leafHash(encodeEntry(entry));
    const promise = await kioskPromise({ ...body, entry: leaf, before: 'tally' }, signer('K1'));
    const board = beforeStep('result mayor');
    assert.equal(promiseState(board, promise), 'queued');
    assert.equal(checkPromise(board, promise)?.code, 'promise.broken');
    // The box has promised before the closing what came after it.
    const [own] = await promised('late K1 council');
    const late = { election: own.election, core: own.core, entry: own.entry };
    const ofBox = (before: 'closed' | 'tally') =>
      checkPromise(board, signPromise({ ...late, before }, testSeed('box')))?.code;
    assert.equal(ofBox('closed'), 'promise.broken');
    assert.equal(ofBox('tally'), undefined);
  });
  test('that was not kept by the tally is the kiosk’s fault, and the audit names it', async () => {
    const core = coreHash(stationBoard.spare.body.core);
    const entry = leafHash(encodeEntry(stationBoard.spare));
    const body = { election: stationElection.electionId, core, entry, kiosk: 'K1' };
    const promise = await kioskPromise({ ...body, before: 'tally' }, signer('K1'));
    assert.equal(checkPromise(beforeStep('tally'), promise), undefined);
    const broken = checkPromise(beforeStep('result mayor'), promise);
    assert.deepEqual([broken?.check, broken?.code], ['stations', 'promise.broken']);
    assert.match(broken?.message ?? '', /^kiosk K1 promised .* in time$/);
    // What K2 held was dictated: there the commission may have left it out.
    const ofK2 = await kioskPromise({ ...body, kiosk: 'K2', before: 'tally' }, signer('K2'));
    const evening = { name: 'evening', cosign: Date.parse('2026-09-20T20:10:00+03:00') / 1000 };
    const unconfirmed = stationBoard.steps.map((step) =>
      step.name === 'confirmed K2' ? evening : step,
    );
    const board = stateOf(unconfirmed.slice(0, at(unconfirmed, 'result mayor')));
    const dictated = checkPromise(board, ofK2)?.message ?? '';
    assert.match(dictated, /^kiosk K2 promised .* stated by the commission$/);
    const problems = await assertStationFails('stations', stationBoard.steps, {
      promises: [promise],
    });
    assert.match(problems[0]?.message ?? '', /^kiosk K1 promised/);
    const kept = await promised('late K1 council');
    const early = stationBoard.steps.slice(0, at(stationBoard.steps, 'late K1 council'));
    const status = async (steps: typeof early) =>
      (await auditStation(steps, { promises: [kept] })).checks.find(({ id }) => id === 'stations');
    assert.equal((await status(early))?.status, 'incomplete');
    assert.equal((await status([...stationBoard.steps]))?.status, 'passed');
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
