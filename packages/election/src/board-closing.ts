/**
 * The rules of what comes after `closed`: statements of issuers, shares, results, protocols.
 */
import { equalBytes } from '@kabina/crypto/bytes';
import { encode } from './cbor.ts';
import type { Bodies, Entry } from './entries.ts';
import { contestShape, votersOf, type Manifest } from './manifest.ts';
import { problem, type Problem } from './problem.ts';
import {
  entryLines,
  protocolLines,
  protocolNumbers,
  protocolRelations,
} from './results-protocol.ts';
import type { BalanceBoard } from './station-balance.ts';
import { checkShare, isDecrypted, type Aggregate } from './tally.ts';

/** What has come since `closed`. */
export interface Closing {
  readonly issued: Map<string, Bodies['issued']>;
  readonly shares: Map<string, readonly Bodies['share'][]>;
  readonly results: Map<string, Bodies['result']>;
  readonly protocols: Map<string, Bodies['protocol']>;
  readonly aggregates: Map<string, Aggregate>;
  /** Index in the log of a share, result or protocol, by {@link placeName}. */
  readonly places: Map<string, number>;
}

/** Names a share, result or protocol among all that have come. */
export function placeName(body: { contest: string; index?: number }, type: string): string {
  return `${type} ${body.contest} ${body.index ?? ''}`;
}

/** What these rules ask of the board. */
interface Board extends BalanceBoard {
  readonly electionId: Uint8Array | undefined;
  readonly publicShares: readonly (readonly [index: number, share: Uint8Array])[];
  countedNumber(contest: string): number;
  isWithdrawn(contest: string, option: string): boolean;
}

type LateEntry = Extract<Entry, { type: 'issued' | 'share' | 'result' | 'protocol' }>;

/** What is wrong with an entry after `closed`, or undefined. */
export function checkAfterClosing(
  board: Board,
  closing: Closing,
  manifest: Manifest,
  entry: LateEntry,
): Problem | undefined {
  switch (entry.type) {
    case 'issued':
      return checkIssued(closing, manifest, entry.body);
    case 'share':
      return checkShareEntry(board, closing, manifest, entry.body);
    case 'result':
      return checkResult(board, closing, manifest, entry.body);
    case 'protocol':
      return checkProtocol(board, closing, manifest, entry.body);
  }
}

function checkIssued(
  closing: Closing,
  manifest: Manifest,
  body: Bodies['issued'],
): Problem | undefined {
  const fault = (code: string, message: string) => problem('issued', `issued.${code}`, message);
  const issuer = manifest.issuers.find((one) => one.id === body.issuer);
  if (!issuer) return fault('issuer', `no issuer ${body.issuer}`);
  if (closing.issued.has(body.issuer))
    return fault('twice', `${body.issuer} has stated its counts`);
  const names = (list: string, contest: string) => `${list} ${contest}`;
  const expected = issuer.keys.map((key) => names(key.list, key.contest)).join();
  if (body.counts.map(([list, contest]) => names(list, contest)).join() !== expected) {
    return fault('lists', 'a count for each key of the issuer expected, in order');
  }
  for (const { id } of manifest.contests) {
    const sum = body.counts
      .filter(([, contest]) => contest === id)
      .reduce((total, [, , remote, premises]) => total + remote + premises, 0);
    if (sum > votersOf(manifest, id)) return fault('voters', `${id}: more permits than voters`);
  }
  return undefined;
}

