/**
 * An issuer: identifies voters and blind-signs their permits. Run once for each issuer of the
 * manifest, each with its own folder, database, keys and codes; nothing but this file's handlers
 * decides who gets a permit.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { encodeEntry } from '@kabina/election/entries';
import {
  electionId,
  type BallotStyle,
  type Issuer,
  type Manifest,
} from '@kabina/election/manifest';
import { issuerRoutes } from '../api/issuer-routes.ts';
import { isoMinute, Schedule, type Clock } from '../clock.ts';
import { crashPoint } from '../crash.ts';
import { PortalError, SetupError } from '../errors.ts';
import { EventFeed } from '../http/events.ts';
import { createListener, type Handler, type Listener, type Question } from '../http/listener.ts';
import type { IdentifiedStore, Served } from '../store/identified.ts';
import { issuedEntry, issuedProof, issuedTree, servedContests, type IssuedTree } from './issued.ts';
import { signingKeyOf, type BlindSigner, type IssuerSecrets } from './keys.ts';
import type { Sender } from './sender.ts';
import { Visits, type Credentials, type Visit } from './visits.ts';
import { BoardWatch } from './watch.ts';

const SWEEP_MS = 60_000;
const DESK_RESULTS = 20;

export interface IssuerOptions {
  readonly id: string;
  readonly manifest: Manifest;
  readonly store: IdentifiedStore;
  readonly secrets: IssuerSecrets;
  readonly signers: readonly BlindSigner[];
  readonly sender: Sender;
  /** The ballot box's address. */
  readonly box: string;
  /** Without it the desk is closed. */
  readonly deskSecret?: string;
  readonly requestsPerMinute?: number;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

export interface RunningIssuer {
  readonly listener: Listener;
  close(): Promise<void>;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Throws {@link SetupError} if folder and manifest are not of one election. */
function issuerOf({ id, manifest, secrets, signers }: IssuerOptions): Issuer {
  const issuer = manifest.issuers.find((one) => one.id === id);
  if (issuer === undefined)
    throw new SetupError('issuer.unknown', `в манифесте нет издателя ${id}`);
  const wrong = new SetupError('issuer.keys', 'ключи издателя не те, что в манифесте');
  if (!equalBytes(issuer.signingKey, signingKeyOf(secrets))) throw wrong;
  for (const key of issuer.keys) {
    const own = signers.find((s) => s.public.contest === key.contest && s.public.list === key.list);
    if (own === undefined || !equalBytes(own.public.modulus, key.modulus)) throw wrong;
  }
  return issuer;
}

class IssuerService {
  readonly #options: IssuerOptions;
  readonly #issuer: Issuer;
  readonly #election: Uint8Array;
  readonly #schedule: Schedule;
  readonly #visits: Visits;
  readonly #watch: BoardWatch;
  readonly #turnout: EventFeed;
  readonly #styles: ReadonlyMap<string, BallotStyle>;
  readonly #sweeping: NodeJS.Timeout;
  /** This issuer's `issued` entry is on the board. */
  #published = false;
  #tree: Promise<IssuedTree> | undefined;
  #forgotten = false;

