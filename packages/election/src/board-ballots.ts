/**
 * The rules that a ballot or a challenge has to keep with those that came before it: hours,
 * revisions, one contest per permit, and no core both cast and opened.
 */
import { equalBytes } from '@kabina/crypto/bytes';
import type { Suite } from '@kabina/crypto/suites';
import { vectorLengths } from '@kabina/crypto/vector';
import { coreHash } from './ballot-statement.ts';
import type { BallotIndex } from './ballot-index.ts';
import type { Bodies, Core } from './entries.ts';
import { contestShape, type Manifest } from './manifest.ts';
import { problem, type Problem } from './problem.ts';

/** What these rules ask of the board. */
export interface BallotRules {
  readonly manifest: Manifest;
  readonly election: Uint8Array;
  readonly suite: Suite;
  readonly ballots: BallotIndex;
  /** POSIX seconds of the last cosigned checkpoint. */
  readonly time: number | undefined;
  /** Seconds by which closing was put off. */
  readonly extension: number;
}

/** Whether witnesses have already seen a later time than the moment, in ms. */
function past({ time }: BallotRules, moment: number): boolean {
  return time !== undefined && time * 1000 > moment;
}

/** Election, contest and lengths of a core; what is wrong with them, or undefined. */
export function checkCore(
  { manifest, election, suite }: Pick<BallotRules, 'manifest' | 'election' | 'suite'>,
  core: Core,
  check: 'ballots' | 'challenges',
): Problem | undefined {
  if (!equalBytes(core.election, election)) {
    return problem(check, `${check}.election`, 'the core belongs to another election');
  }
  const contest = manifest.contests.find((one) => one.id === core.contest);
  if (!contest) return problem(check, `${check}.contest`, `no contest ${core.contest}`);
  const lengths = vectorLengths(suite, contestShape(contest));
  const fits =
    core.cells.length === lengths.cells &&
    core.proofs.length === lengths.proofs &&
    core.sum.length === lengths.sum;
  if (fits) return undefined;
  return problem(check, `${check}.length`, 'the core does not have the lengths of its contest');
}

/** What is wrong with a ballot as the next entry, or undefined. */
export function checkBallot(
  rules: BallotRules,
  { core, permit }: Bodies['ballot'],
  hash: Uint8Array,
): Problem | undefined {
  const { manifest, ballots } = rules;
  const wrong = checkCore(rules, core, 'ballots');
  if (wrong) return wrong;
  if (past(rules, Date.parse(manifest.hours.closes) + rules.extension * 1000)) {
    return problem('schedule', 'schedule.closed', 'the ballot comes after the hours');
  }
  if (core.revision > 0) {
    if (!manifest.revoting || permit.list !== 'online') {
      return problem('revisions', 'revisions.not-allowed', 'a ballot may not be replaced here');
    }
    if (past(rules, Date.parse(manifest.revoting.until))) {
      return problem('schedule', 'schedule.revoting', 'ballots may not be replaced any more');
    }
  }
  const under = ballots.under(permit.key);
  if (under.some((other) => other.contest !== core.contest)) {
    return problem('permits', 'permits.contest', 'the permit was used for another contest');
  }
  if (ballots.isOpened(hash)) {
    return problem('challenges', 'ballots.core-opened', 'this core was opened by a challenge');
  }
  if (under.some((other) => other.revision === core.revision)) {
    const what = `revision ${core.revision} is taken under this permit`;
    return problem('revisions', 'ballots.revision-taken', what);
  }
  return undefined;
}

/** What is wrong with a challenge as the next entry, or undefined. */
export function checkChallengeEntry(
  rules: BallotRules,
  { core }: Bodies['challenge'],
): Problem | undefined {
  const wrong = checkCore(rules, core, 'challenges');
  if (wrong) return wrong;
  const hash = coreHash(core);
  if (rules.ballots.withCore(hash).length > 0) {
    return problem('challenges', 'challenges.cast', 'this core was cast');
  }
  if (rules.ballots.isOpened(hash)) {
    return problem('challenges', 'challenges.twice', 'this core was opened before');
  }
  return undefined;
}
