import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8ToBytes } from './bytes.ts';
import { gost256bStreebog, ristretto255Sha512 } from './suites.ts';
import { Transcript } from './transcript.ts';

const a = utf8ToBytes('a');
const b = utf8ToBytes('b');
const ab = utf8ToBytes('ab');
const none = new Uint8Array(0);
const suite = ristretto255Sha512;

test('whatever is said differently gives another challenge', () => {
  const challenges = [
    new Transcript(suite, 'x').challenge('c'),
    new Transcript(suite, 'y').challenge('c'),
    new Transcript(gost256bStreebog, 'x').challenge('c'),
    new Transcript(suite, 'x').challenge('d'),
    new Transcript(suite, 'x').append('l').challenge('c'),
    new Transcript(suite, 'x').append('l', none).challenge('c'),
    new Transcript(suite, 'x').append('l', none, none).challenge('c'),
    new Transcript(suite, 'x').append('l', ab).challenge('c'),
    new Transcript(suite, 'x').append('l', a, b).challenge('c'),
    new Transcript(suite, 'x').append('l', b, a).challenge('c'),
    new Transcript(suite, 'x').append('l', a).append('l', b).challenge('c'),
    new Transcript(suite, 'x').append('la', b).challenge('c'),
    new Transcript(suite, 'x').append('l', ab).fold().challenge('c'),
    new Transcript(suite, 'x').append('challenge', a).challenge('c'),
  ];
  assert.equal(new Set(challenges).size, challenges.length);
});

test('the same said twice gives the same challenge, and a clone goes its own way', () => {
  const first = new Transcript(suite, 'x').append('l', a);
  const clone = first.clone();
  assert.equal(clone.challenge('c'), first.challenge('c'));
  assert.equal(clone.challenge('c'), first.challenge('c'));
  clone.append('more');
  assert.notEqual(clone.challenge('c'), first.challenge('c'));
});

test('a challenge becomes part of what was said', () => {
  const t = new Transcript(suite, 'x');
  assert.notEqual(t.challenge('c'), t.challenge('c'));
});
