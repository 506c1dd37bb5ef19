/**
 * What a commission does in an election, without a face: opens it, suspends and resumes, withdraws a
 * candidate, closes, fixes the tally, states the result and the results protocol. The office page,
 * `npm start` and the rehearsal all work through it.
 *
 * Every act is an entry that the commission signs and the board takes only if the rules allow it.
 * What the commission states it has computed itself from the board's ballots and shares.
 */
import { sign } from '@kabina/crypto/ed25519';
import { suiteById } from '@kabina/crypto/suites';
import type { BoardState, Ceremony } from '@kabina/election/board';
import {
  cosignEntry,
  encodeEntry,
  signEntry,
  type Bodies,
  type Entry,
  type EntryOf,
  type EntryType,
} from '@kabina/election/entries';
import { BoardFollower, httpReader } from '@kabina/election/follower';
import type { Contest, Manifest } from '@kabina/election/manifest';
import { signaturesNeeded, type Act } from '@kabina/election/members';
import {
  entryLines,
  protocolLines,
  protocolNumbers,
  type ProtocolLine,
} from '@kabina/election/results-protocol';
import {
  checkShare,
  countVotes,
  isDecrypted,
  logarithms,
  zeroResult,
  type Aggregate,
} from '@kabina/election/tally';
import { checkedAggregates, type CheckBatch } from '@kabina/trustee/aggregates';
import { entryPoster } from '@kabina/trustee/box-client';
import type { TileReader } from '@kabina/log/tiles';
import { reach } from '../common/reach.ts';

/** Something that the commission wanted and the state of the election does not allow. */
export class CommissionError extends Error {
  override readonly name = 'CommissionError';
  readonly code: 'commission.not-ready' | 'commission.shares' | 'commission.stations';
  constructor(code: CommissionError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** A share that was set aside because its proof doesn't hold. */
export interface BadShare {
  readonly contest: string;
  readonly index: number;
}

export interface CommissionOptions {
  readonly electionId: Uint8Array;
  /** Ed25519 seed of the commission's key. */
  readonly seed: Uint8Array;
  /** Address of the ballot box. */
  readonly box: string;
  readonly checkBatch?: CheckBatch;
}

/** What the protocols say beside their lines. */
export interface ProtocolForm {
  /** ISO 8601 with offset: the hour and minute of signing. */
  readonly signedAt: string;
  readonly complaints: number;
  readonly certifiedCopies: number;
}

/** A member's line in the roll under the protocols: signed, or the reason why not. */
export interface RollLine {
  readonly signed: boolean;
  readonly dissent: boolean;
  readonly reason?: string;
}

export class Commission {
  readonly follower: BoardFollower;
  #reader: TileReader;
  #options: CommissionOptions;
  #post: (entry: Uint8Array) => Promise<void>;
  #aggregates: Map<string, Aggregate> | undefined;

  constructor(options: CommissionOptions) {
    this.#options = options;
    this.#reader = httpReader(new URL('/board/', options.box).href, reach);
    this.follower = new BoardFollower(this.#reader, {
      electionId: options.electionId,
      quorum: true,
    });
    this.#post = entryPoster(options.box);
  }

  get state(): BoardState {
    return this.follower.state;
  }

  /** The manifest. Throws before the board was read. */
  get manifest(): Manifest {
    const { manifest } = this.state;
    if (manifest === undefined) throw notReady('the board has not been read yet');
    return manifest;
  }

  /** Overwrites the commission's key: this commission signs nothing more. */
  forget(): void {
    this.#options.seed.fill(0);
  }

  refresh(): Promise<boolean> {
    return this.follower.refresh();
  }

  async #act<T extends EntryType>(type: T, body: Bodies[T]): Promise<void> {
    const { electionId, seed } = this.#options;
    const entry = signEntry(type, electionId, body, { by: 'commission', seed });
    await this.#post(encodeEntry(entry as Entry));
    await this.refresh();
  }

  /** Starts the ceremony again without some holders: those found out, or who don't answer. */
  restartCeremony(excluded: readonly number[], reason: string): Promise<void> {
    const { attempt } = this.#ceremony;
    const list = [...excluded].sort((a, b) => a - b);
    return this.#act('ceremony/restart', { attempt: attempt + 1, excluded: list, reason });
  }

