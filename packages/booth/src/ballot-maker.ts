// What is secret about one voter, in one object: the seed, the prepared sets, the sealed ballots.
// It lives in the worker of a booth, and directly in a process that votes without a face. Plain
// functions over bytes; no network, no storage, no clock.

import { blind, finalize } from '@kabina/crypto/blind-rsa';
import { randomBytes } from '@kabina/crypto/bytes';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { suiteById, type Suite } from '@kabina/crypto/suites';
import { PreparedVector } from '@kabina/crypto/vector';
import {
  ballotEntry,
  ballotKeyFromSeed,
  blindingSeed,
  challengeEntry,
  coreHash,
  permitMessage,
  sealCore,
  type BallotKey,
  type SealedCore,
} from '@kabina/election/ballot';
import { cardIssuer, encodeEntry, type Core, type Permit } from '@kabina/election/entries';
import {
  contestById,
  contestShape,
  electionId,
  type Contest,
  type Issuer,
  type IssuerKey,
  type Manifest,
} from '@kabina/election/manifest';
import { BoothError } from './errors.ts';

export const SEED_LENGTH = 32;
/** The voter list of those who vote online; stations have lists of their own. */
export const ONLINE = 'online';

export interface PermitRequest {
  readonly issuer: string;
  readonly blinded: Uint8Array;
}

/** What a kiosk deposits of one ballot of a card, 32 or 33 bytes each. */
export interface Deposited {
  /** Public half of the ballot key. */
  readonly key: Uint8Array;
  /** From which its request to the card issuer was blinded. */
  readonly blinding: Uint8Array;
}

/** A core on its way into the box, without the randomness that would open it. */
export interface CastableCore {
  readonly core: Core;
  /** Opens the tag, 16 bytes. */
  readonly opening: Uint8Array;
}

/** A core that the voter has opened (Benaloh's challenge). */
export interface OpenedCore {
  /** The `challenge` entry for the ballot box. */
  readonly entry: Uint8Array;
  readonly coreHash: Uint8Array;
  /** One 0 or 1 per cell of the contest's shape. */
  readonly marks: readonly number[];
  readonly randomness: Uint8Array;
}

interface Sealed extends SealedCore {
  readonly marks: readonly number[];
  /** Its opening may have left the device: casting it would show the choice. */
  opened: boolean;
}

/** What all voters of an election share, made once. */
export interface ElectionContext {
  readonly manifest: Manifest;
  readonly electionId: Uint8Array;
  readonly suite: Suite;
  /** With its table, which takes longer to make than a ballot. */
  readonly key: EncryptionKey;
}

/** @param key election key K as the board's `opened` entry has it */
export function electionContext(manifest: Manifest, key: Uint8Array): ElectionContext {
  const suite = suiteById(manifest.suite);
  return {
    manifest,
    electionId: electionId(manifest),
    suite,
    key: EncryptionKey.decode(suite.group, key),
  };
}

export class BallotMaker {
  readonly manifest: Manifest;
  readonly #election: Uint8Array;
  readonly #suite: Suite;
  readonly #key: EncryptionKey;
  readonly #seed: Uint8Array;
  readonly #list: string;
  readonly #prepared = new Map<string, PreparedVector>();
  readonly #sealed = new Map<string, Sealed>();

  /**
   * `seed`: 32 secret bytes of this voter; copied. `list`: whose permits these will be, `online` or
   * `station/ID`.
   */
  constructor(
    context: ElectionContext,
    seed: Uint8Array = randomBytes(SEED_LENGTH),
    list: string = ONLINE,
  ) {
    if (seed.length !== SEED_LENGTH) throw new TypeError('"seed" expected 32 bytes');
    this.manifest = context.manifest;
    this.#election = context.electionId;
    this.#suite = context.suite;
    this.#key = context.key;
    this.#seed = seed.slice();
    this.#list = list;
  }

  /** A copy of the seed, for whoever has to keep it. Secret. */
  get seed(): Uint8Array {
    return this.#seed.slice();
  }

  /** One request for each issuer, in the manifest's order; the same bytes every time. */
  requests(contest: string): PermitRequest[] {
    const message = this.#message(contest);
    return this.manifest.issuers.map((issuer) => {
      const { blinded, unblinder } = this.#blind(issuer, contest, message);
      unblinder.fill(0);
      return { issuer: issuer.id, blinded };
    });
  }

  /**
   * The permit, from every issuer's answer in the manifest's order.
   * @throws BoothError `permits.bad` if an answer is no signature of the request
   */
  permit(contest: string, answers: readonly Uint8Array[]): Permit {
    const signatures = this.manifest.issuers.map((issuer, i) =>
      this.unblind(contest, issuer.id, answers[i] ?? new Uint8Array()),
    );
    return this.permitOf(contest, signatures);
  }

