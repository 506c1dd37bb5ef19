/** c2sp.org/tlog-witness: every status, and that nothing is signed before it is remembered. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { base64, utf8 } from './bytes.ts';
import { signCheckpoint } from './checkpoint.ts';
import { addCosignatures, verifyQuorum } from './cosignature.ts';
import { LogError } from './errors.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import { COSIGNATURE_V1, parseSignatures, signerKey } from './note.ts';
import { NodeWitnessStore } from './node-witness-store.ts';
import { formatAddCheckpoint, MAX_REQUEST_BYTES, parseAddCheckpoint } from './witness.ts';
import { parseConflict, Witness, type WitnessRecord, type WitnessStore } from './witness.ts';

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const logKey = signerKey('example.com/log', seed(1));
const key = signerKey('witness.example/w1', seed(2), COSIGNATURE_V1);
const tree = new MerkleTree(Array.from({ length: 40 }, (_, i) => leafHash(utf8(`${i}`))));
const fork = new MerkleTree(Array.from({ length: 40 }, (_, i) => leafHash(utf8(`fork ${i}`))));

const head = (size: number, of = tree, keys = [logKey], origin = logKey.name): string =>
  signCheckpoint({ origin, size, root: of.rootAt(size), extensions: [] }, keys);
const request = (oldSize: number, size: number): string =>
  formatAddCheckpoint({
    oldSize,
    proof: tree.consistencyProof(oldSize, size),
    checkpoint: head(size),
  });

function storePath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'witness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'witness.sqlite');
}

function makeWitness(t: TestContext, path = storePath(t)) {
  const store = new NodeWitnessStore(path);
  t.after(() => store.close());
  const clock = { time: 1000 };
  const logs = [{ origin: logKey.name, keys: [logKey] }];
  return { store, clock, witness: new Witness({ key, logs, store, now: () => clock.time }) };
}

test('a log is followed as it grows', async (t) => {
  const { witness, clock } = makeWitness(t);
  let old = 0;
  for (const size of [0, 1, 3, 8, 8, 40]) {
    clock.time++;
    const answer = await witness.addCheckpoint(request(old, size));
    assert.equal(answer.status, 200, answer.body);
    const note = addCosignatures(head(size), answer.body, [key]);
    const { cosignatures } = verifyQuorum(note, { logKey, witnesses: [key], quorum: 1 });
    assert.deepEqual(cosignatures, [{ name: key.name, time: clock.time }]);
    assert.equal(await witness.checkpoint(logKey.name), note);
    old = size;
  }
});

test('a request from another size is told the right one', async (t) => {
  const { witness } = makeWitness(t);
  const conflict = async (body: string, size: number): Promise<void> => {
    const answer = await witness.addCheckpoint(body);
    assert.equal(answer.status, 409);
    assert.equal(answer.contentType, 'text/x.tlog.size');
    assert.equal(answer.body, `${size}\n`);
    assert.equal(parseConflict(answer.body), size);
  };
  await conflict(request(3, 5), 0);
  assert.equal((await witness.addCheckpoint(request(0, 5))).status, 200);
  await conflict(request(0, 5), 5);
  await conflict(request(3, 8), 5);
  await conflict(request(6, 8), 5);
  await conflict(request(0, 3), 5);
});

test('a forked log is not cosigned, and the memory stays', async (t) => {
  const { witness } = makeWitness(t);
  assert.equal((await witness.addCheckpoint(request(0, 5))).status, 200);
  const before = await witness.checkpoint(logKey.name);
  const bodies = [
    formatAddCheckpoint({
      oldSize: 5,
      proof: fork.consistencyProof(5, 9),
      checkpoint: head(9, fork),
    }),
    formatAddCheckpoint({
      oldSize: 5,
      proof: tree.consistencyProof(5, 9),
      checkpoint: head(9, fork),
    }),
    formatAddCheckpoint({ oldSize: 5, proof: [], checkpoint: head(5, fork) }),
    formatAddCheckpoint({ oldSize: 5, proof: [], checkpoint: head(9) }),
    formatAddCheckpoint({ oldSize: 5, proof: [tree.root], checkpoint: head(5) }),
  ];
  for (const body of bodies) {
    const answer = await witness.addCheckpoint(body);
    assert.equal(answer.status, 422, answer.body);
  }
  assert.equal(await witness.checkpoint(logKey.name), before);
});

test('the empty tree has one root, and needs no proof', async (t) => {
  const { witness } = makeWitness(t);
  const empty = { origin: logKey.name, size: 0, root: tree.root, extensions: [] };
  const wrong = formatAddCheckpoint({
    oldSize: 0,
    proof: [],
    checkpoint: signCheckpoint(empty, [logKey]),
  });
  assert.equal((await witness.addCheckpoint(wrong)).status, 422);
  const tooMuch = formatAddCheckpoint({ oldSize: 0, proof: [tree.root], checkpoint: head(5) });
  assert.equal((await witness.addCheckpoint(tooMuch)).status, 422);
  assert.equal(await witness.checkpoint(logKey.name), undefined);
});

test('who is not known or not signed for', async (t) => {
  const { witness } = makeWitness(t);
  const ask = async (checkpoint: string): Promise<number> =>
    (await witness.addCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint })))
      .status;
  assert.equal(await ask(head(5, tree, [logKey], 'example.com/other')), 404);
  const stranger = signerKey(logKey.name, seed(9));
  assert.equal(await ask(head(5, tree, [stranger])), 403);
  const note = head(5);
  assert.equal(await ask(note.replace('\n5\n', '\n6\n')), 403);
  // A known key beside an unknown one is enough, and only the known one is kept.
  assert.equal(await ask(head(5, tree, [stranger, logKey])), 200);
  assert.equal(
    parseSignatures((await witness.checkpoint(logKey.name))!.split('\n\n')[1]!).length,
    2,
  );
});

test('malformed requests', async (t) => {
  const { witness } = makeWitness(t);
  const good = request(0, 5);
  const line = `${base64(tree.root)}\n`;
  for (const body of [
    '',
    'old 0\n',
    good.replace('old 0', 'old 00'),
    good.replace('old 0', 'old -1'),
    good.replace('old 0', 'Old 0'),
    good.replace('old 0', 'old  0'),
    good.replace('old 0\n', ''),
    good.replace('old 0\n', 'old 0\nAAAA\n'),
    good.replace('old 0\n', `old 0\n${line.repeat(64)}`),
    good.replaceAll('\n', '\r\n'),
    good.slice(0, -1),
    good.replace('\n5\n', '\nfive\n'),
    `${good}${'x'.repeat(MAX_REQUEST_BYTES)}`,
    // The old size above the new one.
    good.replace('old 0\n', `old 6\n${line}`),
  ]) {
    const answer = await witness.addCheckpoint(body);
    assert.equal(answer.status, 400, JSON.stringify(body.slice(0, 80)));
  }
  assert.equal((await witness.addCheckpoint(Uint8Array.of(0xff))).status, 400);
});

test('of requests at once from one size exactly one wins', async (t) => {
  const { witness } = makeWitness(t);
  const answers = await Promise.all(
    [3, 5, 8, 13, 40].map((size) => witness.addCheckpoint(request(0, size))),
  );
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, 409, 409, 409, 409]);
  const size = Number((await witness.checkpoint(logKey.name))!.split('\n')[1]);
  for (const { status, body } of answers) if (status === 409) assert.equal(body, `${size}\n`);
});

test('two processes with one memory cannot both win', async (t) => {
  const path = storePath(t);
  const one = makeWitness(t, path);
  const two = makeWitness(t, path);
  const expected = await two.store.get(logKey.name);
  assert.equal((await one.witness.addCheckpoint(request(0, 5))).status, 200);
  const late = { checkpoint: head(3), time: 1000 };
  assert.equal(await two.store.compareAndSet(logKey.name, expected, late), false);
  const record = await two.store.get(logKey.name);
  assert.equal(await two.store.compareAndSet(logKey.name, { ...record!, time: 1 }, late), false);
  assert.equal((await two.witness.addCheckpoint(request(5, 8))).status, 200);
  assert.equal((await one.witness.addCheckpoint(request(5, 9))).status, 409);
});

test('nothing is signed unless it has been remembered', async (t) => {
  const { store } = makeWitness(t);
  const full: WitnessStore = {
    get: (origin) => store.get(origin),
    compareAndSet: () => Promise.reject(new Error('disk full')),
  };
  const witness = new Witness({
    key,
    logs: [{ origin: logKey.name, keys: [logKey] }],
    store: full,
  });
  await assert.rejects(witness.addCheckpoint(request(0, 5)), /disk full/);
  assert.equal(await store.get(logKey.name), undefined);
});

test('the memory survives closing, and a clock that goes back does not', async (t) => {
  const path = storePath(t);
  const first = new NodeWitnessStore(path);
  const logs = [{ origin: logKey.name, keys: [logKey] }];
  const witness = new Witness({ key, logs, store: first, now: () => 5000 });
  assert.equal((await witness.addCheckpoint(request(0, 5))).status, 200);
  const note = await witness.checkpoint(logKey.name);
  first.close();
  const { witness: later, clock, store } = makeWitness(t, path);
  clock.time = 4000;
  assert.equal(await later.checkpoint(logKey.name), note);
  assert.equal((await later.addCheckpoint(request(0, 5))).status, 409);
  assert.equal((await later.addCheckpoint(request(5, 8))).status, 200);
  assert.equal(((await store.get(logKey.name)) as WitnessRecord).time, 5000);
});

test('parsing arbitrary requests throws nothing but LogError, and what parses is canonical', () => {
  const good = request(5, 8);
  const mutated = fc
    .tuple(fc.nat(good.length), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut));
  assert.deepEqual(parseAddCheckpoint(utf8(good)), parseAddCheckpoint(good));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string()), (bad) => {
      try {
        assert.equal(formatAddCheckpoint(parseAddCheckpoint(bad)), bad);
      } catch (error) {
        assert.ok(error instanceof LogError, String(error));
      }
      try {
        assert.equal(`${parseConflict(bad)}\n`, bad);
      } catch (error) {
        assert.ok(error instanceof LogError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('a witness answers arbitrary bodies with a status', async (t) => {
  const { witness } = makeWitness(t);
  const good = request(0, 8);
  const mutated = fc
    .tuple(fc.nat(good.length), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut));
  await fc.assert(
    fc.asyncProperty(mutated, async (body) => {
      const { status } = await witness.addCheckpoint(body);
      if (body !== good) assert.notEqual(status, 200);
    }),
    { numRuns: 300 },
  );
});
