/**
 * A good board of a test election, from the manifest to the last protocol, as steps that a test can
 * change.
 */
import { challengeEntry, type SealedCore } from './ballot.ts';
import { leafHash } from '@kabina/log/merkle';
import { BoardState, type BoardStations } from './board.ts';
import {
  decodeEntry,
  encodeEntry,
  type Bodies,
  type Entry,
  type EntryOf,
  type Permit,
} from './entries.ts';
import { contestById, contestShape, type Manifest } from './manifest.ts';
import { entryLines, protocolLines, protocolNumbers } from './results-protocol.ts';
import { Aggregate, countVotes, decryptShare, isDecrypted, logarithms } from './tally.ts';
import type { ContestResult } from './tally.ts';
import { testCeremony, type TestCeremony } from './testing-ceremony.ts';
import { testSeed } from './testing-seed.ts';
import type { Step, TestElection } from './testing.ts';

/** A good board and what a test needs to spoil it. */
export interface GoodBoard {
  readonly election: TestElection;
  readonly ceremony: TestCeremony;
  /** Change a copy and give it to `election.build`. */
  readonly steps: readonly Step[];
  /** What the votes add up to. */
  readonly expected: readonly ContestResult[];
  /** A voter of `question` who has a permit and has not voted. */
  readonly spare: {
    readonly seed: Uint8Array;
    readonly permit: Permit;
    readonly sealed: SealedCore;
    readonly entry: EntryOf<'ballot'>;
  };
  /** Sums of the counted ballots. */
  readonly aggregates: ReadonlyMap<string, Aggregate>;
}

interface Vote {
  readonly voter: string;
  readonly contest: string;
  /** Numbers of marked options, from 0; none is a blank paper. */
  readonly marks: readonly number[];
  readonly revision?: number;
}

/** In the order of the board. */
const firstDay: readonly Vote[] = [
  { voter: 'anna', contest: 'mayor', marks: [0] },
  { voter: 'anna', contest: 'council', marks: [0, 1, 2] },
  { voter: 'boris', contest: 'mayor', marks: [3] },
  { voter: 'boris', contest: 'council', marks: [] },
  { voter: 'boris', contest: 'question', marks: [0] },
];
const lastDay: readonly Vote[] = [
  { voter: 'anna', contest: 'mayor', marks: [9], revision: 1 },
  { voter: 'vera', contest: 'mayor', marks: [3] },
  { voter: 'vera', contest: 'council', marks: [1] },
  { voter: 'dina', contest: 'question', marks: [1] },
  { voter: 'egor', contest: 'question', marks: [0] },
  { voter: 'egor', contest: 'few', marks: [1] },
];
/** Permits per contest: one for each voter above, and the spare one. */
const permits: Readonly<Record<string, number>> = {
  mayor: 3,
  council: 3,
  question: 4,
  empty: 0,
  few: 1,
};

/** Marks per cell from numbers of options; the last cell of a contest with blank papers says "blank". */
export function cellsOf(manifest: Manifest, contest: string, marks: readonly number[]): number[] {
  const { cells } = contestShape(contestById(manifest, contest));
  const out = new Array<number>(cells).fill(0);
  for (const mark of marks) out[mark] = 1;
  if (marks.length === 0) out[cells - 1] = 1;
  return out;
}

/** Makes the board. Takes some seconds. */
export async function goodBoard(election: TestElection): Promise<GoodBoard> {
  const { manifest } = election;
  const at = (moment: string) => Date.parse(moment) / 1000;
  const opens = at(manifest.hours.opens);
  const ceremony = await testCeremony(election, opens - 3600);
  const { key } = ceremony;

  const permitsOf = new Map<string, Permit>();
  const permitOf = (voter: string, contest: string) => {
    const name = `${voter} ${contest}`;
    const permit = permitsOf.get(name) ?? election.permit(contest, testSeed(voter));
    permitsOf.set(name, permit);
    return permit;
  };
  const counted = new Map<string, SealedCore>();
  const cast = ({ voter, contest, marks, revision = 0 }: Vote): Step => {
    const cells = cellsOf(manifest, contest, marks);
    const sealed = election.seal(key, contest, testSeed(voter), cells, revision);
    counted.set(`${voter} ${contest}`, sealed);
    const entry = election.cast(sealed, testSeed(voter), permitOf(voter, contest));
    return { name: `${voter} ${contest} ${revision}`, entry };
  };

  const challenged = election.seal(key, 'question', testSeed('dina'), [1, 0]);
  const seed = testSeed('spare');
  const permit = permitOf('spare', 'question');
  const sealed = election.seal(key, 'question', seed, [1, 0]);
  const spare = { seed, permit, sealed, entry: election.cast(sealed, seed, permit) };

  const commission = <T extends 'suspended' | 'withdrawn' | 'closed'>(
    type: T,
    body: Bodies[T],
  ): Step => ({ name: type, entry: election.sign(type, 'commission', body) as Entry });
  const resumed: Entry = election.sign('resumed', 'commission', { extension: 600 });
  const steps: Step[] = [
    { name: 'manifest', entry: election.sign('manifest', 'commission', { manifest }) },
    ...ceremony.steps,
    ...firstDay.map(cast),
    { name: 'night', cosign: at('2026-09-18T22:00:30+03:00') },
    commission('withdrawn', { contest: 'mayor', option: 'mayor-10' }),
    commission('suspended', { reason: 'проверка связи' }),
    { cosign: at('2026-09-19T09:00:00+03:00') },
    { name: 'resumed', entry: resumed },
    { name: 'resumed cosigned', cosign: at('2026-09-19T09:10:00+03:00') },
    {
      name: 'challenge',
      entry: challengeEntry(challenged.core, [1, 0], challenged.randomness),
    },
    ...lastDay.map(cast),
    { name: 'revoting over', cosign: at('2026-09-20T12:00:10+03:00') },
    ...election.signed('close', { turn: leafHash(encodeEntry(resumed)), extension: 600 }),
    commission('closed', { stations: [] }),
    { name: 'closed cosigned', cosign: at('2026-09-20T20:10:05+03:00') },
  ];

  const { expected, aggregates } = countBoard(election, ceremony, steps, {
    counted: [...counted.values()],
    issued: (_list, contest) => [permits[contest] as number, 0],
    tallyAt: '2026-09-20T20:15:00+03:00',
  });
  return { election, ceremony, steps, expected, spare, aggregates };
}