function checkShareEntry(
  board: Board,
  closing: Closing,
  manifest: Manifest,
  body: Bodies['share'],
): Problem | undefined {
  const fault = (code: string, message: string) => problem('shares', `shares.${code}`, message);
  const contest = manifest.contests.find((one) => one.id === body.contest);
  if (!contest) return fault('contest', `no contest ${body.contest}`);
  const publicShare = board.publicShares.find(([index]) => index === body.index)?.[1];
  if (!publicShare) return fault('trustee', `trustee ${body.index} was not in the ceremony`);
  const others = closing.shares.get(contest.id) ?? [];
  if (others.some((other) => other.index === body.index)) {
    return fault('twice', `trustee ${body.index} has given a share of ${contest.id}`);
  }
  if (!isDecrypted(contest, board.countedNumber(contest.id))) {
    return fault('not-decrypted', `${contest.id} is not decrypted`);
  }
  const { cells } = contestShape(contest);
  if (body.D.length !== cells || body.proofs.length !== cells) {
    return fault('length', `a part and a proof for each of ${cells} cells expected`);
  }
  const aggregate = closing.aggregates.get(contest.id);
  if (aggregate && !checkShare(aggregate, board.electionId as Uint8Array, publicShare, body)) {
    return fault('proof', `the share of trustee ${body.index} is wrong`);
  }
  return undefined;
}

function checkResult(
  board: Board,
  closing: Closing,
  manifest: Manifest,
  body: Bodies['result'],
): Problem | undefined {
  const fault = (code: string, message: string) => problem('result', `result.${code}`, message);
  const contest = manifest.contests.find((one) => one.id === body.contest);
  if (!contest) return fault('contest', `no contest ${body.contest}`);
  if (closing.results.has(contest.id)) return fault('twice', `${contest.id} has its result`);
  const ballots = board.countedNumber(contest.id);
  if (body.ballots !== ballots) {
    return fault('ballots', `${contest.id}: ${ballots} ballots count, not ${body.ballots}`);
  }
  if ((body.counts === null) !== (body.blank === null)) {
    return fault('form', `${contest.id}: counts and blank papers go together`);
  }
  const decrypted = isDecrypted(contest, ballots);
  if ((body.counts !== null) !== (decrypted || ballots === 0)) {
    return fault('not-decrypted', `${contest.id}: decrypted or not, against the rules`);
  }
  if (body.counts !== null && body.counts.length !== contest.options.length) {
    return fault('form', `${contest.id}: a count for each option expected`);
  }
  const shares = closing.shares.get(contest.id)?.length ?? 0;
  if (decrypted && shares < manifest.trustees.threshold) {
    return fault('early', `${contest.id}: ${shares} shares, too few for a result`);
  }
  return undefined;
}

function checkProtocol(
  board: Board,
  closing: Closing,
  manifest: Manifest,
  body: Bodies['protocol'],
): Problem | undefined {
  const fault = (code: string, message: string) => problem('protocol', `protocol.${code}`, message);
  const contest = manifest.contests.find((one) => one.id === body.contest);
  if (!contest) return fault('contest', `no contest ${body.contest}`);
  // In these phases every contest has one.
  const result = closing.results.get(contest.id) as Bodies['result'];
  if (closing.issued.size !== manifest.issuers.length) {
    return fault('early', 'not every issuer has stated its counts');
  }
  if (closing.protocols.has(contest.id) !== body.repeated) {
    return fault('repeated', 'a second protocol, and only that, is marked as repeated');
  }
  const numbers = protocolNumbers(manifest, closing.issued, result, board);
  const relations = protocolRelations(
    contest,
    body.lines.map(([no, , value]) => [no, value] as const),
    { ballots: board.countedNumber(contest.id), issued: numbers.remote + numbers.premises },
  );
  const broken = relations.filter((relation) => relation.holds === false);
  if (broken.length > 0) {
    const names = broken.map(({ id, text }) => `${id} (${text})`).join(', ');
    return fault('relation', `${contest.id}: the lines break ${names}`);
  }
  const withdrawn = (option: string) => board.isWithdrawn(contest.id, option);
  const expected = entryLines(protocolLines(contest, numbers, withdrawn));
  if (!equalBytes(encode(body.lines), encode(expected))) {
    return fault('lines', `${contest.id}: the lines are not those that the board gives`);
  }
  return undefined;
}