  constructor(options: IssuerOptions) {
    const { manifest, store, sender, clock } = options;
    this.#options = options;
    this.#issuer = issuerOf(options);
    this.#election = electionId(manifest);
    this.#schedule = new Schedule(manifest);
    const secret = options.secrets.markSecret;
    this.#visits = new Visits({ issuer: options.id, manifest, store, secret, sender, clock });
    this.#styles = new Map(manifest.styles.map((style) => [style.id, style]));
    this.#turnout = new EventFeed('turnout', () => this.#turnoutNow(), options.onFault);
    this.#watch = new BoardWatch({
      box: options.box,
      electionId: this.#election,
      clock,
      onEntry: (entry) => {
        if (entry.type === 'issued' && entry.body.issuer === options.id) this.#published = true;
      },
      onFault: options.onFault,
      onRead: () => this.#afterClosing(),
    });
    this.#sweeping = setInterval(() => {
      this.#visits.sweep().catch(options.onFault);
    }, SWEEP_MS).unref();
  }

  start(): void {
    this.#watch.start();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    this.#turnout.close();
    await this.#watch.stop();
  }

  readonly handlers: Readonly<Record<keyof typeof issuerRoutes, Handler>> = {
    login: ({ body, address }) => this.#visits.login(body as Credentials, address),
    resend: async ({ bearer }) => ({ resendAfter: await this.#visits.resend(bearer) }),
    verifyCode: async ({ bearer, body }) => {
      await this.#visits.verifyCode(bearer, (body as { code: string }).code);
      return { next: 'ready' };
    },
    voter: async ({ bearer }) => {
      const visit = await this.#visits.visit(bearer, { ready: true });
      const served = await servedContests(this.#options.store, this.#markOf(visit));
      const { position, salt, style } = visit.voter;
      const contests = this.#contestsOf(visit);
      return {
        position,
        salt: bytesToHex(salt),
        style,
        contests: contests.map((id) => ({ id, served: served.includes(id) })),
      };
    },
    permits: (question) => this.#permit(question),
    endSession: ({ bearer }) => this.#visits.end(bearer),
    issuedProof: (question) => this.#issuedProof(question),
    deskVoters: async ({ bearer, query }) => {
      this.#desk(bearer);
      const found = await this.#options.store.findVoters(query['query'] as string, DESK_RESULTS);
      const voters = found.map(async ({ number, name, document, style }) => {
        const served = await servedContests(this.#options.store, this.#visits.mark(number));
        return { number, name, document, style, served };
      });
      return { voters: await Promise.all(voters) };
    },
    deskCode: async ({ bearer, params }) => {
      this.#desk(bearer);
      const voter = await this.#options.store.voterByNumber(params['number'] as string);
      if (voter === undefined) throw new PortalError('desk.voter');
      const { part, expires } = await this.#visits.accessHalf(voter.number);
      return { part, expires: isoMinute(expires) };
    },
    turnout: () => this.#turnoutNow(),
    events: () => this.#turnout.stream(),
    keys: async () => ({
      id: this.#issuer.id,
      signingKey: base64url(this.#issuer.signingKey),
      keys: this.#issuer.keys.map((key) => ({ ...key, modulus: base64url(key.modulus) })),
    }),
  };

  async #permit({ bearer, body }: Question): Promise<{ blindSignature: string }> {
    const { store } = this.#options;
    const request = body as { contest: string; list: string; blinded: string };
    const { contest, list } = request;
    const blinded = Uint8Array.from(Buffer.from(request.blinded, 'base64url'));
    const visit = await this.#visits.visit(bearer, { ready: true });
    if (!this.#contestsOf(visit).includes(contest)) throw new PortalError('permits.contest');
    const signer = this.#options.signers.find(
      (s) => s.public.contest === contest && s.public.list === list && list === 'online',
    );
    if (signer === undefined) throw new PortalError('permits.list');
    const mark = this.#markOf(visit);
    // A lost answer is given again at any time; it is no new permit.
    const before = (await store.servedOf(mark)).find((served) => served.contest === contest);
    if (before !== undefined) return answerOf(before, blinded, list);
    // The election may have been opened or resumed within the last second.
    if (!this.#issuing()) await this.#watch.look();
    if (!this.#issuing()) throw new PortalError('permits.closed');
    const answer = signer.sign(blinded);
    crashPoint('permits.before-commit');
    const { style } = visit.voter;
    const { place } = visit.session;
    const stored = await store.serve({ mark, contest, list, style, place, blinded, answer });
    crashPoint('permits.after-commit');
    this.#turnout.changed();
    return answerOf(stored, blinded, list);
  }

  #issuing(): boolean {
    const { state, fresh } = this.#watch;
    const now = this.#options.clock();
    return fresh && state.phase === 'open' && this.#schedule.issues(now, state.extension);
  }

  async #issuedProof({ bearer }: Question): Promise<unknown> {
    const visit = await this.#visits.visit(bearer, { ready: true });
    if (!this.#published) throw new PortalError('issued.not-yet');
    const tree = await this.#issuedTree();
    const { position, salt } = visit.voter;
    return {
      position,
      size: tree.leaves.length,
      salt: bytesToHex(salt),
      contests: (await servedContests(this.#options.store, this.#markOf(visit))).sort(),
      proof: issuedProof(tree, visit.voter).map(bytesToHex),
      root: bytesToHex(tree.root),
    };
  }

  #issuedTree(): Promise<IssuedTree> {
    this.#tree ??= issuedTree(this.#options.store, (number) => this.#visits.mark(number));
    return this.#tree;
  }

  /** Once closed: publishes what was issued, until it is on the board, and forgets the visitors. */
  async #afterClosing(): Promise<void> {
    const { phase } = this.#watch.state;
    if (!['closed', 'tally', 'result', 'published'].includes(phase)) return;
    const { store, id, secrets } = this.#options;
    if (!this.#forgotten) {
      await store.forgetVisitors();
      await store.compact();
      this.#forgotten = true;
    }
    if (this.#published) return;
    const { root } = await this.#issuedTree();
    const { keys } = this.#issuer;
    const seed = secrets.signingSeed;
    const entry = await issuedEntry(store, {
      issuer: id,
      keys,
      election: this.#election,
      root,
      seed,
    });
    await this.#watch.post(encodeEntry(entry));
  }

  async #turnoutNow(): Promise<unknown> {
    const { store, manifest } = this.#options;
    const issued = await store.issuedCounts();
    const served = await store.turnoutByStyle();
    return {
      contests: manifest.contests.map(({ id }) => ({
        id,
        issued: issued
          .filter((one) => one.contest === id)
          .reduce((sum, one) => sum + one.remote + one.premises, 0),
      })),
      styles: manifest.styles.map(({ id, voters }) => ({
        id,
        voters,
        served: served.get(id) ?? 0,
      })),
    };
  }

  #desk(bearer: string | undefined): void {
    const { deskSecret } = this.#options;
    const known = deskSecret !== undefined && bearer !== undefined;
    if (!known || !timingSafeEqual(sha256(deskSecret), sha256(bearer))) {
      throw new PortalError('desk.secret');
    }
  }

  #markOf({ voter }: Visit): Uint8Array {
    return this.#visits.mark(voter.number);
  }

  #contestsOf({ voter }: Visit): readonly string[] {
    return this.#styles.get(voter.style)?.contests ?? [];
  }
}

/** The stored answer for the same request; another request is refused. */
function answerOf(served: Served, blinded: Uint8Array, list: string): { blindSignature: string } {
  if (served.list !== list || !equalBytes(served.blinded, blinded)) {
    throw new PortalError('permits.served');
  }
  return { blindSignature: base64url(served.answer) };
}

/** Makes an issuer with its listener; nothing listens yet, but the board is watched. */
export async function createIssuer(options: IssuerOptions): Promise<RunningIssuer> {
  const service = new IssuerService(options);
  const { requestsPerMinute, onFault } = options;
  const listener = await createListener({
    title: `Kabina: издатель ${options.id}`,
    routes: issuerRoutes,
    handlers: service.handlers,
    anonymous: false,
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    onFault,
  });
  service.start();
  return {
    listener,
    close: async () => {
      await service.close();
      await listener.close();
      await options.store.close();
    },
  };
}
