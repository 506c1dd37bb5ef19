/**
 * The audit of what comes after `closed`: permits issued against permits used, the trustees' shares,
 * the result recounted from ballots and shares, and the protocols.
 */
import type { SmallLog } from '@kabina/crypto/discrete-log';
import { equalBytes } from '@kabina/crypto/bytes';
import type { BoardState } from './board.ts';
import { encode } from './cbor.ts';
import type { Bodies } from './entries.ts';
import { ElectionError } from './errors.ts';
import { stationList, type Contest, type Manifest } from './manifest.ts';
import {
  checkShare,
  countVotes,
  isDecrypted,
  logarithms,
  type Aggregate,
  type ContestResult,
} from './tally.ts';
import type { Findings } from './verdict.ts';

/**
 * Every issuer has to have stated its counts, and no more permits of any list may be used than issued:
 * by the issuer that has issued least, since a permit needs them all.
 */
export function checkIssued(state: BoardState, manifest: Manifest, findings: Findings): void {
  findings.count('issued', state.issued.size, manifest.issuers.length);
  if (state.issued.size < manifest.issuers.length) return;
  const lists = ['online', ...manifest.stations.map(({ id }) => stationList(id))];
  for (const { id: contest } of manifest.contests) {
    for (const list of lists) {
      const issued = Math.min(
        ...[...state.issued.values()].map(({ counts }) => countOf(counts, list, contest)),
      );
      const used = state.ballots.usedNumber(contest, list);
      const [, station] = list.split('/');
      const desk = station === undefined ? undefined : state.stations?.markedAt(station);
      if (used > issued && station !== undefined && (!desk || desk.lost)) {
        // No fault of theirs: issuers know of a station's voters what its desk has told them.
        findings.count('issued', 0, 1);
      } else if (used > issued) {
        const message = `${contest}, ${list}: ${used} permits used, ${issued} issued`;
        findings.report({ check: 'issued', message });
      }
    }
  }
}

function countOf(counts: Bodies['issued']['counts'], list: string, contest: string): number {
  const found = counts.find(([of, name]) => of === list && name === contest);
  return found ? found[2] + found[3] : 0;
}

/** The good shares of a contest; bad ones are named and set aside. */
function goodShares(
  state: BoardState,
  contest: Contest,
  aggregate: Aggregate,
  findings: Findings,
): Bodies['share'][] {
  return (state.shares.get(contest.id) ?? []).filter((share) => {
    const [, publicShare] = state.publicShares.find(([index]) => index === share.index) ?? [];
    const good =
      publicShare !== undefined &&
      checkShare(aggregate, state.electionId as Uint8Array, publicShare, share);
    if (!good) {
      const message = `${contest.id}: the share of trustee ${share.index} is wrong`;
      findings.report(
        { check: 'shares', message },
        state.placeOf('share', contest.id, share.index),
      );
    }
    return good;
  });
}

/** Recounts every contest from the sums and the shares, and compares with the results. */
export function checkTally(
  state: BoardState,
  manifest: Manifest,
  aggregates: ReadonlyMap<string, Aggregate>,
  findings: Findings,
): ContestResult[] {
  const { threshold } = manifest.trustees;
  const recounted: ContestResult[] = [];
  findings.count('result', 0, manifest.contests.length);
  // The protocols themselves, and that the round of signatures was closed by publishing.
  findings.count('protocol', state.protocols.size, manifest.contests.length);
  findings.count('protocol', state.published === undefined ? 0 : 1, 1);
  let log: SmallLog | undefined;
  for (const contest of manifest.contests) {
    const aggregate = aggregates.get(contest.id) as Aggregate;
    if (state.tallySize === undefined) {
      findings.count('shares', 0, 1);
      continue;
    }
    let shares: Bodies['share'][] = [];
    if (isDecrypted(contest, aggregate.ballots)) {
      const given = state.shares.get(contest.id)?.length ?? 0;
      findings.count('shares', given, Math.max(given, threshold));
      shares = goodShares(state, contest, aggregate, findings);
      if (shares.length < threshold) continue;
    } else {
      findings.count('shares', 1, 1);
    }
    // One table for all contests, as large as the largest needs.
    log ??= logarithms(
      aggregate.suite,
      Math.max(...[...aggregates.values()].map(({ ballots }) => ballots)),
    );
    try {
      const result = countVotes(contest, aggregate, threshold, shares, log);
      recounted.push(result);
      compare(state, result, findings);
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      const message = `${contest.id}: ${error.message}`;
      findings.report({ check: 'result', message }, state.placeOf('result', contest.id));
    }
  }
  return recounted;
}

function compare(state: BoardState, result: ContestResult, findings: Findings): void {
  const stated = state.results.get(result.contest);
  if (!stated) return;
  findings.count('result', 1, 0);
  if (!equalBytes(encode(stated), encode(result))) {
    const message = `${result.contest}: the stated result is not what the ballots decrypt to`;
    findings.report({ check: 'result', message }, state.placeOf('result', result.contest));
  }
}