  get #ceremony(): Ceremony {
    const { ceremony } = this.state;
    if (ceremony === undefined) throw notReady('there is no ceremony yet');
    return ceremony;
  }

  /** Opens the election with the key that the holders have confirmed. */
  open(): Promise<void> {
    const ceremony = this.#ceremony;
    if (!ceremony.complete || ceremony.key === undefined) {
      throw notReady('not every holder has confirmed the key');
    }
    return this.#act('opened', {
      key: ceremony.key,
      publicShares: ceremony.publicShares.map(([index, share]) => [index, share]),
      ceremony: ceremony.hash,
    });
  }

  suspend(reason: string): Promise<void> {
    return this.#act('suspended', { reason });
  }

  /** @param extension seconds by which closing is put off */
  resume(extension: number): Promise<void> {
    return this.#act('resumed', { extension });
  }

  withdraw(contest: string, option: string): Promise<void> {
    return this.#act('withdrawn', { contest, option });
  }

  /**
   * Closes the voting with what the stations' kiosks say they hold.
   *
   * @param missing kiosks that a person has named, of which nothing was heard
   * @throws {CommissionError} `commission.stations` if nothing was heard of others too
   */
  async close(missing: readonly string[] = []): Promise<void> {
    const body = this.state.stations?.closed() ?? { stations: [] };
    checkNamed(body.missing, missing);
    await this.#act('closed', body);
  }

  /**
   * Fixes which ballots count: all that are on the board by now.
   *
   * @param missing kiosks that a person has named, whose held ballots haven't all come
   * @throws {CommissionError} `commission.stations` if others' haven't either
   */
  async fixTally(missing: readonly string[] = []): Promise<void> {
    const { size, stations } = this.state;
    const body = stations?.tally(size) ?? { size };
    checkNamed(body.missing, missing);
    await this.#act('tally', body);
  }

  /** States what a kiosk holds at closing, as it was dictated. */
  stateHeld(body: Bodies['held']): Promise<void> {
    return this.#act('held', body);
  }

  /**
   * Countersigns what a kiosk has signed that it holds, in place of its desk.
   *
   * @param held with the kiosk's signature alone
   */
  async countersignHeld(held: EntryOf<'held'>): Promise<void> {
    const { seed } = this.#options;
    const signer = { by: 'commission', sign: async (input: Uint8Array) => sign(input, seed) };
    await this.#post(encodeEntry(await cosignEntry(held, signer)));
    await this.refresh();
  }

  /** Gives the account of a desk that is lost, by an act that members have signed. */
  stateMarked(body: Bodies['marked']): Promise<void> {
    return this.#act('marked', body);
  }

  /** Writes off the unopened cards of a dead kiosk, by an act that members have signed. */
  writeOff(body: Bodies['written-off']): Promise<void> {
    return this.#act('written-off', body);
  }

  /** Contests that still need shares, and how many good-looking ones they have. */
  get missingShares(): readonly { readonly contest: string; readonly shares: number }[] {
    const { threshold } = this.manifest.trustees;
    return this.manifest.contests
      .filter((contest) => isDecrypted(contest, this.state.countedNumber(contest.id)))
      .map(({ id }) => ({ contest: id, shares: this.state.shares.get(id)?.length ?? 0 }))
      .filter(({ shares }) => shares < threshold);
  }

  /**
   * Combines the shares and states the result of every contest; answers the shares that were set
   * aside. Contests that have a result already are left alone, so that it may be repeated.
   *
   * @throws {CommissionError} `commission.shares` if a contest has too few good shares
   */
  async stateResults(): Promise<BadShare[]> {
    const { state, manifest } = this;
    const { threshold } = manifest.trustees;
    const suite = suiteById(manifest.suite);
    const { head } = this.follower;
    if (state.tallySize === undefined || head === undefined)
      throw notReady('the tally is not fixed');
    this.#aggregates ??= await checkedAggregates(
      this.#reader,
      head,
      state,
      state.tallySize,
      this.#options.checkBatch,
    );
    const most = Math.max(0, ...manifest.contests.map(({ id }) => state.countedNumber(id)));
    const log = logarithms(suite, most);
    const bad: BadShare[] = [];
    for (const contest of manifest.contests) {
      if (state.results.has(contest.id)) continue;
      const aggregate = this.#aggregates.get(contest.id)!;
      const good = this.#goodShares(contest, aggregate, bad);
      if (isDecrypted(contest, aggregate.ballots) && good.length < threshold) {
        const message = `${contest.id}: ${good.length} good shares, ${threshold} are needed`;
        throw new CommissionError('commission.shares', message);
      }
      const result =
        aggregate.ballots === 0
          ? zeroResult(contest)
          : countVotes(contest, aggregate, threshold, good, log);
      const counts = result.counts === null ? null : [...result.counts];
      await this.#act('result', { ...result, counts });
    }
    return bad;
  }

  #goodShares(contest: Contest, aggregate: Aggregate, bad: BadShare[]): Bodies['share'][] {
    const publicShares = new Map(this.state.publicShares);
    const good: Bodies['share'][] = [];
    for (const share of this.state.shares.get(contest.id) ?? []) {
      const publicShare = publicShares.get(share.index);
      const { electionId } = this.#options;
      if (publicShare && checkShare(aggregate, electionId, publicShare, share)) good.push(share);
      else bad.push({ contest: contest.id, index: share.index });
    }
    return good;
  }

  /** The lines of a contest's protocol, once it has a result and the issuers have stated theirs. */
  lines(contest: Contest): ProtocolLine[] | undefined {
    const { state, manifest } = this;
    const result = state.results.get(contest.id);
    if (result === undefined || state.issued.size < manifest.issuers.length) return undefined;
    const numbers = protocolNumbers(manifest, state.issued, result, state);
    return protocolLines(contest, numbers, (option) => state.isWithdrawn(contest.id, option));
  }

  /**
   * Draws up the results protocol of every contest that has none yet, for the members to sign. With
   * `again` every contest gets a repeated one («Повторный»), and all sign anew.
   */
  async drawUpProtocols(form: ProtocolForm, again = false): Promise<void> {
    for (const contest of this.manifest.contests) {
      const repeated = this.state.protocols.has(contest.id);
      if (repeated && !again) continue;
      const lines = this.lines(contest);
      if (lines === undefined) throw notReady(`${contest.id} has no result yet`);
      await this.#act('protocol', {
        contest: contest.id,
        copy: 1,
        repeated,
        lines: entryLines(lines),
        complaints: form.complaints,
        signedAt: form.signedAt,
        certifiedCopies: form.certifiedCopies,
      });
    }
  }

  /** Puts a member's signature on the board. It is signed by itself: the commission adds nothing. */
  async addSignature(act: Act, member: number, cms: Uint8Array): Promise<void> {
    const { electionId: election } = this.#options;
    const body = { act, member, cms };
    await this.#post(encodeEntry({ type: 'signed', election, body, signatures: [] }));
    await this.refresh();
  }

  /** How many members still have to sign before an act. */
  signaturesMissing(act: Act): number {
    const needed = signaturesNeeded(this.manifest, act);
    return Math.max(0, needed - this.state.signatures(act).size);
  }

  /**
   * Publishes the protocols under the roll of members.
   *
   * @param roll by member in the manifest's order
   */
  publish(roll: readonly RollLine[]): Promise<void> {
    const { members } = this.manifest.commission;
    return this.#act('published', {
      members: members.map(({ name, post }, m) => ({ name, post, ...roll[m]! })),
    });
  }
}

/** Who is given up on is named by a person: one that fell silent since was not. */
function checkNamed(missing: readonly string[] = [], named: readonly string[]): void {
  const others = missing.filter((kiosk) => !named.includes(kiosk));
  if (others.length === 0) return;
  throw new CommissionError('commission.stations', `not heard of: ${others.join(', ')}`);
}

function notReady(message: string): CommissionError {
  return new CommissionError('commission.not-ready', message);
}
