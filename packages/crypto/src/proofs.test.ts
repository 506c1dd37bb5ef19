import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { utf8ToBytes } from './bytes.ts';
import type { Point } from './group.ts';
import { proveEqualLogs, proveKnowledge, verifyEqualLogs, verifyKnowledge } from './proofs.ts';
import { gost256bStreebog, ristretto255Sha512 } from './suites.ts';
import { Transcript } from './transcript.ts';

const context = utf8ToBytes('context');

for (const suite of [ristretto255Sha512, gost256bStreebog]) {
  const { group } = suite;
  const { pointLength: pl, scalarLength: sl } = group;
  const secret = group.randomScalar();
  const public1 = group.multiply(group.generator, secret);
  const base2 = group.multiply(group.generator, group.randomScalar());
  const public2 = group.multiply(base2, secret);
  const statement = { base2, public1, public2 };

  describe(suite.id, () => {
    test('knowledge of a logarithm', () => {
      const proof = proveKnowledge(suite, secret, context);
      assert.equal(proof.length, pl + sl);
      assert.ok(verifyKnowledge(suite, public1, proof, context));
      assert.ok(!verifyKnowledge(suite, public1, proof, utf8ToBytes('contexu')));
      assert.ok(!verifyKnowledge(suite, base2, proof, context));
      // The proof must not carry over to a related key.
      assert.ok(!verifyKnowledge(suite, group.add(public1, group.generator), proof, context));
      assert.notDeepEqual(proveKnowledge(suite, secret, context), proof);
    });

    test('knowledge of nothing is refused', () => {
      // For the identity as public key anybody could answer: s = nonce.
      const s = group.randomScalar();
      const R = group.encode(group.multiply(group.generator, s));
      const proof = new Uint8Array([...R, ...group.encodeScalar(s)]);
      assert.ok(!verifyKnowledge(suite, group.identity, proof, context));
    });

    test('equal logarithms', () => {
      const proof = proveEqualLogs(suite, { secret, ...statement }, context);
      assert.equal(proof.length, 2 * pl + sl);
      assert.ok(verifyEqualLogs(suite, statement, proof, context));
      assert.ok(!verifyEqualLogs(suite, statement, proof, utf8ToBytes('other')));
      for (const name of ['base2', 'public1', 'public2'] as const) {
        const other = { ...statement, [name]: group.add(statement[name], group.generator) };
        assert.ok(!verifyEqualLogs(suite, other, proof, context), name);
      }
    });

    test('unequal logarithms cannot be proved', () => {
      const wrong = { ...statement, public2: group.add(public2, group.generator) };
      const proof = proveEqualLogs(suite, { secret, ...wrong }, context);
      assert.ok(!verifyEqualLogs(suite, wrong, proof, context));
      const another = { ...statement, public1: base2 };
      const second = proveEqualLogs(suite, { secret, ...another }, context);
      assert.ok(!verifyEqualLogs(suite, another, second, context));
    });

    test('a statement made to fit a proof is refused', () => {
      // Were the statement no part of the challenge, a forger could choose the proof first and
      // solve for the statement: public = (sG − R)/c.
      const challenge = (domain: string, parts: readonly [string, ...Uint8Array[]][]) => {
        const transcript = new Transcript(suite, domain).append('context', context);
        for (const [label, ...data] of parts) transcript.append(label, ...data);
        return transcript;
      };
      const [nonce, s] = [group.randomScalar(), group.randomScalar()];
      const fit = (base: Point, c: bigint) =>
        group.multiply(group.multiply(base, (s - nonce + group.order) % group.order), invert(c));
      const invert = (c: bigint) => {
        let result = 1n;
        for (const bit of (group.order - 2n).toString(2)) {
          result = (result * result) % group.order;
          if (bit === '1') result = (result * c) % group.order;
        }
        return result;
      };
      const R1 = group.encode(group.multiply(group.generator, nonce));
      const R2 = group.encode(group.multiply(base2, nonce));
      const proof = new Uint8Array([...R1, ...R2, ...group.encodeScalar(s)]);
      const domain = 'kabina/v1/equal-logs';
      const blind = challenge(domain, [['commitments', R1, R2]]).challenge('equal logs');
      const forged = {
        base2,
        public1: fit(group.generator, blind),
        public2: fit(base2, blind),
      };
      assert.ok(!verifyEqualLogs(suite, forged, proof, context));
      const knowledge = new Uint8Array([...R1, ...group.encodeScalar(s)]);
      const c = challenge('kabina/v1/knowledge', [['commitment', R1]]).challenge('knowledge');
      assert.ok(!verifyKnowledge(suite, fit(group.generator, c), knowledge, context));
      // The labels above are the real ones: with the statement said, an honest proof's challenge.
      const honest = proveKnowledge(suite, secret, context);
      const R = honest.subarray(0, pl);
      const real = challenge('kabina/v1/knowledge', [
        ['public', group.encode(public1)],
        ['commitment', R],
      ]).challenge('knowledge');
      const left = group.multiply(group.generator, group.decodeScalar(honest.subarray(pl)));
      const right = group.add(group.decode(R), group.multiply(public1, real));
      assert.ok(group.equals(left, right));
      const equal = proveEqualLogs(suite, { secret, ...statement }, context);
      const [E1, E2] = [equal.subarray(0, pl), equal.subarray(pl, 2 * pl)];
      const realEqual = challenge(domain, [
        ['statement', ...group.encodeAll([base2, public1, public2])],
        ['commitments', E1, E2],
      ]).challenge('equal logs');
      const answer = group.multiply(base2, group.decodeScalar(equal.subarray(2 * pl)));
      const sum = group.add(group.decode(E2), group.multiply(public2, realEqual));
      assert.ok(group.equals(answer, sum));
    });

    test('an aggregate of nothing has a share that can be proved, and one only', () => {
      const empty = { base2: group.identity, public1, public2: group.identity };
      const proof = proveEqualLogs(suite, { secret, ...empty }, context);
      assert.ok(verifyEqualLogs(suite, empty, proof, context));
      const wrong = { ...empty, public2: group.generator };
      const second = proveEqualLogs(suite, { secret, ...wrong }, context);
      assert.ok(!verifyEqualLogs(suite, wrong, second, context));
      const nobody = { base2, public1: group.identity, public2: group.identity };
      const third = proveEqualLogs(suite, { secret: 0n, ...nobody }, context);
      assert.ok(!verifyEqualLogs(suite, nobody, third, context));
    });

    test('a flipped bit, a cut and other bytes are refused and never throw', () => {
      const knowledge = proveKnowledge(suite, secret, context);
      const equal = proveEqualLogs(suite, { secret, ...statement }, context);
      for (let at = 0; at < equal.length; at++) {
        const flip = (bytes: Uint8Array) =>
          bytes.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte));
        assert.ok(!verifyEqualLogs(suite, statement, flip(equal), context));
        if (at >= knowledge.length) continue;
        assert.ok(!verifyKnowledge(suite, public1, flip(knowledge), context));
      }
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 2 * pl + sl + 8 }), (bytes) => {
          assert.ok(!verifyEqualLogs(suite, statement, bytes, context));
          assert.ok(!verifyKnowledge(suite, public1, bytes, context));
        }),
      );
      fc.assert(
        fc.property(fc.uint8Array({ minLength: pl + sl, maxLength: pl + sl }), (bytes) => {
          assert.ok(!verifyKnowledge(suite, public1, bytes, context));
        }),
      );
    });
  });
}
