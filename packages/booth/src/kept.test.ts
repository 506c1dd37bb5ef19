// Stored records: what is written is read back, and nothing else is read at all.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode } from '@kabina/election/cbor';
import fc from 'fast-check';
import { BoothError } from './errors.ts';
import {
  decodeLogin,
  decodePaper,
  decodeVoter,
  encodeLogin,
  encodePaper,
  encodeVoter,
  NEW_PAPER,
  type KeptPaper,
} from './kept.ts';

const DECODERS = { decodeLogin, decodePaper, decodeVoter };
const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(length & 255);

const core = {
  election: bytes(32),
  contest: 'mayor',
  tag: bytes(32),
  revision: 2,
  cells: bytes(128),
  proofs: bytes(448),
  sum: bytes(96),
};
const papers: readonly KeptPaper[] = [
  NEW_PAPER,
  { next: 3, taken: true },
  { next: 2, taken: false, pending: { core, opening: bytes(16) } },
  {
    next: 0,
    taken: false,
    permit: { key: bytes(32), list: 'online', signatures: [bytes(384), bytes(384)] },
    pending: { core: { ...core, digits: '123456' }, opening: bytes(16) },
  },
];

function refusesOrReads(decode: (bytes: Uint8Array) => unknown, input: Uint8Array): void {
  try {
    decode(input);
  } catch (error) {
    assert.ok(error instanceof BoothError, String(error));
    assert.equal(error.code, 'keeper.damaged');
  }
}

describe('stored records', () => {
  it('are read back as they were written', () => {
    for (const paper of papers) assert.deepEqual(decodePaper(encodePaper(paper)), paper);
    const voter = { seed: bytes(32), contests: [{ id: 'mayor', served: true }] };
    assert.deepEqual(decodeVoter(encodeVoter(voter)), voter);
    const pending = { issuer: 'observers', session: 'two', resendAt: 7, triesLeft: 3 };
    const login = { sessions: { registrar: 'one' }, pending, voter: 'abc' };
    assert.deepEqual(decodeLogin(encodeLogin(login)), login);
  });

  it('are refused with one code when they are anything else', () => {
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(0, 1, -1, true, null, '', 'mayor', 'core', 'v'),
        fc.uint8Array({ maxLength: 40 }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          fc.constantFrom('v', 'next', 'taken', 'permit', 'pending', 'receipt', 'seed', 'sessions'),
          tie('value'),
        ),
      ),
    })).value;
    for (const decode of Object.values(DECODERS)) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => refusesOrReads(decode, raw)),
      );
      fc.assert(fc.property(values, (value) => refusesOrReads(decode, encode(value))));
    }
  });

  it('are refused or read, never worse, with any byte changed or missing', () => {
    for (const paper of papers) {
      const good = encodePaper(paper);
      fc.assert(
        fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const bad = good.slice();
          bad[at] = good[at]! ^ change;
          refusesOrReads(decodePaper, bad);
          refusesOrReads(decodePaper, good.slice(0, at));
        }),
      );
    }
  });
});
