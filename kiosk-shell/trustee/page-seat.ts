/**
 * A person's seat over `@kabina/trustee`: the vault in this browser, the walk from one step to the
 * next, and what `<kabina-trustee>` shows of it. Secrets stay in the vault and in the trustee.
 *
 * Everything that was published was stored before, so the page may be closed and opened again at
 * any moment; it only asks for the passphrase again.
 */
import { bytesToHex, equalBytes, hexToBytes } from '@kabina/crypto/bytes';
import type { TokenFinding, TokenTask } from '@kabina/elements/token-task';
import type { SeatState, SeatStage, TrusteeSeat } from '@kabina/elements/trustee-seat';
import { BoardFollower, httpReader } from '@kabina/election/follower';
import { isDecrypted } from '@kabina/election/tally';
import type { TileReader } from '@kabina/log/tiles';
import { checkedAggregates } from '@kabina/trustee/aggregates';
import { entryPoster } from '@kabina/trustee/box-client';
import { takeSeat, type SeatKeys } from '@kabina/trustee/seat';
import type { TrusteeStore } from '@kabina/trustee/store';
import { Trustee, type Expectation, type Progress } from '@kabina/trustee/trustee';
import { checkShareAtRest } from '@kabina/trustee/share-check';
import { Vault, vaultGuard } from '@kabina/trustee/vault';
import { readConfig, type PageConfig } from '../common/config.ts';
import { claimSeat } from '../common/control.ts';
import type { TokenRoads } from '../common/readers.ts';
import { TokenSession } from '../common/token-session.ts';
import { shareWork } from './share-token.ts';

/** How often the board is looked at while nothing is due, in milliseconds. */
const POLL = 1_000;
/** And while the election runs, which is hours. */
const SLOW_POLL = 5_000;

const STAGE_OF: Readonly<Record<Expectation, SeatStage>> = {
  manifest: 'commit',
  commits: 'commit',
  reveals: 'reveal',
  answers: 'check',
  restart: 'check',
  confirms: 'confirm',
  opening: 'keep',
  tally: 'keep',
  shares: 'decrypt',
};

export interface PageSeatOptions {
  readonly index: number;
  readonly name: string;
  readonly holders: number;
  readonly threshold: number;
  readonly store: TrusteeStore;
  /** There is no vault yet: the passphrase is chosen, keys are made and the seat is claimed. */
  readonly fresh: boolean;
  /** The roads to a token that may guard the share. */
  readonly roads: TokenRoads;
}

interface Work {
  readonly trustee: Trustee;
  readonly follower: BoardFollower;
  readonly reader: TileReader;
}

