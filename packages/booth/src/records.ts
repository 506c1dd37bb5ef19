// What a session may leave on the device, by mode: on the voter's own device everything in `kept.ts`;
// on a kiosk only the seed, sealed under the access code, and the rest in memory.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, frame, randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import {
  openUnderPassphrase,
  PassphraseError,
  sealUnderPassphrase,
} from '@kabina/crypto/passphrase';
import { SEED_LENGTH } from './ballot-maker.ts';
import type { VoterAnswer } from './client.ts';
import { BoothError } from './errors.ts';
import {
  decodeLogin,
  decodePaper,
  decodeVoter,
  encodeLogin,
  encodePaper,
  encodeVoter,
  NEW_PAPER,
  type KeptLogin,
  type KeptPaper,
  type KeptVoter,
} from './kept.ts';
import { MemoryKeeper, type Keeper } from './keeper.ts';

/**
 * log2 of scrypt's N for a seed under an access code of 50 random bits: 32 MiB and a fraction of a
 * second each try, with a salt of its own for each record.
 */
const SEED_COST = 15;

export class Records {
  readonly #election: string;
  readonly #keeper: Keeper;
  /** What is written here is gone with the page, on a kiosk. */
  readonly #passing: Keeper;
  readonly #kiosk: boolean;
  #sealedSeed: string | undefined;

  /** `election` is the electionId in hex. */
  constructor(election: string, mode: 'own-device' | 'kiosk', keeper: Keeper) {
    this.#election = election;
    this.#keeper = keeper;
    this.#kiosk = mode === 'kiosk';
    this.#passing = this.#kiosk ? new MemoryKeeper() : keeper;
  }

  /** A kiosk has one page; on the voter's own device there may be several. */
  hold(): Promise<() => void> {
    return this.#keeper.hold(this.#election);
  }

  async login(): Promise<KeptLogin> {
    const bytes = await this.#passing.read(this.#name('login'));
    return bytes === undefined ? { sessions: {} } : decodeLogin(bytes);
  }

  saveLogin(login: KeptLogin): Promise<void> {
    return this.#passing.write(this.#name('login'), encodeLogin(login));
  }

  dropLogin(): Promise<void> {
    return this.#passing.delete(this.#name('login'));
  }

  async voter(voter: string): Promise<KeptVoter | undefined> {
    const bytes = await this.#passing.read(this.#name(voter));
    return bytes === undefined ? undefined : decodeVoter(bytes);
  }

  saveVoter(voter: string, kept: KeptVoter): Promise<void> {
    return this.#passing.write(this.#name(voter), encodeVoter(kept));
  }

  async paper(voter: string, contest: string): Promise<KeptPaper> {
    const bytes = await this.#passing.read(this.#name(voter, contest));
    return bytes === undefined ? NEW_PAPER : decodePaper(bytes);
  }

  savePaper(voter: string, contest: string, kept: KeptPaper): Promise<void> {
    return this.#passing.write(this.#name(voter, contest), encodePaper(kept));
  }

  /** Everything of this voter. */
  async forget(voter: string): Promise<void> {
    await this.#deleteAll(this.#passing, this.#name(voter));
    await this.dropLogin();
  }

  /** Kiosk: the seed that a crash left behind for this access code. */
  async seedUnder(code: string): Promise<Uint8Array | undefined> {
    for (const name of await this.#keeper.names(this.#name('kiosk'))) {
      const sealed = await this.#keeper.read(name);
      if (sealed === undefined) continue;
      try {
        const seed = await openUnderPassphrase(code, this.#label(), sealed);
        if (seed.length !== SEED_LENGTH) continue;
        this.#sealedSeed = name;
        return seed;
      } catch (error) {
        // Somebody else's, or damaged: it opens nothing here.
        if (!(error instanceof PassphraseError)) throw error;
      }
    }
    return undefined;
  }

  /** Kiosk: resolves once the seed is durable, sealed under the access code. */
  async sealSeed(code: string, seed: Uint8Array): Promise<void> {
    if (!this.#kiosk) throw new TypeError('only a kiosk seals a seed under a code');
    const sealed = await sealUnderPassphrase(code, this.#label(), seed, SEED_COST);
    const name = this.#name('kiosk', bytesToHex(randomBytes(8)));
    await this.#keeper.write(name, sealed);
    this.#sealedSeed = name;
  }

  /** Kiosk: this session's sealed seed, checked to be gone. */
  async dropSeed(): Promise<void> {
    if (this.#sealedSeed === undefined) return;
    await this.#keeper.delete(this.#sealedSeed);
    this.#sealedSeed = undefined;
  }

  /** Kiosk: seeds of all sessions that a crash interrupted, when a member ends them. */
  async dropAllSeeds(): Promise<void> {
    await this.#deleteAll(this.#keeper, this.#name('kiosk'));
    this.#sealedSeed = undefined;
  }

  async #deleteAll(keeper: Keeper, prefix: string): Promise<void> {
    for (const name of await keeper.names(prefix)) await keeper.delete(name);
    if ((await keeper.names(prefix)).length > 0) {
      throw new BoothError('keeper.failed', 'records are left', { retryable: true });
    }
  }

  #label(): string {
    return `kabina/v1/kiosk-seed/${this.#election}`;
  }

  #name(...parts: string[]): string {
    return [this.#election, ...parts].join('/');
  }
}

/** Name of a voter's records: several voters of one household may use one device. */
export function voterName(election: Uint8Array, { position, salt }: VoterAnswer): string {
  const bytes = frame('kabina/v1/booth-voter', election, utf8ToBytes(`${position}/${salt}`));
  return bytesToHex(sha256(bytes).subarray(0, 16));
}
