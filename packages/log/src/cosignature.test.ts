/** c2sp.org/tlog-checkpoint, tlog-cosignature and tlog-proof, and the quorum that clients ask for. */
import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from './bytes.ts';
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { addCosignatures, cosign, cosignatureVerifier, verifyQuorum } from './cosignature.ts';
import { LogError, type LogErrorCode } from './errors.ts';
import { emptyRoot, leafHash, MerkleTree } from './merkle.ts';
import { COSIGNATURE_V1, formatNote, formatSignature, parseNote, signerKey } from './note.ts';
import { noteSignature, signNote, verifyNote, type SignerKey } from './note.ts';
import { formatProof, MAX_EXTRA_BYTES, parseProof, verifyProof } from './proof.ts';

const throwsCode = (code: LogErrorCode, work: () => unknown): void => {
  assert.throws(work, (error) => error instanceof LogError && error.code === code);
};

const seed = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const logKey = signerKey('example.com/log', seed(1));
const witness = (i: number): SignerKey =>
  signerKey(`witness.example/w${i}`, seed(i), COSIGNATURE_V1);
const [w2, w3, w4] = [witness(2), witness(3), witness(4)];

const EXAMPLE =
  'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

const tree = new MerkleTree(Array.from({ length: 11 }, (_, i) => leafHash(utf8(`${i}`))));
const checkpoint = { origin: logKey.name, size: tree.size, root: tree.root, extensions: [] };
const signed = signCheckpoint(checkpoint, [logKey]);
const { text } = parseNote(signed);
const cosigned = (...lines: [SignerKey, number][]): string =>
  formatNote({
    text,
    signatures: [
      noteSignature(text, logKey),
      ...lines.map(([key, time]) => cosign(text, key, time)),
    ],
  });

test("the specification's checkpoint is read and written", () => {
  const parsed = parseCheckpoint(EXAMPLE);
  assert.equal(parsed.origin, 'example.com/behind-the-sofa');
  assert.equal(parsed.size, 20852163);
  assert.deepEqual(parsed.extensions, []);
  assert.equal(formatCheckpoint(parsed), EXAMPLE);
  assert.deepEqual(parseCheckpoint(`${EXAMPLE}one\ntwo\n`).extensions, ['one', 'two']);
});

test('malformed checkpoints', () => {
  for (const bad of [
    '',
    '\n',
    EXAMPLE.slice(0, -1),
    EXAMPLE.slice(1 + EXAMPLE.indexOf('\n')),
    `\n${EXAMPLE.slice(1 + EXAMPLE.indexOf('\n'))}`,
    `${EXAMPLE}\n`,
    `${EXAMPLE}\nextension\n`,
    `${EXAMPLE}\textension\n`,
    EXAMPLE.replace('20852163', '020852163'),
    EXAMPLE.replace('20852163', '-1'),
    EXAMPLE.replace('20852163', '+1'),
    EXAMPLE.replace('20852163', '1e3'),
    EXAMPLE.replace('20852163', '9007199254740992'),
    EXAMPLE.replace('20852163', '99999999999999999999'),
    EXAMPLE.replace('2I=', '2I'),
    EXAMPLE.replace('2I=', '2J='),
    EXAMPLE.replace('CsUY', ''),
    EXAMPLE.replaceAll('\n', '\r\n'),
  ]) {
    throwsCode('malformed-checkpoint', () => parseCheckpoint(bad));
  }
  throwsCode('malformed-checkpoint', () => formatCheckpoint({ ...checkpoint, origin: '' }));
  throwsCode('malformed-checkpoint', () => formatCheckpoint({ ...checkpoint, origin: 'a\nb' }));
  throwsCode('malformed-checkpoint', () => formatCheckpoint({ ...checkpoint, extensions: [''] }));
  throwsCode('malformed-hash', () => formatCheckpoint({ ...checkpoint, root: seed(1).slice(1) }));
  throwsCode('out-of-range', () => formatCheckpoint({ ...checkpoint, size: -1 }));
});