/** What a board counts from `closed` on. */
interface Counting {
  readonly counted: readonly SealedCore[];
  /** Permits issued, remote and in the premises. */
  readonly issued: (list: string, contest: string) => [number, number];
  readonly tallyAt: string;
}

/** Adds everything that comes after `closed` to the steps. */
export function countBoard(
  election: TestElection,
  ceremony: TestCeremony,
  steps: Step[],
  how: Counting,
): Pick<GoodBoard, 'expected' | 'aggregates'> {
  const { manifest, electionId, suite } = election;
  const issued = new Map<string, Bodies['issued']>();
  for (const issuer of manifest.issuers) {
    const body: Bodies['issued'] = {
      issuer: issuer.id,
      counts: issuer.keys.map((k) => [k.list, k.contest, ...how.issued(k.list, k.contest)]),
      root: new Uint8Array(32).fill(9),
    };
    issued.set(issuer.id, body);
    const by = `issuer/${issuer.id}`;
    steps.push({ name: `issued ${issuer.id}`, entry: election.sign('issued', by, body) });
  }
  const board = replayed(election, steps);
  const tally = (board.stations as BoardStations).tally(steps.length);
  steps.push(
    { name: 'tally', entry: election.sign('tally', 'box', tally) },
    { name: 'tally cosigned', cosign: Date.parse(how.tallyAt) / 1000 },
  );

  const aggregates = new Map(
    manifest.contests.map((c) => [c.id, new Aggregate(suite, contestShape(c))] as const),
  );
  for (const { core } of how.counted) aggregates.get(core.contest)?.add(core.cells);
  const expected: ContestResult[] = [];
  const table = logarithms(suite, manifest.voters.count);
  for (const contest of manifest.contests) {
    const aggregate = aggregates.get(contest.id) as Aggregate;
    const shares: Bodies['share'][] = [];
    if (isDecrypted(contest, aggregate.ballots)) {
      for (const [index, secretShare] of ceremony.secretShares) {
        const statement = { election: electionId, contest: contest.id, index, secretShare };
        const share = decryptShare(aggregate, statement);
        shares.push(share);
        const entry = election.sign('share', `trustee/${index}`, share);
        steps.push({ name: `share ${contest.id} ${index}`, entry });
      }
    }
    expected.push(countVotes(contest, aggregate, manifest.trustees.threshold, shares, table));
  }
  for (const result of expected) {
    const entry = election.sign('result', 'commission', resultBody(result));
    steps.push({ name: `result ${result.contest}`, entry });
  }
  const protocols = new Map<string, Bodies['protocol']>();
  for (const result of expected) {
    const body = protocolBody(board, issued, result);
    protocols.set(result.contest, body);
    const entry = election.sign('protocol', 'commission', body);
    steps.push({ name: `protocol ${result.contest}`, entry });
  }
  steps.push(...election.signed('publish', { protocols, protocolRound: protocols.size }));
  const roll = manifest.commission.members.map(({ name, post }) => ({
    name,
    post,
    signed: true,
    dissent: false,
  }));
  const published = election.sign('published', 'commission', { members: roll });
  steps.push({ name: 'published', entry: published });
  return { expected, aggregates };
}

function replayed(election: TestElection, steps: readonly Step[]): BoardState {
  const state = new BoardState();
  for (const bytes of election.build(steps).entries) {
    // A test may want a board whose rules are broken from the start.
    state.apply(decodeEntry(bytes), leafHash(bytes));
  }
  return state;
}

function resultBody({ contest, ballots, counts, blank }: ContestResult): Bodies['result'] {
  return { contest, ballots, counts: counts === null ? null : [...counts], blank };
}

function protocolBody(
  board: BoardState,
  issued: ReadonlyMap<string, Bodies['issued']>,
  result: ContestResult,
): Bodies['protocol'] {
  const manifest = board.manifest as Manifest;
  const contest = contestById(manifest, result.contest);
  const numbers = protocolNumbers(manifest, issued, result, board);
  return {
    contest: contest.id,
    copy: 1,
    repeated: false,
    lines: entryLines(
      protocolLines(contest, numbers, (option) => board.isWithdrawn(contest.id, option)),
    ),
    complaints: 0,
    signedAt: '2026-09-20T21:00:00+03:00',
    certifiedCopies: 2,
  };
}
