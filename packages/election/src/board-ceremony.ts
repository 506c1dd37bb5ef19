/**
 * The order of the key ceremony on the board: everyone commits, the commitments are cosigned, then
 * everyone reveals; complaints are answered in public; a fault ends the attempt, and the next one
 * starts without the culprit; at last everyone confirms one key.
 */
import { equalBytes } from '@kabina/crypto/bytes';
import type { Point } from '@kabina/crypto/group';
import { jointKey, publicShare, verifyShare } from '@kabina/crypto/sharing';
import type { Suite } from '@kabina/crypto/suites';
import { ceremonyHash, checkTest, readCommitments, revealHash } from './ceremony.ts';
import { encode } from './cbor.ts';
import type { Bodies, Entry } from './entries.ts';
import type { Manifest } from './manifest.ts';
import { problem, type Problem } from './problem.ts';

/** An entry that the ceremony is made of. */
export type CeremonyEntry = Extract<Entry, { type: `ceremony/${string}` }>;

/** A trustee that says it got no good share from another. */
export interface Complaint {
  readonly index: number;
  readonly against: number;
  answered: boolean;
}

const fault = (code: string, message: string) => problem('ceremony', `ceremony.${code}`, message);

/** The ceremony as the board has it so far. Its maps are of the present attempt. */
export class Ceremony {
  readonly #suite: Suite;
  readonly #manifest: Manifest;
  readonly #election: Uint8Array;

  attempt = 1;
  /** Left out of the present attempt, ascending. */
  excluded: readonly number[] = [];
  readonly commits = new Map<number, Bodies['ceremony/commit']>();
  readonly reveals = new Map<number, Bodies['ceremony/reveal']>();
  readonly complaints: Complaint[] = [];
  readonly answers: Bodies['ceremony/answer'][] = [];
  /** Whose published share was not the one committed to. */
  readonly culprits = new Set<number>();
  readonly confirms = new Map<number, Bodies['ceremony/confirm']>();
  /** The election key K, once everyone has revealed. */
  key: Uint8Array | undefined;
  /** Public share of each holder of the attempt, ascending, once everyone has revealed. */
  publicShares: readonly (readonly [index: number, share: Uint8Array])[] = [];

  readonly #commitments = new Map<number, Point[]>();
  readonly #confirmHashes = new Map<number, Uint8Array>();
  #lastCommit = -1;

  constructor(suite: Suite, manifest: Manifest, election: Uint8Array) {
    this.#suite = suite;
    this.#manifest = manifest;
    this.#election = election;
  }

  /** Indices of the holders of the present attempt. */
  get holders(): number[] {
    return this.#manifest.trustees.holders
      .map((holder) => holder.index)
      .filter((index) => !this.excluded.includes(index));
  }

  /** Whether every holder has committed. */
  get committed(): boolean {
    return this.commits.size === this.holders.length;
  }

  /** Index in the log of the last commitment of the attempt; it has to be cosigned before a reveal. */
  get lastCommit(): number {
    return this.#lastCommit;
  }

  /** Whether every holder has confirmed and no complaint is open. */
  get complete(): boolean {
    return this.confirms.size === this.holders.length && !this.#troubled;
  }

