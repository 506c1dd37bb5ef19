/**
 * The audit of a whole board: everything that anybody can check without trusting whoever runs the
 * election. It reads a `tlog-tiles` log, replays it by the same rules that the ballot box keeps,
 * checks every ballot, and recounts the tally from the ballots and the trustees' shares.
 *
 * The log is read twice, in order: once to learn which ballots count, once to check and add them
 * up. Nothing of a ballot is kept in between but its place and its core's hash.
 */
import { bytesToHex } from '@kabina/crypto/bytes';
import type { TileReader } from '@kabina/log/tiles';
import { BallotAudit, type CheckBallots } from './audit-ballots.ts';
import { checkIssued, checkTally } from './audit-closing.ts';
import { openBoard, replayBoard } from './audit-log.ts';
import { checkSchedule } from './audit-schedule.ts';
import { checkStations } from './audit-stations.ts';
import { checkBallotBatch } from './ballot-check.ts';
import type { BoardState } from './board.ts';
import { ElectionError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { checkLookup, checkPromise, isKept, promiseState, verifyPromise } from './receipt.ts';
import type { LookupAnswer, SignedPromise } from './receipt.ts';
import type { Aggregate, ContestResult } from './tally.ts';
import { Findings, judge, type Check, type SignedAct, type Verdict } from './verdict.ts';

export type { BallotJob, CheckBallots } from './audit-ballots.ts';
export type { Check, Verdict } from './verdict.ts';

export interface VerifyOptions {
  /** Hash of the manifest, from a source that the caller trusts. */
  readonly electionId?: Uint8Array;
  /** An earlier checkpoint of the board: it has to be its beginning. A signed note. */
  readonly checkpoint?: string;
  /** Promises of the ballot box, or of a station's kiosk, that were not kept prove its fault. */
  readonly promises?: readonly SignedPromise[];
  /** Answers that the box gave to tracking codes: no ballot may be hidden in them. */
  readonly lookups?: readonly { readonly code: string; readonly answer: LookupAnswer }[];
  /** Checks a batch of ballots elsewhere, by `checkBallotBatch`; several may be under way at once. */
  readonly checkBallots?: CheckBallots;
  /** `checks` gives the checks as they stand at that moment: those to come are incomplete. */
  readonly onProgress?: (progress: Progress, checks: () => readonly Check[]) => void;
  /** Given the board as it was audited, bad ballots taken out: to look receipts up in it. */
  readonly onBoard?: (board: BoardState) => void;
}

export interface Progress {
  readonly step: 'reading' | 'checking';
  readonly done: number;
  readonly total: number;
}

/**
 * Audits a board.
 *
 * @throws ElectionError `promise.signature` for a promise that neither the manifest's box nor a kiosk
 *   of one of its stations made
 * @throws whatever the reader throws, but for files that are missing or wrong: those are findings
 */
export async function verify(reader: TileReader, options: VerifyOptions = {}): Promise<Verdict> {
  const findings = new Findings();
  let size = 0;
  let state: BoardState | undefined;
  let tally: ContestResult[] = [];

  const board = await openBoard(reader, options, findings);
  if (board) {
    size = board.tree.size;
    if (board.manifest.stations.length === 0) {
      findings.notApplicable('stations');
      findings.count('stations', 0, 0);
    }
    const progress = (step: Progress['step'], done: number, total: number) =>
      options.onProgress?.({ step, done, total }, () => findings.checks());
    const { tree, manifest } = board;
    let done = 0;
    let total = 0;
    const check: CheckBallots =
      options.checkBallots ?? (async ({ context, items }) => checkBallotBatch(context, items));
    const ballots = new BallotAudit(tree, manifest, check, findings, (entries) => {
      done += entries;
      progress('checking', done, total);
    });
    const replay = await replayBoard(
      board,
      findings,
      (index) => progress('reading', index + 1, size),
      (soFar) => {
        total = soFar.ballots.length + soFar.challenges.length;
        return ballots.catchUp(soFar);
      },
    );
    state = replay?.state;
    if (state) options.onBoard?.(state);
    // The replay may have refused the manifest; then nothing else could be judged.
    if (state?.manifest) tally = auditState(state, manifest, ballots.sums, options, findings);
  }
  const checks = findings.checks();
  return {
    verdict: judge(checks),
    electionId: board ? bytesToHex(board.electionId) : '',
    pinned: options.electionId !== undefined,
    kind: state?.manifest?.kind,
    size,
    checks,
    tally,
    signatures: state ? signedActs(state) : [],
  };
}

/** Everything that is judged once the whole board is known. */
function auditState(
  state: BoardState,
  manifest: Manifest,
  sums: ReadonlyMap<string, Aggregate>,
  options: VerifyOptions,
  findings: Findings,
): ContestResult[] {
  findings.count('ceremony', state.key === undefined ? 0 : 1, 1);
  // Zero of zero ballots would look like a check that was made; before `opened` none could be.
  if (state.key === undefined) {
    for (const id of ['permits', 'ballots', 'revisions', 'challenges'] as const) {
      findings.count(id, 0, 1);
    }
  }
  checkSchedule(state, manifest, findings);
  checkIssued(state, manifest, findings);
  checkStations(state, manifest, findings);
  const tally = checkTally(state, manifest, sums, findings);
  checkClaims(state, options, findings);
  return tally;
}

function signedActs(state: BoardState): SignedAct[] {
  const members = state.manifest?.commission.members ?? [];
  return (['open', 'close', 'publish'] as const).flatMap((act) =>
    [...state.signatures(act).values()].map(({ member, dissent }) => ({
      act,
      member,
      name: members[member - 1]?.name ?? '',
      dissent,
    })),
  );
}

/** What the caller was told by the box, against the board. */
function checkClaims(state: BoardState, options: VerifyOptions, findings: Findings): void {
  for (const promise of options.promises ?? []) {
    if (!state.manifest || !verifyPromise(state.manifest, promise)) {
      throw new ElectionError('promise.signature', 'the promise is not signed by this ballot box');
    }
    const due = promise[0].before === 'closed' ? state.closedAt : state.tallySize;
    const kept = isKept(promiseState(state, promise));
    const wrong = checkPromise(state, promise);
    if (wrong) findings.report(wrong);
    // A promise whose time has not come is neither kept nor broken.
    const check = promise[0].kiosk === undefined ? 'log' : 'stations';
    findings.count(check, kept || due !== undefined ? 1 : 0, 1);
  }
  for (const { code, answer } of options.lookups ?? []) {
    findings.count('revisions', 1, 1);
    const wrong = checkLookup(state, code, answer);
    if (wrong) findings.report(wrong);
  }
}
