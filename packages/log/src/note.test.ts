/** c2sp.org/signed-note, held against Go's golang.org/x/mod/sumdb/note. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64, utf8 } from './bytes.ts';
import { LogError, type LogErrorCode } from './errors.ts';
import {
  COSIGNATURE_V1,
  formatNote,
  formatSignerKey,
  formatVerifierKey,
  MAX_SIGNATURES,
} from './note.ts';
import { noteVerifier, parseNote, parseSignerKey, parseVerifierKey, signerKey } from './note.ts';
import { signNote, verifierKey, verifyNote } from './note.ts';

const throwsCode = (code: LogErrorCode, work: () => unknown): void => {
  assert.throws(work, (error) => error instanceof LogError && error.code === code);
};

// From Go's package documentation.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SECRET =
  'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH_LINE =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

const peter = noteVerifier(parseVerifierKey(PETER));
const enoch = noteVerifier(parseVerifierKey(ENOCH));

test("the specification's example verifies", () => {
  const key = parseVerifierKey(
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  );
  const note =
    'This is an example message.\n\n' +
    '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  assert.equal(verifyNote(note, [noteVerifier(key)]).text, 'This is an example message.\n');
  assert.equal(verifyNote(utf8(note), [noteVerifier(key)]).verified.length, 1);
});

test('signing gives the bytes that Go gives', () => {
  const key = parseSignerKey(PETER_SECRET);
  assert.equal(signNote(TEXT, [key]), `${TEXT}\n${PETER_LINE}`);
  assert.equal(formatVerifierKey(key), PETER);
  assert.equal(formatSignerKey(key), PETER_SECRET);
  const zero = signerKey('EnochRoot', new Uint8Array(32));
  assert.equal(formatVerifierKey(zero), ENOCH);
  assert.equal(signNote(TEXT, [key, zero]), `${TEXT}\n${PETER_LINE}${ENOCH_LINE}`);
});

test('unknown signatures are ignored, known ones are verified', () => {
  const note = `${TEXT}\n${PETER_LINE}${ENOCH_LINE}`;
  const one = verifyNote(note, [peter]);
  assert.deepEqual([one.verified.length, one.ignored.length], [1, 1]);
  assert.equal(one.verified[0]!.name, 'PeterNeumann');
  assert.equal(verifyNote(note, [peter, enoch]).verified.length, 2);
  throwsCode('unsigned', () => verifyNote(note, []));
  // The name of a known key with another key's id, and the other way round, are unknown.
  const other = `${TEXT}\n${PETER_LINE}${ENOCH_LINE.replace('EnochRoot', 'PeterNeumann')}`;
  assert.equal(verifyNote(other, [peter, enoch]).ignored.length, 1);
});

test('a bad signature of a known key rejects the note, however many are good', () => {
  const bad = ENOCH_LINE.replace('MNtCO', 'MNtCP');
  throwsCode('bad-signature', () => verifyNote(`${TEXT}\n${PETER_LINE}${bad}`, [peter, enoch]));
  assert.equal(verifyNote(`${TEXT}\n${PETER_LINE}${bad}`, [peter]).verified.length, 1);
  throwsCode('bad-signature', () => verifyNote(`x${TEXT}\n${PETER_LINE}`, [peter]));
  const short = `— PeterNeumann ${base64(Uint8Array.of(0xc7, 0x4f, 0x20, 0xa3, 1))}\n`;
  throwsCode('bad-signature', () => verifyNote(`${TEXT}\n${short}`, [peter]));
  // A good one before it doesn't hide it.
  const both = `${TEXT}\n${PETER_LINE}${short}`;
  throwsCode('bad-signature', () => verifyNote(both, [peter]));
});

test('repeated lines count once; two known keys must differ', () => {
  const note = `${TEXT}\n${PETER_LINE}${PETER_LINE}${ENOCH_LINE}${ENOCH_LINE}`;
  const { verified, ignored } = verifyNote(note, [peter]);
  assert.deepEqual([verified.length, ignored.length], [1, 1]);
  throwsCode('ambiguous-key', () => verifyNote(note, [peter, enoch, peter]));
});

test('the text ends at the last blank line', () => {
  const text = 'one\n\ntwo\n';
  const note = signNote(text, [parseSignerKey(PETER_SECRET)]);
  assert.equal(verifyNote(note, [peter]).text, text);
});

test('malformed notes', () => {
  const good = `${TEXT}\n${PETER_LINE}`;
  const notes = [
    '',
    TEXT,
    `${TEXT}\n`,
    good.slice(0, -1),
    `\u0001${good}`,
    `\ud800${good}`,
    `${TEXT}\r\n\n${PETER_LINE}`,
    `${TEXT}\n— Bad Name x08go/ZJkuBS9UG=\n`,
    `${TEXT}\n— a+b x08go/ZJ\n`,
    `${TEXT}\n— \u00a0 x08go/ZJ\n`,
    `${TEXT}\n— PeterNeumann\n`,
    `${TEXT}\n— PeterNeumann x08gow==\n`,
    `${TEXT}\n-- PeterNeumann x08go/ZJ\n`,
    `${good}Unexpected line.\n`,
    `${TEXT}\n${PETER_LINE.replace('=', '')}`,
    `${TEXT}\n${PETER_LINE.replace('M=', 'N=')}`,
    `${TEXT}\n${PETER_LINE.repeat(MAX_SIGNATURES + 1)}`,
  ];
  for (const note of notes) throwsCode('malformed-note', () => verifyNote(note, [peter]));
  throwsCode('malformed-note', () => verifyNote(Uint8Array.of(0xff, ...utf8(good)), [peter]));
  // A byte order mark is part of the text, and so breaks the signature.
  throwsCode('bad-signature', () => verifyNote(utf8(`\ufeff${good}`), [peter]));
  throwsCode('malformed-note', () => signNote('no newline', [parseSignerKey(PETER_SECRET)]));
  throwsCode('malformed-note', () => signNote(TEXT, []));
  assert.equal(parseNote(`${TEXT}\n${PETER_LINE.repeat(16)}`).signatures.length, 16);
});

test('no part and no mangling of a key is a key', () => {
  for (const [key, parse] of [
    [PETER, parseVerifierKey],
    [PETER_SECRET, parseSignerKey],
  ] as const) {
    for (let i = 0; i < key.length; i++) {
      if (i > 0) throwsCode('malformed-key', () => parse(key.slice(i)));
      throwsCode('malformed-key', () => parse(key.slice(0, i)));
      const next = String.fromCharCode(key.charCodeAt(i) + 1);
      throwsCode('malformed-key', () => parse(key.slice(0, i) + next + key.slice(i + 1)));
    }
  }
  // Key ids that fit, around a key of the wrong length and an unknown type.
  throwsCode('malformed-key', () =>
    parseVerifierKey('PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='),
  );
  throwsCode('malformed-key', () =>
    parseVerifierKey('PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'),
  );
  throwsCode('malformed-key', () => parseVerifierKey(PETER.toUpperCase()));
});

test('keys of small order, off the curve or not canonical are nobody’s', () => {
  const identity = Uint8Array.of(1, ...new Uint8Array(31));
  const zero = new Uint8Array(32);
  const offCurve = Uint8Array.of(2, ...new Uint8Array(31));
  const notCanonical = new Uint8Array(32).fill(0xff);
  for (const key of [identity, zero, offCurve, notCanonical, new Uint8Array(31)]) {
    throwsCode('malformed-key', () => verifierKey('a', key));
  }
  throwsCode('malformed-key', () => signerKey('a', new Uint8Array(31)));
  throwsCode('malformed-key', () => signerKey('a b', new Uint8Array(32)));
});

test('a cosignature key does not sign plain notes', () => {
  const key = signerKey('witness', new Uint8Array(32), COSIGNATURE_V1);
  throwsCode('wrong-key-type', () => signNote(TEXT, [key]));
  throwsCode('wrong-key-type', () => noteVerifier(key));
});

test('an error about a signer key does not repeat it', () => {
  const secret = PETER_SECRET.slice(-30);
  assert.throws(
    () => parseSignerKey(`${PETER_SECRET}A`),
    (error) => error instanceof LogError && !error.message.includes(secret),
  );
});

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(text));
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('what is signed is read back and verifies', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/\p{Cc}/gu, '\n'));
  fc.assert(
    fc.property(line, name, seed, (body, keyName, keySeed) => {
      const text = `${body.toWellFormed()}\n`;
      const key = signerKey(keyName, keySeed);
      const note = signNote(text, [key]);
      assert.equal(verifyNote(utf8(note), [noteVerifier(key)]).text, text);
      assert.equal(formatNote(parseNote(note)), note);
      const publicKey = verifierKey(keyName, key.publicKey);
      assert.deepEqual(parseVerifierKey(formatVerifierKey(key)), publicKey);
      assert.deepEqual(parseSignerKey(formatSignerKey(key)), key);
    }),
    { numRuns: 30 },
  );
});

test('parsing arbitrary bytes throws nothing but LogError, and what parses is canonical', () => {
  const good = utf8(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}`);
  const mutated = fc
    .tuple(fc.nat(good.length - 1), fc.nat(255))
    .map(([at, byte]) => good.with(at, byte));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array()), (bytes) => {
      try {
        assert.deepEqual(utf8(formatNote(parseNote(bytes))), Uint8Array.from(bytes));
      } catch (error) {
        assert.ok(error instanceof LogError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