  /**
   * One issuer's signature, from its answer.
   * @throws BoothError `permits.bad` if the answer is no signature of the request
   */
  unblind(contest: string, id: string, answer: Uint8Array): Uint8Array {
    const issuer = this.manifest.issuers.find((found) => found.id === id);
    if (issuer === undefined) throw new TypeError(`no issuer ${id}`);
    const message = this.#message(contest);
    // Blinding derives from the seed, so that it is done again rather than kept anywhere.
    const { unblinder } = this.#blind(issuer, contest, message);
    try {
      return finalize(this.#issuerKey(issuer, contest), message, unblinder, answer);
    } catch (cause) {
      throw new BoothError('permits.bad', `the answer of ${id} is no signature`, {
        retryable: true,
        cause,
      });
    } finally {
      unblinder.fill(0);
    }
  }

  /** The permit of all issuers' signatures, in the manifest's order. */
  permitOf(contest: string, signatures: readonly Uint8Array[]): Permit {
    return { key: this.#publicKey(contest), list: this.#list, signatures: [...signatures] };
  }

  /** What shows, to whoever gets it, for which ballot key the card issuer was asked. */
  deposited(contest: string): Deposited {
    const { id } = cardIssuer(this.manifest);
    return { key: this.#publicKey(contest), blinding: this.#blinding(id, contest) };
  }

  /** Computes what doesn't depend on the choice. A set that waits already is kept. */
  prepare(contest: string): void {
    if (this.#prepared.has(contest)) return;
    const shape = contestShape(contestById(this.manifest, contest));
    this.#prepared.set(contest, PreparedVector.prepare(this.#suite, this.#key, shape));
  }

  /**
   * Seals a choice, in the place of one that was sealed before and is erased.
   * @param marks 0 or 1 per option; all 0 is a blank paper where the contest allows one
   * @returns the core's hash, 32 bytes
   * @throws BoothError `marks.shape`
   */
  seal(
    contest: string,
    marks: readonly number[],
    ballot: { readonly revision: number; readonly digits?: string },
  ): Uint8Array {
    const cells = cellsOf(contestById(this.manifest, contest), marks);
    this.discard(contest);
    this.prepare(contest);
    const prepared = this.#prepared.get(contest)!;
    // Whatever happens next, this set serves no second time.
    this.#prepared.delete(contest);
    const ballotKey = this.#ballotKey(contest).publicKey;
    const head = { election: this.#election, contest, ballotKey, ...ballot };
    const sealed = sealCore(this.#suite, prepared, cells, head);
    this.#sealed.set(contest, { ...sealed, marks: cells, opened: false });
    return coreHash(sealed.core);
  }

  /** Takes a sealed core to cast it; its randomness is erased. Not after `open`. */
  take(contest: string): CastableCore {
    const sealed = this.#sealed.get(contest);
    if (sealed === undefined || sealed.opened) {
      throw new BoothError('session.illegal', 'nothing sealed that may be cast');
    }
    const { core, opening } = sealed;
    this.#sealed.delete(contest);
    sealed.randomness.fill(0);
    return { core, opening };
  }

  /** The `ballot` entry's bytes. Signing is hedged: made once, kept, and sent again as it is. */
  ballot({ core, opening }: CastableCore, permit: Permit): Uint8Array {
    const { seed } = this.#ballotKey(core.contest);
    const entry = encodeEntry(ballotEntry(this.#suite, core, opening, permit, seed));
    seed.fill(0);
    return entry;
  }

  /** Opens a sealed core. It can be opened again, for a retry, and never cast. */
  open(contest: string): OpenedCore {
    const sealed = this.#sealed.get(contest);
    if (sealed === undefined) throw new BoothError('session.illegal', 'nothing sealed');
    sealed.opened = true;
    const { core, marks, randomness } = sealed;
    const entry = encodeEntry(challengeEntry(core, marks, randomness));
    return { entry, coreHash: coreHash(core), marks, randomness: randomness.slice() };
  }

  /** Forgets a sealed core that was not cast. */
  discard(contest: string): void {
    this.#sealed.get(contest)?.randomness.fill(0);
    this.#sealed.delete(contest);
  }

  /** Forgets everything. */
  erase(): void {
    for (const contest of [...this.#sealed.keys()]) this.discard(contest);
    for (const prepared of this.#prepared.values()) prepared.erase();
    this.#prepared.clear();
    this.#seed.fill(0);
  }

  #ballotKey(contest: string): BallotKey {
    return ballotKeyFromSeed(this.#suite, this.#seed, this.#election, contest);
  }

  #publicKey(contest: string): Uint8Array {
    const { seed, publicKey } = this.#ballotKey(contest);
    seed.fill(0);
    return publicKey;
  }

  #message(contest: string): Uint8Array {
    return permitMessage(this.#election, contest, this.#ballotKey(contest).publicKey);
  }

  #blind(
    issuer: Issuer,
    contest: string,
    message: Uint8Array,
  ): { blinded: Uint8Array; unblinder: Uint8Array } {
    const secret = this.#blinding(issuer.id, contest);
    try {
      return blind(this.#issuerKey(issuer, contest), message, secret);
    } finally {
      secret.fill(0);
    }
  }

  #blinding(issuer: string, contest: string): Uint8Array {
    return blindingSeed(this.#seed, this.#election, contest, issuer, this.#list);
  }

  #issuerKey(issuer: Issuer, contest: string): IssuerKey {
    const key = issuer.keys.find((one) => one.contest === contest && one.list === this.#list);
    if (key === undefined) {
      throw new TypeError(`${issuer.id} has no key for ${contest}, ${this.#list}`);
    }
    return key;
  }
}

/** Marks per option made into marks per cell: where blank papers are allowed the last cell says so. */
function cellsOf(contest: Contest, marks: readonly number[]): number[] {
  const sum = marks.reduce((total, mark) => total + mark, 0);
  const bits = marks.every((mark) => mark === 0 || mark === 1);
  const least = contest.min;
  if (!bits || marks.length !== contest.options.length || sum < least || sum > contest.max) {
    // Privacy: the message doesn't say which limit, nor how many marks there were.
    throw new BoothError('marks.shape', 'these marks are not allowed on this paper');
  }
  return contest.min === 0 ? [...marks, sum === 0 ? 1 : 0] : [...marks];
}
