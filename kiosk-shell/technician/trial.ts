/**
 * A ballot that can't be counted: sealed, checked and opened again under a key made for it, in an
 * election that exists nowhere, without a permit, a card or a line. It shows that this machine
 * encrypts rightly, and how fast.
 */
import { utf8ToBytes } from '@kabina/crypto/bytes';
import { VectorBatch } from '@kabina/crypto/batch';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { suiteById, type SuiteId } from '@kabina/crypto/suites';
import { decodeCells, PreparedVector } from '@kabina/crypto/vector';
import { ballotKeyFromSeed, proofContext, sealCore } from '@kabina/election/ballot';
import { contestShape } from '@kabina/election/manifest';

/** Where a manifest's hash stands: 32 letters, which no manifest's hash are. */
const ELECTION = utf8ToBytes('kabina: a trial by a technician.');
const CONTEST = {
  min: 1,
  max: 1,
  options: Array.from({ length: 10 }, (_, i) => ({ id: `o${i}`, name: { ru: `№ ${i + 1}` } })),
};

export type TrialResult =
  | {
      readonly ok: true;
      /** For preparing and sealing one paper of ten options. */ readonly ms: number;
    }
  | { readonly ok: false };

/** Never throws: what fails is an answer. */
export function trialBallot(suiteId: SuiteId): TrialResult {
  try {
    return seal(suiteId);
  } catch {
    return { ok: false };
  }
}

function seal(suiteId: SuiteId): TrialResult {
  const suite = suiteById(suiteId);
  const { group } = suite;
  const secret = group.randomScalar();
  const key = new EncryptionKey(group, group.multiply(group.generator, secret));
  const shape = contestShape(CONTEST);
  const election = ELECTION;
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const ballotKey = ballotKeyFromSeed(suite, seed, election, 'trial').publicKey;
  // The first paper pays for tables and for what the engine compiles, as the first voter's does.
  PreparedVector.prepare(suite, key, shape).erase();

  const marks = CONTEST.options.map((_, i) => Number(i === 3));
  const begun = performance.now();
  const prepared = PreparedVector.prepare(suite, key, shape);
  const head = { election, contest: 'trial', ballotKey, revision: 0 };
  const { core, randomness } = sealCore(suite, prepared, marks, head);
  const ms = performance.now() - begun;
  randomness.fill(0);

  const sound = VectorBatch.verifyOne(suite, key, shape, core, proofContext(suite, core));
  const opened = decodeCells(suite, shape, core.cells).map(({ A, B }) => {
    const left = group.subtract(B, group.multiply(A, secret));
    return group.isIdentity(left) ? 0 : group.equals(left, group.generator) ? 1 : undefined;
  });
  return sound && opened.every((mark, i) => mark === marks[i]) ? { ok: true, ms } : { ok: false };
}
