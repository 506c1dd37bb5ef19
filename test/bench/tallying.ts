/** How long the night takes: the ceremony before, aggregation while ballots come, and the result. */
import { randomBytes } from '@kabina/crypto/bytes';
import { SmallLog } from '@kabina/crypto/discrete-log';
import { addCiphertexts, zeroCiphertext, type Ciphertext } from '@kabina/crypto/elgamal';
import { generateHpkeKey, hpkeOpen, hpkeSeal } from '@kabina/crypto/hpke';
import {
  proveEqualLogs,
  proveKnowledge,
  verifyEqualLogs,
  verifyKnowledge,
} from '@kabina/crypto/proofs';
import { deal, jointShare, publicShare, shareFor, verifyShare } from '@kabina/crypto/sharing';
import { suiteById } from '@kabina/crypto/suites';
import { combine, partialDecrypt } from '@kabina/crypto/threshold';

/** All that seven holders compute in one ceremony with threshold five, added up, in milliseconds. */
export async function measureCeremony(suiteId: string, rounds: number): Promise<number[]> {
  const suite = suiteById(suiteId);
  const { group } = suite;
  const info = new Uint8Array(32);
  const indices = [1, 2, 3, 4, 5, 6, 7];
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const started = performance.now();
    const keys = await Promise.all(indices.map(() => generateHpkeKey()));
    const dealings = indices.map(() => deal(group, 5));
    const proofs = dealings.map((d) => proveKnowledge(suite, d.coefficients[0]!, info));
    const all = dealings.map((d) => d.commitments);
    for (const to of indices) {
      const shares: bigint[] = [];
      for (const [from, dealing] of dealings.entries()) {
        const sealed = await hpkeSeal(
          keys[to - 1]!.publicKey,
          info,
          info,
          group.encodeScalar(shareFor(group, dealing, to)),
        );
        const share = group.decodeScalar(
          await hpkeOpen(keys[to - 1]!.privateKey, info, info, sealed),
        );
        if (!verifyKnowledge(suite, dealing.commitments[0]!, proofs[from]!, info))
          throw new Error('proof');
        if (!verifyShare(group, dealing.commitments, to, share)) throw new Error('share');
        shares.push(share);
      }
      const mine = jointShare(group, shares);
      for (const i of indices) publicShare(group, all, i);
      group.generatorTable.multiply(mine);
    }
    if (round >= 0) times.push(performance.now() - started);
  }
  return times;
}

/** Adding up a million distinct ciphertexts that were decoded when they came: milliseconds in all. */
export function measureAggregation(suiteId: string, count: number): number {
  const { group } = suiteById(suiteId);
  const step = group.multiply(group.generator, group.randomScalar());
  let point = group.generator;
  let sum = zeroCiphertext(group);
  let spent = 0;
  for (let done = 0; done < count; done += 10_000) {
    const chunk: Ciphertext[] = [];
    for (let i = 0; i < 10_000; i++) {
      const A = group.add(point, step);
      point = group.add(A, step);
      chunk.push({ A, B: point });
    }
    const started = performance.now();
    for (const ciphertext of chunk) sum = addCiphertexts(group, sum, ciphertext);
    spent += performance.now() - started;
  }
  if (group.isIdentity(sum.A)) throw new Error('the sum is nothing');
  return spent;
}

/**
 * From `tally` to the result of one contest with a million ballots that are added up already: five
 * holders decrypt and prove, all is checked and combined, the counts are found. Milliseconds.
 */
export function measureResult(suiteId: string, options: number, ballots: number): number {
  const suite = suiteById(suiteId);
  const { group } = suite;
  const dealing = deal(group, 5);
  const K = dealing.commitments[0]!;
  const counts = Array.from({ length: options }, (_, i) =>
    Math.floor((ballots * (i + 1) * 2) / (options * (options + 1))),
  );
  const aggregate = counts.map((n): Ciphertext => {
    const r = group.randomScalar();
    const A = group.multiply(group.generator, r);
    return { A, B: group.add(group.multiply(K, r), group.multiply(group.generator, BigInt(n))) };
  });
  const context = randomBytes(32);
  const started = performance.now();
  const parts = [1, 2, 3, 4, 5].map((index) => {
    const secret = shareFor(group, dealing, index);
    const public1 = publicShare(group, [dealing.commitments], index);
    return aggregate.map(({ A }) => {
      const D = partialDecrypt(group, secret, A);
      const proof = proveEqualLogs(suite, { secret, base2: A, public1, public2: D }, context);
      if (!verifyEqualLogs(suite, { base2: A, public1, public2: D }, proof, context))
        throw new Error('proof');
      return { index, D };
    });
  });
  const log = new SmallLog(group, ballots);
  aggregate.forEach(({ B }, i) => {
    const kA = combine(
      group,
      5,
      parts.map((part) => part[i]!),
    );
    if (log.find(group.subtract(B, kA)) !== counts[i]) throw new Error('wrong count');
  });
  return performance.now() - started;
}