export class PageSeat extends EventTarget implements TrusteeSeat {
  readonly index: number;
  readonly name: string;
  readonly holders: number;
  readonly threshold: number;
  readonly training = true;
  #store: TrusteeStore;
  #fresh: boolean;
  #state: SeatState;
  #vault: Vault | undefined;
  #keys: SeatKeys | undefined;
  #work: Work | undefined;
  #roads: TokenRoads;
  #guard: 'passphrase' | 'token' | 'either' = 'passphrase';
  #token: TokenSession | undefined;
  #agreed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: PageSeatOptions) {
    super();
    this.index = options.index;
    this.name = options.name;
    this.holders = options.holders;
    this.threshold = options.threshold;
    this.#store = options.store;
    this.#fresh = options.fresh;
    this.#roads = options.roads;
    this.#state = { at: 'locked', fresh: options.fresh, busy: false, wrong: false };
    void this.#learnGuard();
  }

  get token(): TokenTask | undefined {
    return this.#token;
  }

  #locked(wrong: boolean, busy = false): void {
    this.#tell({ at: 'locked', fresh: this.#fresh, guard: this.#guard, busy, wrong });
  }

  async #learnGuard(): Promise<void> {
    const guard = await vaultGuard(this.#store);
    this.#guard = guard ?? 'either';
    if (guard === 'token') this.#takeToken();
    if (this.#state.at === 'locked') this.#locked(false);
  }

  /** The holder takes a token instead of a passphrase. */
  useToken(): void {
    if (this.#state.at !== 'locked' || this.#guard === 'passphrase') return;
    this.#takeToken();
    this.#locked(false);
  }

  #takeToken(): void {
    if (this.#token !== undefined) return;
    const opened = async (vault: Vault): Promise<undefined> => {
      this.#vault = vault;
      this.#guard = 'token';
      await this.retry();
    };
    this.#token = new TokenSession(shareWork(this.#store, opened), this.#roads);
  }

  get state(): SeatState {
    return this.#state;
  }

  #tell(state: SeatState): void {
    this.#state = state;
    this.dispatchEvent(new Event('change'));
  }

  #fail(error: unknown, retry = true): void {
    this.#tell({ at: 'failed', code: codeOf(error), retry });
  }

  /** What keeps the share: the check asks for the same. */
  get guard(): 'passphrase' | 'token' | 'either' {
    return this.#guard;
  }

  /** The key is made: from now on the share can be checked, up to the night. */
  get mayCheckShare(): boolean {
    const { state } = this;
    return state.at === 'asked' || (state.at === 'working' && state.stage === 'keep');
  }

  /**
   * Opens the share from where it rests, as on the night, and forgets it. Answers the code of what
   * is wrong, or undefined.
   */
  async checkShare(passphrase: string): Promise<string | undefined> {
    try {
      return await this.#shareFault(await Vault.open(this.#store, passphrase));
    } catch (error) {
      return codeOf(error);
    }
  }

  /** The same with the token that guards it. */
  checkShareWithToken(): TokenTask {
    const opened = async (vault: Vault): Promise<readonly TokenFinding[]> => {
      const code = await this.#shareFault(vault);
      const fault = code === undefined ? {} : { code: 'token.share' };
      return [{ what: 'share', good: code === undefined, ...fault }];
    };
    return new TokenSession(shareWork(this.#store, opened, 'check'), this.#roads);
  }

  async #shareFault(vault: Vault): Promise<string | undefined> {
    const state = this.#work?.follower.state;
    if (state === undefined) return 'seat.failed';
    const found = await checkShareAtRest(vault, state, this.index);
    return found === 'good' ? undefined : 'trustee.share-lost';
  }

  async unlock(passphrase: string): Promise<void> {
    this.#locked(false, true);
    try {
      this.#vault = await Vault.open(this.#store, passphrase);
    } catch (error) {
      if (codeOf(error) !== 'passphrase.wrong') this.#fail(error);
      else this.#locked(true);
      return;
    }
    this.#guard = 'passphrase';
    await this.retry();
  }

  /** Goes on from wherever it stands. */
  async retry(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#vault === undefined) {
      this.#locked(false);
      return;
    }
    this.#tell({ at: 'working', stage: 'commit' });
    try {
      this.#keys = await takeSeat(this.#vault);
      if (this.#fresh) {
        const { signingKey, hpkeKey } = this.#keys;
        await claimSeat({
          index: this.index,
          name: this.name,
          signingKey: bytesToHex(signingKey),
          hpkeKey: bytesToHex(hpkeKey),
        });
        this.#fresh = false;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    await this.#walk();
  }

  async decrypt(): Promise<void> {
    if (this.#state.at !== 'asked') return;
    this.#agreed = true;
    clearTimeout(this.#timer);
    await this.#walk();
  }

  /** The page goes: nothing more is asked of the board. */
  stop(): void {
    this.#stopped = true;
    this.#token?.stop();
    clearTimeout(this.#timer);
  }

  async #walk(): Promise<void> {
    let pause = POLL;
    try {
      pause = await this.#step();
    } catch (error) {
      if (this.#stopped) return;
      this.#fail(error);
      // A holder's own refusal does not mend itself; a lost line does.
      if (codeOf(error).startsWith('trustee.')) return;
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#walk(), pause);
  }

  /** Answers how long to wait before the next look. */
  async #step(): Promise<number> {
    const work = (this.#work ??= await this.#begin());
    if (work === undefined) {
      this.#tell({ at: 'working', stage: 'commit', waitingFor: 'manifest' });
      return POLL;
    }
    await work.follower.refresh();
    const { state } = work.follower;
    const mine = state.manifest?.trustees.holders.find(({ index }) => index === this.index);
    if (mine !== undefined && !equalBytes(mine.signingKey, this.#keys!.signingKey)) {
      throw new SeatError('trustee.not-a-holder', 'another device sits on this seat');
    }
    if (state.phase === 'tally' && !this.#agreed && (await this.#isDue(work))) return POLL;
    if (state.phase === 'tally' && this.#agreed) {
      const contests = state.manifest!.contests.length;
      this.#tell({ at: 'decrypting', done: 0, contests });
    }
    return this.#show(await work.trustee.step());
  }

  #show(progress: Progress): number {
    switch (progress.at) {
      case 'did':
        return 0;
      case 'done':
        this.#tell({ at: 'done' });
        return SLOW_POLL;
      case 'waiting': {
        const waitingFor = progress.for;
        this.#tell({ at: 'working', stage: STAGE_OF[waitingFor], waitingFor });
        return waitingFor === 'tally' ? SLOW_POLL : POLL;
      }
    }
  }

  /** Whether this holder's shares are awaited: checks every ballot first, then asks. */
  async #isDue({ follower, reader }: Work): Promise<boolean> {
    const { state, head } = follower;
    const due = state.manifest!.contests.filter(
      (contest) =>
        isDecrypted(contest, state.countedNumber(contest.id)) &&
        !(state.shares.get(contest.id) ?? []).some((share) => share.index === this.index),
    );
    if (due.length === 0 || !state.ceremony!.holders.includes(this.index)) return false;
    if (this.#state.at === 'asked') return true;
    this.#tell({ at: 'working', stage: 'decrypt' });
    await checkedAggregates(reader, head!, state, state.tallySize!);
    const ballots = due.reduce((sum, { id }) => sum + state.countedNumber(id), 0);
    this.#tell({ at: 'asked', ballots, contests: due.length });
    return true;
  }

  async #begin(): Promise<Work | undefined> {
    const config: PageConfig | undefined = await readConfig();
    if (config === undefined) return undefined;
    const reader = httpReader(new URL('/board/', config.box).href);
    const follower = new BoardFollower(reader, {
      electionId: hexToBytes(config.electionId),
      quorum: true,
    });
    const trustee = new Trustee({
      index: this.index,
      vault: this.#vault!,
      follower,
      reader,
      post: entryPoster(config.box),
    });
    return { trustee, follower, reader };
  }
}

class SeatError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code === 'control.unreachable' ? 'network.control' : code;
  // What `fetch` throws when nobody answers.
  return error instanceof TypeError ? 'network.unreachable' : 'seat.failed';
}