test('a checkpoint of arbitrary parts is read back; arbitrary text is refused with LogError', () => {
  const line = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .map((part) => part.toWellFormed().replaceAll(/\p{Cc}/gu, '.'));
  const root = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(line, fc.maxSafeNat(), root, fc.array(line), (origin, size, root, extensions) => {
      const made = { origin, size, root: Uint8Array.from(root), extensions };
      assert.deepEqual(parseCheckpoint(formatCheckpoint(made)), made);
    }),
  );
  const mutated = fc
    .tuple(fc.nat(EXAMPLE.length), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([at, cut, put]) => EXAMPLE.slice(0, at) + put + EXAMPLE.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string()), (bad) => {
      try {
        assert.equal(formatCheckpoint(parseCheckpoint(bad)), bad);
      } catch (error) {
        assert.ok(error instanceof LogError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('a checkpoint is opened under its log’s key and origin only', () => {
  assert.deepEqual(openCheckpoint(signed, logKey), checkpoint);
  throwsCode('unsigned', () => openCheckpoint(signed, signerKey(logKey.name, seed(9))));
  throwsCode('wrong-origin', () => openCheckpoint(signed, logKey, 'example.com/other'));
  throwsCode('malformed-checkpoint', () => openCheckpoint(signNote('hello\n', [logKey]), logKey));
});

test('the signed message is the one that the specification draws', () => {
  // Judged by Node's own Ed25519.
  const time = 1679315147;
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed(2)]);
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const message = `cosignature/v1\ntime 1679315147\n${EXAMPLE}`;
  const { signature, name } = cosign(EXAMPLE, w2, time);
  assert.equal(name, 'witness.example/w2');
  assert.deepEqual(
    signature.slice(8),
    new Uint8Array(sign(null, Buffer.from(message), privateKey)),
  );
  assert.deepEqual([...signature.slice(0, 8)], [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb]);
});

test('what a witness cannot sign', () => {
  throwsCode('malformed-checkpoint', () => cosign('hello\n', w2, 1));
  throwsCode('out-of-range', () => cosign(text, w2, 0));
  throwsCode('out-of-range', () => cosign(text, w2, 1.5));
  throwsCode('wrong-key-type', () => cosign(text, logKey, 1));
  throwsCode('wrong-key-type', () => cosignatureVerifier(logKey));
});

test('a quorum of distinct witnesses', () => {
  const policy = { logKey, witnesses: [w2, w3, w4], quorum: 2 };
  const note = cosigned([w4, 300], [w2, 200], [witness(9), 900]);
  assert.deepEqual(verifyQuorum(note, policy), {
    checkpoint,
    text,
    cosignatures: [
      { name: w2.name, time: 200 },
      { name: w4.name, time: 300 },
    ],
  });
  throwsCode('quorum', () => verifyQuorum(note, { ...policy, quorum: 3 }));
  throwsCode('quorum', () => verifyQuorum(note, { ...policy, witnesses: [w2, w3] }));
  throwsCode('out-of-range', () => verifyQuorum(note, { ...policy, quorum: -1 }));
  assert.equal(verifyQuorum(signed, { ...policy, quorum: 0 }).cosignatures.length, 0);
});

test('a witness counts once, however often and under however many keys it signs', () => {
  const policy = { logKey, witnesses: [w2, w3], quorum: 2 };
  const twice = cosigned([w2, 200], [w2, 100], [w2, 200]);
  throwsCode('quorum', () => verifyQuorum(twice, policy));
  assert.deepEqual(verifyQuorum(twice, { ...policy, quorum: 1 }).cosignatures, [
    { name: w2.name, time: 100 },
  ]);
  const newKey = signerKey(w2.name, seed(8), COSIGNATURE_V1);
  const rotated = { ...policy, witnesses: [w2, newKey] };
  throwsCode('quorum', () => verifyQuorum(cosigned([w2, 1], [newKey, 2]), rotated));
  const alias = signerKey('witness.example/alias', seed(2), COSIGNATURE_V1);
  throwsCode('ambiguous-key', () =>
    verifyQuorum(cosigned([w2, 1], [alias, 1]), { ...policy, witnesses: [w2, alias] }),
  );
});

test('witnesses do not stand in for the log, nor the log’s key for a witness', () => {
  const policy = { logKey, witnesses: [w2, w3], quorum: 2 };
  const signatures = [cosign(text, w2, 1), cosign(text, w3, 1)];
  throwsCode('unsigned', () => verifyQuorum(formatNote({ text, signatures }), policy));
  const wrong = { ...policy, witnesses: [logKey] };
  throwsCode('wrong-key-type', () => verifyQuorum(signed, wrong));
  throwsCode('wrong-key-type', () => verifyQuorum(signed, { ...policy, logKey: w2 }));
  const other = { ...policy, origin: 'example.com/other' };
  throwsCode('wrong-origin', () => verifyQuorum(cosigned([w2, 1], [w3, 1]), other));
});

test('a known witness’s bad cosignature rejects the checkpoint', () => {
  const policy = { logKey, witnesses: [w2, w3], quorum: 1 };
  const good = cosign(text, w2, 200);
  const note = (signature: Uint8Array): string =>
    formatNote({
      text,
      signatures: [noteSignature(text, logKey), cosign(text, w3, 9), { ...good, signature }],
    });
  const bad = (signature: Uint8Array): void =>
    throwsCode('bad-signature', () => verifyQuorum(note(signature), policy));
  for (let at = 0; at < 72; at++) bad(good.signature.with(at, good.signature[at]! ^ 1));
  bad(good.signature.slice(0, 71));
  bad(Uint8Array.of(...good.signature, 0));
  bad(good.signature.slice(8));
  // A cosignature over another checkpoint.
  bad(cosign(EXAMPLE, w2, 200).signature);
  assert.equal(verifyQuorum(note(good.signature), policy).cosignatures.length, 2);
});

test('a witness’s answer is merged into the checkpoint', () => {
  const lines = [w2, w3, witness(9)].map((key) => formatSignature(cosign(text, key, 5))).join('');
  const merged = addCosignatures(signed, lines, [w2, w3]);
  assert.equal(merged, cosigned([w2, 5], [w3, 5]));
  assert.equal(addCosignatures(merged, lines, [w2, w3]), merged);
  const newer = formatSignature(cosign(text, w2, 6));
  assert.equal(addCosignatures(merged, newer, [w2, w3]), cosigned([w2, 6], [w3, 5]));
  const other = formatSignature(cosign(EXAMPLE, w2, 5));
  throwsCode('bad-signature', () => addCosignatures(signed, other, [w2]));
  throwsCode('malformed-note', () => addCosignatures(signed, 'no\n', [w2]));
});

test('a proof is verified offline', () => {
  const policy = { logKey, witnesses: [w2, w3, w4], quorum: 2 };
  const note = cosigned([w2, 200], [w3, 300]);
  const leaf = leafHash(utf8('7'));
  const proof = { index: 7, proof: tree.inclusionProof(7), checkpoint: note };
  const file = formatProof(proof);
  assert.ok(file.startsWith('c2sp.org/tlog-proof@v1\nindex 7\n'));
  assert.ok(file.endsWith(`=\n\n${note}`));
  assert.deepEqual(parseProof(utf8(file)), proof);
  const result = verifyProof(file, leaf, policy);
  assert.equal(result.index, 7);
  assert.equal(result.cosignatures.length, 2);
  throwsCode('bad-inclusion-proof', () => verifyProof(file, leafHash(utf8('8')), policy));
  throwsCode('bad-inclusion-proof', () => verifyProof({ ...proof, index: 6 }, leaf, policy));
  throwsCode('quorum', () => verifyProof(file, leaf, { ...policy, quorum: 3 }));
  throwsCode('unsigned', () =>
    verifyProof(file, leaf, { ...policy, logKey: signerKey('x', seed(1)) }),
  );
  const extra = Uint8Array.of(1, 2, 3);
  assert.deepEqual(parseProof(formatProof({ ...proof, extra })), { ...proof, extra });
  assert.equal(verifyProof({ ...proof, extra }, leaf, policy).index, 7);
});

test('a log of one entry has an empty proof', () => {
  const leaf = leafHash(utf8('only'));
  const one = signCheckpoint({ ...checkpoint, size: 1, root: leaf }, [logKey]);
  const file = formatProof({ index: 0, proof: [], checkpoint: one });
  assert.equal(file, `c2sp.org/tlog-proof@v1\nindex 0\n\n${one}`);
  assert.equal(verifyProof(file, leaf, { logKey, witnesses: [], quorum: 0 }).checkpoint.size, 1);
});

test('malformed proofs', () => {
  const file = formatProof({ index: 7, proof: tree.inclusionProof(7), checkpoint: signed });
  for (const bad of [
    '',
    file.replace('@v1', '@v2'),
    file.replace('index 7', 'index 07'),
    file.replace('index 7', 'index  7'),
    file.replace('index 7\n', ''),
    file.replace('index', 'extra \nindex'),
    file.replace('index', 'extra AA\nindex'),
    file.replace('index', 'extra AA==\nextra AA==\nindex'),
    file.replace('=\n', '\n'),
    file.replaceAll('\n', '\r\n'),
    file.replace('7\n', `7\n${`${'A'.repeat(43)}=\n`.repeat(64)}`),
  ]) {
    throwsCode('malformed-proof', () => parseProof(bad));
  }
  throwsCode('malformed-note', () => parseProof(file.slice(0, -1)));
  throwsCode('malformed-proof', () => parseProof(Uint8Array.of(0xff)));
  const proof = { index: 0, proof: [], checkpoint: signed };
  throwsCode('malformed-proof', () => formatProof({ ...proof, extra: new Uint8Array(0) }));
  const long = new Uint8Array(MAX_EXTRA_BYTES + 1);
  throwsCode('malformed-proof', () => formatProof({ ...proof, extra: long }));
  throwsCode('malformed-note', () => formatProof({ ...proof, checkpoint: 'no' }));
  throwsCode('malformed-hash', () => formatProof({ ...proof, proof: [emptyRoot().slice(1)] }));
});

test('parsing arbitrary proofs throws nothing but LogError, and what parses is canonical', () => {
  const extra = Uint8Array.of(1, 2, 3);
  const file = formatProof({ extra, index: 7, proof: tree.inclusionProof(7), checkpoint: signed });
  const mutated = fc
    .tuple(fc.nat(file.length), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([at, cut, put]) => file.slice(0, at) + put + file.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string()), (bad) => {
      try {
        assert.equal(formatProof(parseProof(bad)), bad);
      } catch (error) {
        assert.ok(error instanceof LogError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('verifiers of both kinds go together', () => {
  const note = cosigned([w2, 200]);
  assert.equal(verifyNote(note, [cosignatureVerifier(w2)]).ignored.length, 1);
});