  /** What `opened` has to carry. */
  get hash(): Uint8Array {
    const hashes = this.holders.map((index) => this.#confirmHashes.get(index) as Uint8Array);
    return ceremonyHash(this.#election, hashes);
  }

  /** The commitments of a holder that has revealed. */
  commitments(index: number): readonly Point[] | undefined {
    return this.#commitments.get(index);
  }

  get #troubled(): boolean {
    return this.culprits.size > 0 || this.complaints.some((complaint) => !complaint.answered);
  }

  /** May it be the next entry? `cosigned` is the size of the last cosigned checkpoint. */
  check(entry: CeremonyEntry, cosigned: number): Problem | undefined {
    const { body } = entry;
    if (entry.type === 'ceremony/restart') return this.#checkRestart(entry.body);
    if (body.attempt !== this.attempt) {
      return fault('attempt', `attempt ${body.attempt}, but ${this.attempt} is under way`);
    }
    const { index } = body as { index: number };
    if (!this.holders.includes(index)) {
      return fault('holder', `trustee ${index} takes no part in attempt ${this.attempt}`);
    }
    switch (entry.type) {
      case 'ceremony/commit':
        if (this.commits.has(index)) return fault('twice', `trustee ${index} has committed`);
        return undefined;
      case 'ceremony/reveal':
        return this.#checkReveal(entry.body, cosigned);
      case 'ceremony/complaint':
        return this.#checkComplaint(entry.body);
      case 'ceremony/answer':
        return this.#checkAnswer(entry.body);
      case 'ceremony/confirm':
        return this.#checkConfirm(entry.body);
    }
  }

  #checkReveal(body: Bodies['ceremony/reveal'], cosigned: number): Problem | undefined {
    const { index } = body;
    if (!this.committed) return fault('early', 'not everyone has committed yet');
    if (cosigned <= this.#lastCommit) return fault('early', 'the commitments are not cosigned yet');
    if (this.reveals.has(index)) return fault('twice', `trustee ${index} has revealed`);
    const committed = this.commits.get(index) as Bodies['ceremony/commit'];
    if (!equalBytes(committed.hash, revealHash(this.#election, body))) {
      return fault('reveal', `trustee ${index} reveals something else than it committed to`);
    }
    if (body.commitments.length !== this.#manifest.trustees.threshold) {
      return fault('reveal', `trustee ${index}: as many commitments as the threshold expected`);
    }
    const others = this.holders.filter((holder) => holder !== index);
    const receivers = body.shares.map(([to]) => to);
    if (others.join() !== receivers.join()) {
      return fault('reveal', `trustee ${index}: a share for each other holder expected, in order`);
    }
    if (!readCommitments(this.#suite, this.#election, body)) {
      return fault('reveal', `trustee ${index}: a point or the proof of knowledge is wrong`);
    }
    return undefined;
  }

  #checkComplaint({ index, against }: Bodies['ceremony/complaint']): Problem | undefined {
    if (index === against || !this.holders.includes(against)) {
      return fault('complaint', 'a complaint against nobody who could have erred');
    }
    if (!this.reveals.has(against)) return fault('early', `trustee ${against} has not revealed`);
    if (this.confirms.has(index)) return fault('complaint', `trustee ${index} has confirmed`);
    if (this.complaints.some((c) => c.index === index && c.against === against)) {
      return fault('twice', `trustee ${index} has complained against ${against}`);
    }
    return undefined;
  }

  #checkAnswer({ index, to }: Bodies['ceremony/answer']): Problem | undefined {
    const open = this.complaints.some((c) => c.index === to && c.against === index && !c.answered);
    return open ? undefined : fault('answer', 'there is no open complaint that this answers');
  }

  #checkRestart({ attempt, excluded }: Bodies['ceremony/restart']): Problem | undefined {
    if (attempt !== this.attempt + 1) return fault('attempt', 'the next attempt expected');
    const indices = this.#manifest.trustees.holders.map((holder) => holder.index);
    const ascending = excluded.every((index, i) => i === 0 || index > (excluded[i - 1] as number));
    if (!ascending || !excluded.every((index) => indices.includes(index))) {
      return fault('restart', 'those left out are not holders in ascending order');
    }
    // Nobody may gain by a second throw of the dice: each attempt is one holder poorer.
    const must = [...this.excluded, ...this.culprits];
    if (!must.every((i) => excluded.includes(i)) || excluded.length <= this.excluded.length) {
      return fault('restart', 'a restart leaves out a holder more, and every culprit');
    }
    if (indices.length - excluded.length < this.#manifest.trustees.threshold) {
      return fault('restart', 'fewer holders are left than the threshold');
    }
    return undefined;
  }

  #checkConfirm(body: Bodies['ceremony/confirm']): Problem | undefined {
    const { index } = body;
    if (this.key === undefined) return fault('early', 'not everyone has revealed yet');
    if (this.confirms.has(index)) return fault('twice', `trustee ${index} has confirmed`);
    if (this.#troubled) return fault('early', 'a complaint is open');
    if (!equalBytes(body.key, this.key)) return fault('confirm', 'not the key of the commitments');
    if (!equalBytes(encode(body.publicShares), encode(this.publicShares))) {
      return fault('confirm', 'not the public shares of the commitments');
    }
    const own = this.publicShares.find(([i]) => i === index)?.[1] as Uint8Array;
    if (!checkTest(this.#suite, this.#election, body, own)) {
      return fault('confirm', `the test decryption of trustee ${index} is wrong`);
    }
    return undefined;
  }

  /** Takes in an entry that {@link Ceremony.check} found nothing wrong with. */
  apply(entry: CeremonyEntry, at: number, leafHash: Uint8Array): void {
    const { body } = entry;
    switch (entry.type) {
      case 'ceremony/commit':
        this.commits.set(entry.body.index, entry.body);
        this.#lastCommit = at;
        return;
      case 'ceremony/reveal': {
        const points = readCommitments(this.#suite, this.#election, entry.body) as Point[];
        this.reveals.set(entry.body.index, entry.body);
        this.#commitments.set(entry.body.index, points);
        if (this.reveals.size === this.holders.length) this.#join();
        return;
      }
      case 'ceremony/complaint':
        this.complaints.push({
          index: entry.body.index,
          against: entry.body.against,
          answered: false,
        });
        return;
      case 'ceremony/answer':
        this.#takeAnswer(entry.body);
        return;
      case 'ceremony/confirm':
        this.confirms.set(entry.body.index, entry.body);
        this.#confirmHashes.set(entry.body.index, leafHash);
        return;
      case 'ceremony/restart':
        this.attempt = body.attempt;
        this.excluded = entry.body.excluded;
        this.commits.clear();
        this.reveals.clear();
        this.complaints.length = 0;
        this.answers.length = 0;
        this.culprits.clear();
        this.confirms.clear();
        this.key = undefined;
        this.publicShares = [];
        this.#commitments.clear();
        this.#confirmHashes.clear();
        this.#lastCommit = -1;
    }
  }

  #takeAnswer(body: Bodies['ceremony/answer']): void {
    const { group } = this.#suite;
    const commitments = this.#commitments.get(body.index) as Point[];
    let good = false;
    try {
      good = verifyShare(group, commitments, body.to, group.decodeScalar(body.share));
    } catch {
      // A scalar out of range is no share.
    }
    this.answers.push(body);
    if (!good) this.culprits.add(body.index);
    const complaint = this.complaints.find((c) => c.index === body.to && c.against === body.index);
    if (complaint) complaint.answered = true;
  }

  #join(): void {
    const { group } = this.#suite;
    const all = this.holders.map((index) => this.#commitments.get(index) as Point[]);
    const encode = (point: Point) => group.encode(point);
    this.key = encode(jointKey(group, all));
    this.publicShares = this.holders.map(
      (index) => [index, encode(publicShare(group, all, index))] as const,
    );
  }

  /** What is wrong with `opened`, or undefined. */
  checkOpened(body: Bodies['opened']): Problem | undefined {
    if (!this.complete || this.key === undefined) {
      return fault('incomplete', 'the ceremony is not complete');
    }
    const same =
      equalBytes(body.key, this.key) &&
      equalBytes(encode(body.publicShares), encode(this.publicShares)) &&
      equalBytes(body.ceremony, this.hash);
    return same ? undefined : fault('opened', 'not the key, shares and hash of the ceremony');
  }
}
