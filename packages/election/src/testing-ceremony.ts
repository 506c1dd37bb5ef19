/**
 * The key ceremony of test elections, with everything that can happen in a good one: a holder who
 * leaves, a fresh start without it, a complaint that is answered.
 */
import { deal, jointShare, shareFor, type Dealing } from '@kabina/crypto/sharing';
import { hpkeOpen, hpkeSeal } from '@kabina/crypto/hpke';
import { jointKey, publicShare } from '@kabina/crypto/sharing';
import { proveEqualLogs, proveKnowledge } from '@kabina/crypto/proofs';
import { partialDecrypt } from '@kabina/crypto/threshold';
import { leafHash } from '@kabina/log/merkle';
import {
  ceremonyHash,
  knowledgeContext,
  revealHash,
  shareBinding,
  testContext,
  testPoint,
} from './ceremony.ts';
import { encodeEntry, type Bodies } from './entries.ts';
import type { Step, TestElection } from './testing.ts';

/** What a ceremony leaves behind. */
export interface TestCeremony {
  readonly steps: readonly Step[];
  /** The election key. */
  readonly key: Uint8Array;
  readonly publicShares: readonly (readonly [index: number, share: Uint8Array])[];
  /** Each holder's secret share. */
  readonly secretShares: ReadonlyMap<number, bigint>;
}

async function reveal(
  election: TestElection,
  attempt: number,
  from: number,
  holders: readonly number[],
  dealing: Dealing,
): Promise<Bodies['ceremony/reveal']> {
  const { suite, electionId, manifest } = election;
  const shares: [number, Uint8Array][] = [];
  for (const to of holders.filter((holder) => holder !== from)) {
    const { info, aad } = shareBinding(electionId, attempt, from, to);
    const plain = suite.group.encodeScalar(shareFor(suite.group, dealing, to));
    const holder = manifest.trustees.holders[to - 1] as { hpkeKey: Uint8Array };
    shares.push([to, await hpkeSeal(holder.hpkeKey, info, aad, plain)]);
  }
  const context = knowledgeContext(electionId, attempt, from);
  return {
    attempt,
    index: from,
    commitments: suite.group.encodeAll(dealing.commitments),
    proof: proveKnowledge(suite, dealing.coefficients[0] as bigint, context),
    shares,
  };
}

/**
 * Attempt 1, in which holder 4 commits and never reveals; attempt 2 of holders 1, 2, 3, with a
 * complaint of 2 against 1.
 *
 * @param time POSIX seconds of the first cosigned checkpoint
 */
export async function testCeremony(election: TestElection, time: number): Promise<TestCeremony> {
  const { suite, electionId, manifest } = election;
  const { group } = suite;
  const { threshold } = manifest.trustees;
  const steps: Step[] = [];
  const trustee = (index: number) => `trustee/${index}`;

  const attempt = async (number: number, holders: readonly number[], silent: readonly number[]) => {
    const dealings = new Map(holders.map((index) => [index, deal(group, threshold)] as const));
    const reveals = new Map<number, Bodies['ceremony/reveal']>();
    for (const [index, dealing] of dealings) {
      reveals.set(index, await reveal(election, number, index, holders, dealing));
    }
    for (const [index, body] of reveals) {
      const hash = revealHash(electionId, body);
      const commit = { attempt: number, index, hash };
      const name = `commit ${number}/${index}`;
      steps.push({ name, entry: election.sign('ceremony/commit', trustee(index), commit) });
    }
    steps.push({ cosign: time + number });
    for (const [index, body] of reveals) {
      if (silent.includes(index)) continue;
      const name = `reveal ${number}/${index}`;
      steps.push({ name, entry: election.sign('ceremony/reveal', trustee(index), body) });
    }
    return { dealings, reveals };
  };

  await attempt(1, [1, 2, 3, 4], [4]);
  steps.push({
    name: 'restart',
    entry: election.sign('ceremony/restart', 'commission', {
      attempt: 2,
      excluded: [4],
      reason: 'хранитель 4 не раскрыл обязательства',
    }),
  });

  const holders = [1, 2, 3];
  const { dealings, reveals } = await attempt(2, holders, []);
  const answer = group.encodeScalar(shareFor(group, dealings.get(1) as Dealing, 2));
  const complaint = { attempt: 2, index: 2, against: 1 };
  steps.push(
    { name: 'complaint', entry: election.sign('ceremony/complaint', trustee(2), complaint) },
    {
      name: 'answer',
      entry: election.sign('ceremony/answer', trustee(1), {
        attempt: 2,
        index: 1,
        to: 2,
        share: answer,
      }),
    },
  );

  const all = holders.map((index) => (dealings.get(index) as Dealing).commitments);
  const key = group.encode(jointKey(group, all));
  const publicShares = holders.map(
    (index) => [index, group.encode(publicShare(group, all, index))] as [number, Uint8Array],
  );
  const secretShares = new Map<number, bigint>();
  const confirmHashes: Uint8Array[] = [];
  for (const index of holders) {
    const parts = [shareFor(group, dealings.get(index) as Dealing, index)];
    for (const from of holders.filter((holder) => holder !== index)) {
      const sent = reveals.get(from)?.shares.find(([to]) => to === index) as [number, Uint8Array];
      const { info, aad } = shareBinding(electionId, 2, from, index);
      const hpkeKey = election.hpkeKeys.get(index) as Uint8Array;
      parts.push(group.decodeScalar(await hpkeOpen(hpkeKey, info, aad, sent[1])));
    }
    const secret = jointShare(group, parts);
    secretShares.set(index, secret);
    const A = testPoint(suite, electionId, 2, index);
    const D = partialDecrypt(group, secret, A);
    const public1 = group.generatorTable.multiply(secret);
    const context = testContext(electionId, 2, index);
    const proof = proveEqualLogs(suite, { secret, base2: A, public1, public2: D }, context);
    const test = { A: group.encode(A), D: group.encode(D), proof };
    const confirm = { attempt: 2, index, key, publicShares, test };
    const entry = election.sign('ceremony/confirm', trustee(index), confirm);
    confirmHashes.push(leafHash(encodeEntry(entry)));
    steps.push({ name: `confirm ${index}`, entry });
  }
  const ceremony = ceremonyHash(electionId, confirmHashes);
  const complete = { complete: true, key, hash: ceremony };
  steps.push(
    ...election.signed('open', { ceremony: complete }),
    {
      name: 'opened',
      entry: election.sign('opened', 'commission', { key, publicShares, ceremony }),
    },
    { name: 'opened cosigned', cosign: time + 10 },
  );
  return { steps, key, publicShares, secretShares };
}
