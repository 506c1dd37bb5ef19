/**
 * The state of an election as its board has it, entry by entry. The ballot box asks it before it
 * appends, trustees and booths follow it, and the audit replays it: one set of rules for all.
 *
 * What it leaves to others: proofs, permits and signatures of ballots (`ballot.ts`), which can be
 * checked in parallel and then `discard` what is bad; the sums of ballots (`tally.ts`).
 *
 * Memory: some 250 bytes for a ballot, 64 for an entry.
 */
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { suiteById, type Suite } from '@kabina/crypto/suites';
import { leafHash } from '@kabina/log/merkle';
import { coreHash } from './ballot.ts';
import { checkBallot, checkChallengeEntry, type BallotRules } from './board-ballots.ts';
import { BallotIndex, type BallotRecord } from './ballot-index.ts';
import { Ceremony } from './board-ceremony.ts';
import { boardPolicy, readCosigned, type Cosigning } from './board-cosigned.ts';
import { BoardMembers } from './board-members.ts';
import { checkAfterClosing, placeName, type Closing } from './board-closing.ts';
import { lookUp, type Lookup } from './board-lookup.ts';
import { BoardStations, isStationEntry } from './board-stations.ts';
import { checkTallySize, checkWithdrawn, type Moment } from './board-turns.ts';
import { castBallot, checkSignatures, encodeEntry } from './entries.ts';
import type { Bodies, Entry, EntryOf } from './entries.ts';
import { ElectionError } from './errors.ts';
import { checkManifest, electionId, stationList, type Manifest } from './manifest.ts';
import type { Act, MemberSignature } from './members.ts';
import { checkOf, phasesOf, type Phase } from './board-phases.ts';
import { problem, type Problem } from './problem.ts';
import { RootHistory } from './root-history.ts';
import type { Aggregate } from './tally.ts';

export type { BallotRecord } from './ballot-index.ts';
export type { Ceremony, Complaint } from './board-ceremony.ts';
export type { Lookup } from './board-lookup.ts';
export type { Phase } from './board-phases.ts';
export type { BoardStations } from './board-stations.ts';
export type { Moment } from './board-turns.ts';
export { boardPolicy, type Cosigning } from './board-cosigned.ts';
export type { CheckId, Problem } from './problem.ts';

