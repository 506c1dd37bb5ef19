/**
 * A trustee («хранитель ключа») at work. `step()` looks at the board and does the next thing that is
 * due: commit, reveal, complain, answer, confirm, and after the `tally` decrypt, once.
 *
 * A step may be repeated at any time and after any crash: what it publishes was stored before, and
 * what stands on the board is not done again. The same road is taken after a restart as in normal
 * work. If the process dies on any line, nothing is lost and nothing secret has left.
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { sha256 } from '@noble/hashes/sha2.js';
import type { BoardFollower } from '@kabina/election/follower';
import {
  encodeEntry,
  signEntry,
  decodeEntry,
  type Bodies,
  type Entry,
} from '@kabina/election/entries';
import type { EntryType } from '@kabina/election/entries';
import { encode } from '@kabina/election/cbor';
import { decryptShare, isDecrypted } from '@kabina/election/tally';
import { suiteById, type Suite } from '@kabina/crypto/suites';
import { CheckedSums, type CheckBatch } from './aggregates.ts';
import {
  answerTo,
  confirmation,
  makeDealing,
  readDealing,
  receiveShares,
  revealOf,
} from './dealing.ts';
import { HPKE_KEY, SIGNING_SEED } from './seat.ts';
import { TrusteeError } from './store.ts';
import type { Vault } from './vault.ts';
import type { TileReader } from '@kabina/log/tiles';

/** What the holder is told. */
export type Progress =
  /** Something was published or stored; call again. */
  | { readonly at: 'did'; readonly what: Deed }
  /** Nothing is due until the board grows. */
  | { readonly at: 'waiting'; readonly for: Expectation }
  /** The election is over, or it goes on without this holder. */
  | { readonly at: 'done' };

export type Deed = 'commit' | 'reveal' | 'complaint' | 'answer' | 'confirm' | 'erase' | 'share';
export type Expectation =
  | 'manifest'
  | 'commits'
  | 'reveals'
  | 'answers'
  | 'restart'
  | 'confirms'
  | 'opening'
  | 'tally'
  | 'shares';

export interface TrusteeOptions {
  readonly index: number;
  readonly vault: Vault;
  /** Follows the board with the witnesses' quorum: a holder is shown what everybody is shown. */
  readonly follower: BoardFollower;
  readonly reader: TileReader;
  /** Gives a signed entry to the board; throws if it was not taken. */
  readonly post: (entry: Uint8Array) => Promise<void>;
  /** Checks a batch of ballots, where threads are to be had; by default in this one. */
  readonly checkBatch?: CheckBatch;
}

export class Trustee {
  readonly index: number;
  #vault: Vault;
  #follower: BoardFollower;
  #sums: CheckedSums;
  #post: (entry: Uint8Array) => Promise<void>;
  #posted = new Set<string>();

  constructor(options: TrusteeOptions) {
    this.index = options.index;
    this.#vault = options.vault;
    this.#follower = options.follower;
    this.#sums = new CheckedSums(options.reader, options.checkBatch);
    this.#post = options.post;
  }

