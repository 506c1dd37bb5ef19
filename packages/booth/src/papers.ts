// The papers of the voter who is in the booth: entering with a seed that is durable first, taking up
// what a reload interrupted, and going on with the seed of another device.

import { contestById, electionId, type Manifest } from '@kabina/election/manifest';
import type { PortalClient, VoterAnswer } from './client.ts';
import { BoothError, troubleOf } from './errors.ts';
import { PaperWork } from './paper-work.ts';
import { voterName, type Records } from './records.ts';
import { recoveryCode, seedFromRecoveryCode } from './recovery.ts';
import type { Paper } from './state.ts';
import type { WorkerClient } from './worker-client.ts';

export interface PapersOptions {
  readonly manifest: Manifest;
  readonly client: PortalClient;
  readonly records: Records;
  readonly kiosk: boolean;
  readonly call: WorkerClient['call'];
  /** Token of an issuer's session. */
  readonly session: (issuer: string) => string;
  readonly expired: (issuer: string) => void;
  readonly changed: () => void;
}

type Contests = VoterAnswer['contests'];

export class Papers {
  readonly #options: PapersOptions;
  readonly #works = new Map<string, PaperWork>();
  #voter: string | undefined;

  constructor(options: PapersOptions) {
    this.#options = options;
  }

  /** Name of the voter's records; undefined while nobody has entered. */
  get voter(): string | undefined {
    return this.#voter;
  }

  get all(): readonly PaperWork[] {
    return [...this.#works.values()];
  }

  get views(): readonly Paper[] {
    return this.all.map((work) => work.view());
  }

  /** Those that were decided on and have no answer. */
  get pending(): readonly PaperWork[] {
    return this.all.filter((work) => work.pending !== undefined && !work.late);
  }

  /** @throws BoothError `session.illegal` if the voter has no such paper */
  get(contest: string): PaperWork {
    const work = this.#works.get(contest);
    if (work === undefined) throw new BoothError('session.illegal', `no paper for ${contest}`);
    return work;
  }

  /**
   * The issuers have let the voter in. `accessCode` on a kiosk: the seed is sealed under it, or comes
   * from before a crash.
   * @throws BoothError `voter.other`, `voter.disagree`, `keeper.failed`
   */
  async enter(answer: VoterAnswer, accessCode: string | undefined): Promise<void> {
    const { manifest, records, kiosk, call } = this.#options;
    const voter = voterName(electionId(manifest), answer);
    if (this.#voter !== undefined && this.#voter !== voter) {
      throw new BoothError('voter.other', 'another voter is in the booth');
    }
    if (this.#voter !== undefined) return;
    const style = manifest.styles.find(({ id }) => id === answer.style);
    if (style?.contests.join() !== answer.contests.map(({ id }) => id).join()) {
      throw new BoothError('voter.disagree', 'these are not the contests of the ballot style');
    }
    const code = kiosk ? accessCode : undefined;
    const left = code === undefined ? undefined : await records.seedUnder(code);
    const seed = await call('enter', left ?? (await records.voter(voter))?.seed);
    // Durable before the first issuer sees anything that derives from it.
    if (code !== undefined && left === undefined) await records.sealSeed(code, seed);
    await records.saveVoter(voter, { seed, contests: answer.contests });
    seed.fill(0);
    await this.#open(voter, answer.contests);
  }

  /** After a reload: the voter of these records, if they are there. */
  async takeUp(voter: string): Promise<void> {
    const { records, call } = this.#options;
    const kept = await records.voter(voter);
    if (kept === undefined) return;
    (await call('enter', kept.seed)).fill(0);
    await this.#open(voter, kept.contests);
  }

  async #open(voter: string, contests: Contests): Promise<void> {
    const { manifest, records } = this.#options;
    for (const { id } of contests) {
      const kept = await records.paper(voter, id);
      const work = new PaperWork(contestById(manifest, id), kept, {
        ...this.#options,
        election: electionId(manifest),
        save: (contest, paper) => records.savePaper(voter, contest, paper),
      });
      this.#works.set(id, work);
    }
    this.#voter = voter;
    for (const { id, served } of contests) {
      const work = this.get(id);
      // Served before: our own lost answer, or another device of this voter.
      if (served && !work.hasPermit) {
        void work.permit().catch((error: unknown) => {
          if (troubleOf(error).code === 'permits.served') work.error = troubleOf(error);
        });
      }
    }
  }

  /** Where revoting is allowed, on the voter's own device: a code for another device. */
  get mayKeepCode(): boolean {
    const { kiosk, manifest } = this.#options;
    return !kiosk && manifest.revoting !== null && this.#voter !== undefined;
  }

  async recoveryCode(): Promise<string> {
    const { manifest, records } = this.#options;
    const kept = this.mayKeepCode ? await records.voter(this.#voter!) : undefined;
    if (kept === undefined) throw new BoothError('session.illegal', 'no recovery code here');
    return recoveryCode(electionId(manifest), kept.seed);
  }

  /** A paper that issuers have served to another device, if this device holds no permit at all. */
  get refused(): PaperWork | undefined {
    if (this.#options.kiosk || this.all.some(({ hasPermit }) => hasPermit)) return undefined;
    return this.all.find(({ error }) => error?.code === 'permits.served');
  }

  /** @throws BoothError `recovery.form`, `recovery.other` */
  async restore(code: string): Promise<void> {
    const { manifest, records, call } = this.#options;
    const { refused } = this;
    const voter = this.#voter;
    if (voter === undefined || refused === undefined) {
      throw new BoothError('session.illegal', 'nothing to restore');
    }
    const seed = seedFromRecoveryCode(electionId(manifest), code);
    const own = (await records.voter(voter))!;
    // Before the permit is kept: a permit and another seed would not fit together after a crash.
    await records.saveVoter(voter, { ...own, seed });
    try {
      (await call('enter', seed)).fill(0);
      await refused.permit();
    } catch (error) {
      await records.saveVoter(voter, own);
      (await call('enter', own.seed)).fill(0);
      if (troubleOf(error).code !== 'permits.served') throw error;
      throw new BoothError('recovery.other', 'the issuers served another seed', { cause: error });
    }
    for (const work of this.all) {
      if (work.error?.code === 'permits.served') work.error = undefined;
    }
  }

  /** Forgets everybody, in memory. */
  clear(): void {
    this.#works.clear();
    this.#voter = undefined;
  }
}
