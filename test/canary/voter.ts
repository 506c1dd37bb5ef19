/** A voter of whom the test knows everything: seed, choice, randomness, codes and sessions. */
import type { PortalClient } from '@kabina/booth/client';
import { BallotMaker, type ElectionContext } from '@kabina/booth/voter';
import { randomBytes } from '@kabina/crypto/bytes';
import { PreparedVector } from '@kabina/crypto/vector';
import {
  ballotEntry,
  ballotKeyFromSeed,
  blindingSeed,
  challengeEntry,
  sealCore,
} from '@kabina/election/ballot';
import { encodeEntry, type Permit } from '@kabina/election/entries';
import { contestById, contestShape } from '@kabina/election/manifest';
import type { Secret } from './secrets.ts';

export class KnownVoter {
  readonly seed = randomBytes(32);
  readonly secrets: Secret[] = [];
  readonly #name: string;
  readonly #client: PortalClient;
  readonly #context: ElectionContext;
  readonly #maker: BallotMaker;
  readonly #sessions = new Map<string, string>();
  #permit: Permit | undefined;

  constructor(name: string, client: PortalClient, context: ElectionContext) {
    this.#name = name;
    this.#client = client;
    this.#context = context;
    this.#maker = new BallotMaker(context, this.seed);
    this.#plant('seed', this.seed);
  }

  /** Logs in with one-time codes. `wrong` is tried first. */
  async logIn(
    login: string,
    code: (issuer: string) => Promise<string>,
    wrong: string,
  ): Promise<void> {
    for (const { id } of this.#context.manifest.issuers) {
      const { session } = await this.#client.login(id, { method: 'training', login });
      this.#open(id, session);
      const right = await code(id);
      this.secrets.push({ name: `one-time code of ${this.#name}`, value: right, word: true });
      await refused(this.#client.verifyCode(id, session, wrong), 'codes.wrong');
      await this.#client.verifyCode(id, session, right);
    }
  }

  /** Enters with the halves of an access code. */
  async enter(halves: readonly string[]): Promise<void> {
    for (const [i, { id }] of this.#context.manifest.issuers.entries()) {
      const code = halves[i]!;
      this.secrets.push({ name: `access code of ${this.#name}`, value: code, word: true });
      const { session } = await this.#client.login(id, { method: 'access-code', code });
      this.#open(id, session);
    }
  }

  async obtainPermit(contest: string): Promise<void> {
    const { electionId, suite, manifest } = this.#context;
    const key = ballotKeyFromSeed(suite, this.seed, electionId, contest);
    this.#plant('ballot key', key.seed);
    const answers: Uint8Array[] = [];
    for (const { issuer, blinded } of this.#maker.requests(contest)) {
      const blinding = blindingSeed(this.seed, electionId, contest, issuer, 'online');
      this.#plant(`blinding for ${issuer}`, blinding);
      const request = { contest, list: 'online', blinded };
      answers.push(await this.#client.permit(issuer, this.#sessions.get(issuer)!, request));
      // A replay gets the same answer; another request under the same mark is refused.
      await this.#client.permit(issuer, this.#sessions.get(issuer)!, request);
      const other = {
        ...request,
        blinded: blinded.map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
      };
      await refused(
        this.#client.permit(issuer, this.#sessions.get(issuer)!, other),
        'permits.served',
      );
    }
    this.#permit = this.#maker.permit(contest, answers);
    await this.#client.voter(manifest.issuers[0]!.id, this.#sessions.get('registrar')!);
  }

  /** Seals; answers the ballot entry. Its randomness is a secret for ever. */
  seal(contest: string, marks: readonly number[], revision: number): Uint8Array {
    const { suite } = this.#context;
    const { seed } = ballotKeyFromSeed(suite, this.seed, this.#context.electionId, contest);
    const { core, opening, randomness } = this.#sealed(contest, marks, revision);
    const length = randomness.length / marks.length;
    // Some of the cells stand for all: they are made and erased together.
    for (let cell = 0; cell < marks.length; cell += 13) {
      const scalar = randomness.slice(cell * length, (cell + 1) * length);
      this.#plant(`randomness of cell ${cell}`, scalar);
    }
    return encodeEntry(ballotEntry(suite, core, opening, this.#permit!, seed));
  }

  /** An opened ballot: what is in it is public by the voter's own will. */
  challenge(contest: string, marks: readonly number[]): Uint8Array {
    const { core, randomness } = this.#sealed(contest, marks, 0);
    return encodeEntry(challengeEntry(core, marks, randomness));
  }

  async logOut(): Promise<void> {
    for (const [issuer, session] of this.#sessions) await this.#client.logout(issuer, session);
  }

  #sealed(contest: string, marks: readonly number[], revision: number) {
    const { suite, key, electionId, manifest } = this.#context;
    const shape = contestShape(contestById(manifest, contest));
    const { publicKey } = ballotKeyFromSeed(suite, this.seed, electionId, contest);
    const head = { election: electionId, contest, ballotKey: publicKey, revision };
    return sealCore(suite, PreparedVector.prepare(suite, key, shape), marks, head);
  }

  #open(issuer: string, session: string): void {
    this.#sessions.set(issuer, session);
    this.#plant('session', session);
  }

  #plant(what: string, value: Uint8Array | string): void {
    const copy = typeof value === 'string' ? value : value.slice();
    this.secrets.push({ name: `${what} of ${this.#name}`, value: copy });
  }
}

/** Awaits a refusal with this code; its text must be for a person and nothing else. */
export async function refused(work: Promise<unknown>, code: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    const found = (error as { code?: string }).code;
    if (found === code) return;
    throw new Error(`${code} expected, ${found} came`, { cause: error });
  }
  throw new Error(`${code} expected, nothing was refused`);
}
