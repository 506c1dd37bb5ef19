/**
 * One ballot paper while it is being marked: the only place where a choice exists before it is
 * encrypted. It has no event with a payload, no serialisation and no printable form; the ballot
 * and the review read it mark by mark, `read` gives the marks to the session, and `erase` forgets.
 */
import type { Contest } from '@kabina/election/manifest';

export type MarkOutcome = 'marked' | 'moved' | 'cleared' | 'full' | 'withdrawn';

export class MarkedPaper {
  readonly contest: Contest;
  readonly #withdrawn: ReadonlySet<string>;
  #marks: Set<number> = new Set();

  /** `withdrawn` are ids of options whose candidates have left: they take no new mark. */
  constructor(contest: Contest, withdrawn: Iterable<string> = []) {
    this.contest = contest;
    this.#withdrawn = new Set(withdrawn);
  }

  /** How many options are marked. */
  get count(): number {
    return this.#marks.size;
  }

  get blank(): boolean {
    return this.#marks.size === 0;
  }

  /** Whether the paper may be cast as it stands. */
  get complete(): boolean {
    return this.count >= this.contest.min && this.count <= this.contest.max;
  }

  isMarked(index: number): boolean {
    return this.#marks.has(index);
  }

  isWithdrawn(index: number): boolean {
    const option = this.contest.options[index];
    return option !== undefined && this.#withdrawn.has(option.id);
  }

  /**
   * Marks an option or takes its mark away. Where one mark is allowed, it moves; where more are,
   * one too many is refused with `full`, because silently moving a mark would be a guess.
   */
  toggle(index: number): MarkOutcome {
    if (!Number.isInteger(index) || this.contest.options[index] === undefined) {
      throw new RangeError(`"index" expected an option of the contest, got ${index}`);
    }
    if (this.#marks.delete(index)) return 'cleared';
    if (this.isWithdrawn(index)) return 'withdrawn';
    if (this.contest.max === 1) {
      const moved = this.#marks.size > 0;
      this.#marks.clear();
      this.#marks.add(index);
      return moved ? 'moved' : 'marked';
    }
    if (this.#marks.size >= this.contest.max) return 'full';
    this.#marks.add(index);
    return 'marked';
  }

  /**
   * The marks for sealing, 0 or 1 for each option in the contest's order. The caller overwrites
   * the array after use, and erases the paper once the ballot is sealed.
   */
  read(): number[] {
    return this.contest.options.map((_, index) => (this.#marks.has(index) ? 1 : 0));
  }

  erase(): void {
    this.#marks.clear();
    this.#marks = new Set();
  }
}