export class BoardState {
  #phase: Phase = 'empty';
  #manifest: Manifest | undefined;
  #election: Uint8Array | undefined;
  #suite: Suite | undefined;
  #ceremony: Ceremony | undefined;
  #opened: Bodies['opened'] | undefined;
  #ballots = new BallotIndex([], []);
  #stations: BoardStations | undefined;
  #cosigned: Cosigning[] = [];
  /** Index of an entry that a cosigned checkpoint has to cover before the election goes on. */
  #mustCover = -1;
  #extension = 0;
  readonly #moments: Moment[] = [];
  readonly #withdrawn: Bodies['withdrawn'][] = [];
  readonly #tree = new RootHistory();
  readonly #closing: Closing = {
    issued: new Map(),
    shares: new Map(),
    results: new Map(),
    protocols: new Map(),
    aggregates: new Map(),
    places: new Map(),
  };
  readonly #members = new BoardMembers();
  /** Leaf hashes of the signed entries that were taken in, hex. */
  readonly #signed = new Set<string>();
  #closedAt: number | undefined;
  #tallySize: number | undefined;

  get phase(): Phase {
    return this.#phase;
  }
  get manifest(): Manifest | undefined {
    return this.#manifest;
  }
  get electionId(): Uint8Array | undefined {
    return this.#election;
  }
  get suite(): Suite | undefined {
    return this.#suite;
  }
  get ceremony(): Ceremony | undefined {
    return this.#ceremony;
  }
  /** The election key K, from `opened`. */
  get key(): Uint8Array | undefined {
    return this.#opened?.key;
  }
  /** Public shares by holder, from `opened`. */
  get publicShares(): readonly (readonly [index: number, share: Uint8Array])[] {
    return this.#opened?.publicShares ?? [];
  }
  /** Options that left, in order. */
  get withdrawn(): readonly Bodies['withdrawn'][] {
    return this.#withdrawn;
  }
  /** Entries so far. */
  get size(): number {
    return this.#tree.size;
  }
  get root(): Uint8Array {
    return this.#tree.rootAt(this.#tree.size);
  }
  get cosigned(): readonly Cosigning[] {
    return this.#cosigned;
  }
  /** Size of the last cosigned checkpoint on the board. */
  get cosignedSize(): number {
    return this.#cosigned.at(-1)?.size ?? 0;
  }
  /** Seconds by which closing was put off. */
  get extension(): number {
    return this.#extension;
  }
  /** The turns of the election so far, in order. */
  get moments(): readonly Moment[] {
    return this.#moments;
  }
  /** Index of `closed`. */
  get closedAt(): number | undefined {
    return this.#closedAt;
  }
  /** From `tally`: ballots at a smaller index count. */
  get tallySize(): number | undefined {
    return this.#tallySize;
  }
  get ballots(): BallotIndex {
    return this.#ballots;
  }
  /** Undefined before the manifest. */
  get stations(): BoardStations | undefined {
    return this.#stations;
  }
  /** Statements of the issuers, by issuer. */
  get issued(): ReadonlyMap<string, Bodies['issued']> {
    return this.#closing.issued;
  }
  /** Decryption shares, by contest. */
  get shares(): ReadonlyMap<string, readonly Bodies['share'][]> {
    return this.#closing.shares;
  }
  get results(): ReadonlyMap<string, Bodies['result']> {
    return this.#closing.results;
  }
  /** The last protocol of each contest. */
  get protocols(): ReadonlyMap<string, Bodies['protocol']> {
    return this.#closing.protocols;
  }

  /** Members' signatures of an act that count now, by place on the roll from 1. */
  signatures(act: Act): ReadonlyMap<number, MemberSignature> {
    return this.#members.of(act);
  }
  /** Leaf hash of the last turn of the voting: `opened`, `suspended`, `resumed`. */
  get turn(): Uint8Array | undefined {
    const last = this.#moments.at(-1);
    return last && this.leafHash(last.index);
  }
  /** Protocols drawn up so far, repeated ones too. */
  get protocolRound(): number {
    return this.#members.protocolRound;
  }

  /** When a member's certificate has to be good: the last time that witnesses have put on the board. */
  certificateTime(act: Act): Date {
    const seconds = this.#cosigned.at(-1)?.time;
    const opens = Date.parse(this.#manifest!.hours.opens);
    const seen = seconds === undefined ? opens : seconds * 1000;
    // Before the opening the last time may be that of the ceremony, weeks ago.
    return new Date(act === 'open' ? Math.max(opens, seen) : seen);
  }

  /** The roll under the protocols; undefined while members sign. */
  get published(): Bodies['published'] | undefined {
    return this.#members.published;
  }

  get #context(): BallotRules {
    return {
      manifest: this.#manifest as Manifest,
      election: this.#election as Uint8Array,
      suite: this.#suite as Suite,
      ballots: this.#ballots,
      time: this.#cosigned.at(-1)?.time,
      extension: this.#extension,
    };
  }

  /** The root at an earlier size. */
  rootAt(size: number): Uint8Array {
    return this.#tree.rootAt(size);
  }

  /** Index in the log of the share of a trustee, or of the result or last protocol, of a contest. */
  placeOf(type: 'share' | 'result' | 'protocol', contest: string, trustee?: number) {
    const body = trustee === undefined ? { contest } : { contest, index: trustee };
    return this.#closing.places.get(placeName(body, type));
  }

  leafHash(index: number): Uint8Array {
    return this.#tree.leaf(index);
  }

  /**
   * Gives the sums of the counted ballots, so that the proofs of shares are checked too. The box
   * does so at `tally`; the audit checks shares apart.
   */
  setAggregates(aggregates: ReadonlyMap<string, Aggregate>): void {
    for (const [contest, sum] of aggregates) this.#closing.aggregates.set(contest, sum);
  }

  /** May it be the next entry? Proofs, permit and signature of a ballot are not looked at. */
  check(entry: Entry): Problem | undefined {
    const check = checkOf[entry.type];
    if (!phasesOf[entry.type].includes(this.#phase)) {
      const outside = ['ballot', 'late', 'challenge'].includes(entry.type) ? 'schedule' : check;
      const message = `${entry.type} does not belong into the phase ${this.#phase}`;
      return problem(outside, `${outside}.phase`, message);
    }
    if (entry.type === 'manifest') return this.#checkManifest(entry);
    const manifest = this.#manifest as Manifest;
    if (!equalBytes(entry.election, this.#election as Uint8Array)) {
      return problem(check, `${check}.election`, 'the entry belongs to another election');
    }
    const wrong = checkSignatures(manifest, entry);
    if (wrong !== undefined) return problem(check, `${check}.signature`, wrong);
    const other = this.#checkOther(entry, manifest);
    if (other !== undefined || entry.signatures.length === 0) return other;
    // Whoever signs anew makes other bytes: the box has written an old `resumed` once more, say.
    return this.#signed.has(bytesToHex(leafHash(encodeEntry(entry))))
      ? problem(check, `${check}.repeated`, 'the very same entry stands there already')
      : undefined;
  }

  #checkOther(entry: Exclude<Entry, { type: 'manifest' }>, manifest: Manifest) {
    if (isStationEntry(entry)) {
      return this.#stations?.check(entry, () => this.certificateTime('close'));
    }
    switch (entry.type) {
      case 'ballot':
        return (
          this.#checkCovered('the opening') ??
          checkBallot(this.#context, entry.body, coreHash(entry.body.core))
        );
      case 'challenge':
        return this.#checkCovered('the opening') ?? checkChallengeEntry(this.#context, entry.body);
      case 'late': {
        const wrong = this.#checkLate(entry);
        return wrong === 'again' ? undefined : wrong;
      }
      case 'opened':
        return (
          this.#members.checkEnough('ceremony', manifest, 'open') ??
          (this.#ceremony as Ceremony).checkOpened(entry.body)
        );
      case 'signed':
        return this.#members.check(this, entry.body, this.certificateTime(entry.body.act));
      case 'published':
        return this.#members.checkPublished(this, entry.body);
      case 'cosigned': {
        const read = this.#readCosigned(entry.body);
        return 'check' in read ? read : undefined;
      }
      case 'withdrawn':
        return checkWithdrawn(manifest, this.#withdrawn, entry.body);
      case 'suspended':
        return undefined;
      case 'resumed':
        return this.#checkCovered('suspended');
      case 'closed':
        return (
          this.#members.checkEnough('schedule', manifest, 'close') ??
          this.#stations?.checkClosed(entry.body)
        );
      case 'tally':
        return (
          this.#checkCovered('the closing') ??
          checkTallySize(entry.body.size, this.#closedAt as number, this.size) ??
          this.#stations?.checkTally(entry.body)
        );
      case 'share':
        return (
          this.#checkCovered('tally') ?? checkAfterClosing(this, this.#closing, manifest, entry)
        );
      case 'issued':
      case 'result':
      case 'protocol':
        return checkAfterClosing(this, this.#closing, manifest, entry);
      default:
        return (this.#ceremony as Ceremony).check(entry, this.cosignedSize);
    }
  }

  #checkManifest(entry: Extract<Entry, { type: 'manifest' }>): Problem | undefined {
    const { manifest } = entry.body;
    try {
      checkManifest(manifest);
    } catch (error) {
      if (!(error instanceof ElectionError)) throw error;
      return problem('manifest', error.code, error.message);
    }
    if (!equalBytes(entry.election, electionId(manifest))) {
      return problem('manifest', 'manifest.election', 'the id is not the hash of the manifest');
    }
    const wrong = checkSignatures(manifest, entry);
    return wrong === undefined ? undefined : problem('manifest', 'manifest.signature', wrong);
  }

  #readCosigned(body: Bodies['cosigned']): Omit<Cosigning, 'index'> | Problem {
    const policy = boardPolicy(this.#manifest as Manifest);
    return readCosigned(body.checkpoint, policy, this.#tree, this.cosignedSize);
  }

  #checkCovered(what: string): Problem | undefined {
    if (this.cosignedSize > this.#mustCover) return undefined;
    return problem('schedule', 'schedule.not-cosigned', `${what} is not cosigned yet`);
  }

  /** `again`: the same ballot stands there already. No hours bind what was held at closing. */
  #checkLate(entry: EntryOf<'late'>): Problem | 'again' | undefined {
    const { ballot } = entry.body;
    const hash = coreHash(ballot.core);
    const leafAt = (index: number) => this.leafHash(index);
    return (
      this.#stations?.checkLate(entry, hash, this.#ballots, leafAt) ??
      checkBallot({ ...this.#context, time: undefined }, ballot, hash)
    );
  }

  isWithdrawn(contest: string, option: string): boolean {
    return this.#withdrawn.some((one) => one.contest === contest && one.option === option);
  }

  /**
   * Takes the next entry in; undefined stands for bytes that are no entry. One with a problem takes
   * its place in the log and changes nothing, but for a ballot: it is remembered and does not count
   * (a second ballot of one revision counts if the first turns out to be bad), and for a challenge
   * of a cast core, which takes the ballot out.
   */
  apply(entry: Entry | undefined, leafHash: Uint8Array): Problem | undefined {
    const index = this.size;
    const wrong = entry
      ? this.check(entry)
      : problem('log', 'log.entry', 'no entry of an election');
    const again = entry?.type === 'late' && !wrong && this.#checkLate(entry) === 'again';
    if (entry) {
      if (!wrong || wrong.code === 'challenges.cast') this.#take(entry, index, leafHash);
      if (!again) this.#takeBallot(entry, index, wrong);
    }
    this.#tree.append(leafHash);
    return wrong;
  }

  #takeBallot(entry: Entry, index: number, wrong: Problem | undefined): void {
    const ballot = castBallot(entry);
    if (!ballot) return;
    const { core, permit } = ballot.body;
    if (!this.#manifest?.contests.some((contest) => contest.id === core.contest)) return;
    // These two faults end with the entry that they come from, should that turn out to be bad.
    const mayCount = ['ballots.revision-taken', 'ballots.core-opened'];
    const refused = wrong !== undefined && !mayCount.includes(wrong.code);
    const { contest, revision } = core;
    this.#ballots.add(permit.key, contest, permit.list, revision, coreHash(core), index, refused);
    if (entry.type === 'late') this.#stations?.noteLate(entry, index);
  }

  #take(entry: Entry, index: number, leafHash: Uint8Array): void {
    if (entry.signatures.length > 0) this.#signed.add(bytesToHex(leafHash));
    if (isStationEntry(entry)) {
      this.#stations?.take(entry, index, leafHash, this.#ballots);
      return;
    }
    if (entry.type === 'share' || entry.type === 'result' || entry.type === 'protocol') {
      this.#closing.places.set(placeName(entry.body, entry.type), index);
    }
    switch (entry.type) {
      case 'manifest': {
        const { manifest } = entry.body;
        this.#manifest = manifest;
        this.#election = entry.election;
        this.#suite = suiteById(manifest.suite);
        this.#ceremony = new Ceremony(this.#suite, manifest, entry.election);
        this.#ballots = new BallotIndex(
          manifest.contests.map((contest) => contest.id),
          ['online', ...manifest.stations.map((station) => stationList(station.id))],
        );
        this.#stations = new BoardStations(manifest, entry.election);
        this.#phase = 'ceremony';
        return;
      }
      case 'opened':
        this.#opened = entry.body;
        this.#turn(entry.type, index);
        this.#phase = 'open';
        return;
      case 'ballot':
        return;
      case 'late':
        this.#stations?.takeLate(entry);
        return;
      case 'challenge':
        this.#ballots.open(coreHash(entry.body.core), index);
        return;
      case 'cosigned': {
        const read = this.#readCosigned(entry.body);
        if (!('check' in read)) this.#cosigned.push({ index, ...read });
        return;
      }
      case 'withdrawn':
        this.#withdrawn.push(entry.body);
        return;
      case 'suspended':
        this.#turn(entry.type, index);
        this.#phase = 'suspended';
        return;
      case 'resumed':
        this.#extension += entry.body.extension;
        this.#turn(entry.type, index);
        this.#phase = 'open';
        return;
      case 'closed':
        this.#closedAt = index;
        this.#stations?.takeClosed();
        this.#turn(entry.type, index);
        this.#phase = 'closed';
        return;
      case 'tally':
        this.#tallySize = entry.body.size;
        this.#turn(entry.type, index);
        this.#phase = 'tally';
        return;
      case 'issued':
        this.#closing.issued.set(entry.body.issuer, entry.body);
        return;
      case 'share': {
        const others = this.#closing.shares.get(entry.body.contest) ?? [];
        this.#closing.shares.set(entry.body.contest, [...others, entry.body]);
        return;
      }
      case 'result':
        this.#closing.results.set(entry.body.contest, entry.body);
        if (this.#closing.results.size === this.#manifest?.contests.length) this.#phase = 'result';
        return;
      case 'protocol':
        this.#closing.protocols.set(entry.body.contest, entry.body);
        this.#members.protocolDrawn();
        return;
      case 'signed':
        this.#members.take(entry.body);
        return;
      case 'published':
        this.#members.takePublished(entry.body);
        this.#phase = 'published';
        return;
      default:
        this.#ceremony?.apply(entry, index, leafHash);
        if (this.#ceremony?.complete) this.#phase = 'ready';
    }
  }

  #turn(type: Moment['type'], index: number): void {
    this.#members.votingTurned();
    this.#mustCover = index;
    this.#moments.push({ type, index });
  }

  /** Takes out a ballot or challenge whose proofs, permit or signature were found bad. */
  discard(index: number): void {
    this.#ballots.discard(index);
  }

  /** Up to where ballots count: the size that `tally` says, or everything so far. */
  get #limit(): number {
    return this.#tallySize ?? Number.MAX_SAFE_INTEGER;
  }

  /** The ballots that count for a contest, in no order. */
  countedBallots(contest: string): Iterable<BallotRecord> {
    return this.#ballots.counted(contest, this.#limit);
  }

  countedNumber(contest: string): number {
    return this.#ballots.countedNumber(contest, this.#limit);
  }

  /** All ballots under the permit of a receipt, see {@link lookUp}. */
  lookup(trackingCode: string): Lookup[] {
    const leaf = (index: number) => this.#stations?.lateAt(index) ?? this.leafHash(index);
    return lookUp(this.#ballots, trackingCode, this.#limit, leaf);
  }
}
