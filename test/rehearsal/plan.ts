/**
 * What a rehearsal's voters will do, fixed before anyone casts: who votes in which style, which
 * marks, who challenges first and who votes again. The expected tally follows exactly.
 *
 * Voters are spread by largest remainder (Hamilton), ties in the file's order: over all options of
 * the styles' first contests at once, in proportion to the file's weights; the further contests of
 * a style share out the voters of that style in the same way.
 */
import type { BallotStyle, Contest } from '@kabina/election/manifest';

/** One voter's marks in one contest: 0 or 1 per option; none set is a blank paper. */
export interface PlannedPaper {
  readonly contest: string;
  readonly marks: readonly number[];
  /** What the voter casts first, if it votes again. */
  readonly firstMarks: readonly number[] | undefined;
  /** Whether it opens a sealed ballot before it casts one. */
  readonly challenge: boolean;
}

export interface PlannedVoter {
  readonly style: string;
  readonly papers: readonly PlannedPaper[];
}

export interface Expectation {
  /** Counted ballots. */
  readonly ballots: number;
  readonly counts: readonly number[];
  readonly blank: number;
}

export interface Plan {
  readonly voters: readonly PlannedVoter[];
  readonly expected: ReadonlyMap<string, Expectation>;
}

/** One in so many votes again; one in so many challenges first. */
export const REVOTES = 20;
export const CHALLENGES = 50;

/** Shares out `total` in proportion to the weights: largest remainder, ties to the earlier. */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (sum === 0)
    return apportion(
      total,
      weights.map(() => 1),
    );
  // Whole numbers throughout, so that equal remainders are equal.
  const exact = weights.map((weight) => BigInt(weight) * BigInt(total));
  const whole = exact.map((n) => Number(n / BigInt(sum)));
  let left = total - whole.reduce((a, b) => a + b, 0);
  const order = exact
    .map((n, i) => ({ i, rest: n % BigInt(sum) }))
    .sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1));
  for (const { i } of order) {
    if (left-- <= 0) break;
    whole[i]!++;
  }
  return whole;
}

function marksOf(contest: Contest, first: number, count: number): number[] {
  const n = contest.options.length;
  const marks = new Array<number>(n).fill(0);
  for (let k = 0; k < count; k++) marks[(first + k) % n] = 1;
  return marks;
}

/** Which option each of `counts` voters begins with: option 0's voters first. */
function spread(counts: readonly number[]): number[] {
  return counts.flatMap((count, option) => new Array<number>(count).fill(option));
}

/** A plan for `total` voters over the styles, with the options' weights by contest id. */
export function planVoters(
  total: number,
  styles: readonly BallotStyle[],
  contests: readonly Contest[],
  weights: ReadonlyMap<string, readonly number[]>,
): Plan {
  const contest = (id: string): Contest => contests.find((one) => one.id === id)!;
  const weightsOf = (id: string): readonly number[] => weights.get(id)!;
  const firsts = styles.map((style) => weightsOf(style.contests[0]!));
  const shared = apportion(total, firsts.flat());
  const voters: PlannedVoter[] = [];
  let at = 0;
  styles.forEach((style, s) => {
    const own = shared.slice(at, (at += firsts[s]!.length));
    const size = own.reduce((a, b) => a + b, 0);
    const begins = style.contests.map((id, c) =>
      spread(c === 0 ? own : apportion(size, weightsOf(id))),
    );
    for (let v = 0; v < size; v++) {
      const number = voters.length + 1;
      const papers = style.contests.map((id, c): PlannedPaper => {
        const of = contest(id);
        const span = of.max - of.min + 1;
        const begin = begins[c]![v]!;
        const count = of.min + (number % span);
        const revotes = number % REVOTES === 0;
        return {
          contest: id,
          marks: marksOf(of, begin, count),
          firstMarks: revotes ? marksOf(of, begin + 1, Math.max(of.min, 1)) : undefined,
          challenge: number % CHALLENGES === 0,
        };
      });
      voters.push({ style: style.id, papers });
    }
  });
  const expected = new Map(
    contests.map((of) => {
      const cast = voters.flatMap((voter) =>
        voter.papers.filter((paper) => paper.contest === of.id),
      );
      const counts = of.options.map((_, i) =>
        cast.reduce((sum, paper) => sum + paper.marks[i]!, 0),
      );
      const blank = cast.filter((paper) => !paper.marks.includes(1)).length;
      return [of.id, { ballots: cast.length, counts, blank }];
    }),
  );
  return { voters, expected };
}