  /**
   * Reads what is new and does the next thing that is due. Errors of the board or the network leave
   * everything as it was: call again.
   *
   * @throws {TrusteeError} `trustee.not-a-holder`; `trustee.board-unsound` if the board does not bear
   *   checking, before anything is decrypted; `trustee.second-aggregate`; `trustee.share-lost`
   */
  async step(): Promise<Progress> {
    await this.#follower.refresh();
    const { state } = this.#follower;
    switch (state.phase) {
      case 'empty':
        return { at: 'waiting', for: 'manifest' };
      case 'ceremony':
      case 'ready':
        return this.#ceremony();
      case 'open':
      case 'suspended':
      case 'closed':
        return (await this.#eraseCeremony()) ?? this.#checkBallots();
      case 'tally':
        return this.#decrypt();
      default:
        return { at: 'done' };
    }
  }

  get #suite(): Suite {
    return suiteById(this.#follower.state.manifest!.suite);
  }

  async #ceremony(): Promise<Progress> {
    const { state } = this.#follower;
    const { ceremony } = state;
    const election = state.electionId!;
    const me = this.index;
    if (ceremony === undefined || !ceremony.holders.includes(me)) {
      throw new TrusteeError('trustee.not-a-holder', `holder ${me} takes no part in the ceremony`);
    }
    const { attempt } = ceremony;
    const name = `dealing/${attempt}`;
    let record = await this.#vault.get(name);
    if (record === undefined) {
      if (ceremony.commits.has(me)) {
        throw new TrusteeError('trustee.share-lost', 'the dealing that was committed to is gone');
      }
      record = await makeDealing(
        this.#suite,
        state.manifest!,
        election,
        attempt,
        ceremony.holders,
        me,
      );
      await this.#vault.put(name, record);
    }
    const dealing = readDealing(this.#suite, record);
    const reveal = revealOf(dealing, election);

    if (!ceremony.commits.has(me)) {
      return this.#publish('ceremony/commit', { attempt, index: me, hash: reveal.hash }, 'commit');
    }
    if (!ceremony.reveals.has(me)) {
      if (!ceremony.committed) return { at: 'waiting', for: 'commits' };
      // The board takes a reveal only once the commitments are cosigned.
      if (state.cosignedSize <= ceremony.lastCommit) return { at: 'waiting', for: 'commits' };
      return this.#publish('ceremony/reveal', dealing.reveal, 'reveal');
    }
    const owed = ceremony.complaints.find((c) => c.against === me && !c.answered);
    if (owed !== undefined) {
      const share = answerTo(this.#suite, dealing, owed.index);
      return this.#publish(
        'ceremony/answer',
        { attempt, index: me, to: owed.index, share },
        'answer',
      );
    }
    if (ceremony.key === undefined) return { at: 'waiting', for: 'reveals' };
    if (ceremony.culprits.size > 0) return { at: 'waiting', for: 'restart' };
    if (ceremony.confirms.has(me)) {
      return { at: 'waiting', for: ceremony.complete ? 'opening' : 'confirms' };
    }

    const hpkeKey = await this.#vault.get(HPKE_KEY);
    if (hpkeKey === undefined) {
      throw new TrusteeError('trustee.share-lost', 'the key for the shares of the others is gone');
    }
    const received = await receiveShares(this.#suite, ceremony, election, dealing, hpkeKey);
    hpkeKey.fill(0);
    for (const { against, share } of received.bad) {
      if (ceremony.complaints.some((c) => c.index === me && c.against === against)) continue;
      const body = { attempt, index: me, against, ...(share === undefined ? {} : { share }) };
      return this.#publish('ceremony/complaint', body, 'complaint');
    }
    if (received.joint === undefined || ceremony.complaints.some((c) => !c.answered)) {
      return { at: 'waiting', for: 'answers' };
    }
    await this.#vault.put('share', received.joint);
    received.joint.fill(0);
    // The test decryption is made from what the store gives back, not from what it was given.
    const stored = await this.#share();
    const body = confirmation(this.#suite, ceremony, election, me, stored);
    return this.#publish('ceremony/confirm', body, 'confirm');
  }

  /**
   * Once the election is opened, no ceremony can start again: the dealing and the HPKE key, with
   * which the shares on the board could be opened for ever, are erased.
   */
  async #eraseCeremony(): Promise<Progress | undefined> {
    const { ceremony } = this.#follower.state;
    if ((await this.#vault.get(HPKE_KEY)) === undefined) return undefined;
    await this.#share();
    for (let attempt = 1; attempt <= ceremony!.attempt; attempt++) {
      await this.#vault.delete(`dealing/${attempt}`);
    }
    await this.#vault.delete(HPKE_KEY);
    return { at: 'did', what: 'erase' };
  }

  /** Checks what has come, so that after the `tally` only the decryption is left to do. */
  async #checkBallots(): Promise<Progress> {
    const { state, head } = this.#follower;
    await this.#sums.catchUp(head!, state);
    return { at: 'waiting', for: 'tally' };
  }

  async #share(): Promise<bigint> {
    const stored = await this.#vault.get('share');
    if (stored === undefined) throw new TrusteeError('trustee.share-lost', 'the share is gone');
    const share = this.#suite.group.decodeScalar(stored);
    stored.fill(0);
    return share;
  }

  async #decrypt(): Promise<Progress> {
    const { state, head } = this.#follower;
    await this.#eraseCeremony();
    const election = state.electionId!;
    const manifest = state.manifest!;
    if (!state.ceremony!.holders.includes(this.index)) return { at: 'done' };
    const limit = state.tallySize!;
    const due = manifest.contests.filter(
      (contest) =>
        isDecrypted(contest, state.countedNumber(contest.id)) &&
        !(state.shares.get(contest.id) ?? []).some((share) => share.index === this.index),
    );
    if (due.length === 0) return { at: 'waiting', for: 'shares' };

    const ready: Entry[] = [];
    for (const contest of due) {
      const made = await this.#vault.get(`decrypted/${contest.id}`);
      if (made !== undefined) ready.push(decodeEntry(made));
    }
    if (ready.length < due.length) {
      const aggregates = await this.#sums.finish(head!, state, limit);
      const secretShare = await this.#share();
      for (const contest of due) {
        const aggregate = aggregates.get(contest.id)!;
        // Recorded before the decryption leaves: the same contest is never decrypted over another
        // sum, nor over a part of this one, whatever the board may say later.
        const digest = sha256(aggregate.encode());
        const before = await this.#vault.get(`aggregate/${contest.id}`);
        if (before !== undefined && !equalBytes(before, digest)) {
          throw new TrusteeError(
            'trustee.second-aggregate',
            `another sum of contest ${contest.id} was decrypted before`,
          );
        }
        if (before === undefined) await this.#vault.put(`aggregate/${contest.id}`, digest);
        if (await this.#vault.get(`decrypted/${contest.id}`)) continue;
        const body = decryptShare(aggregate, {
          election,
          contest: contest.id,
          index: this.index,
          secretShare,
        });
        const entry = await this.#sign('share', body);
        await this.#vault.put(`decrypted/${contest.id}`, encodeEntry(entry));
        ready.push(entry);
      }
    }
    for (const entry of ready) await this.#post(encodeEntry(entry));
    return { at: 'did', what: 'share' };
  }

  async #sign<T extends EntryType>(type: T, body: Bodies[T]): Promise<Entry> {
    const seed = await this.#vault.get(SIGNING_SEED);
    if (seed === undefined) throw new TrusteeError('trustee.share-lost', 'the signing key is gone');
    const election = this.#follower.state.electionId!;
    const entry = signEntry(type, election, body, { by: `trustee/${this.index}`, seed });
    seed.fill(0);
    return entry as Entry;
  }

  async #publish<T extends EntryType>(type: T, body: Bodies[T], what: Deed): Promise<Progress> {
    const id = `${type} ${bytesToHex(sha256(encode(body)))}`;
    // Given to the board already: it shows up once witnesses have cosigned it.
    if (this.#posted.has(id)) return { at: 'waiting', for: WAITS[what] };
    await this.#post(encodeEntry(await this.#sign(type, body)));
    this.#posted.add(id);
    return { at: 'did', what };
  }
}

const WAITS: Readonly<Record<Deed, Expectation>> = {
  commit: 'commits',
  reveal: 'reveals',
  complaint: 'answers',
  answer: 'answers',
  confirm: 'confirms',
  erase: 'tally',
  share: 'shares',
};
