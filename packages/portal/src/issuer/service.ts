/**
 * An issuer: identifies voters and blind-signs their permits. Run once for each issuer of the
 * manifest, each with its own folder, database, keys and codes; nothing but this file's handlers
 * decides who gets a permit.
 */
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
import { Deliveries } from './deliveries.ts';
import { DeskRights, type DeskSecrets } from './desk.ts';
import { issuedEntry, issuedProof, issuedTree, servedContests, type IssuedTree } from './issued.ts';
import { signingKeyOf, type BlindSigner, type IssuerSecrets } from './keys.ts';
import type { Sender } from './sender.ts';
import { StationLists } from './station-lists.ts';
import { serves } from './stations.ts';
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
  /** Without any the desks are closed. */
  readonly deskSecrets?: DeskSecrets;
  readonly requestsPerMinute?: number;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

export interface RunningIssuer {
  readonly listener: Listener;
  close(): Promise<void>;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

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
  readonly #desk: DeskRights;
  readonly #lists: StationLists;
  readonly #deliveries: Deliveries;
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
    this.#desk = new DeskRights(manifest, options.deskSecrets ?? {});
    const mark = (number: string): Uint8Array => this.#visits.mark(number);
    this.#lists = new StationLists({ manifest, store, mark });
    this.#deliveries = new Deliveries({
      manifest,
      election: this.#election,
      issuer: this.#issuer,
      store: store.deliveries,
      signers: options.signers,
      seed: options.secrets.signingSeed,
      watch: this.#watch,
      clock,
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
      this.#desk.any(bearer);
      const found = await this.#options.store.findVoters(query['query'] as string, DESK_RESULTS);
      const voters = found.map(async ({ number, name, document, style, list }) => {
        const served = await servedContests(this.#options.store, this.#visits.mark(number));
        return { number, name, document, style, list, served };
      });
      return { voters: await Promise.all(voters) };
    },
    deskCode: async ({ bearer, params }) => {
      this.#desk.whole(bearer);
      const voter = await this.#options.store.voterByNumber(params['number'] as string);
      if (voter === undefined) throw new PortalError('desk.voter');
      const { part, expires } = await this.#visits.accessHalf(voter.number);
      return { part, expires: isoMinute(expires) };
    },
    deliveries: ({ body }) => this.#deliveries.deliver(body as Uint8Array),
    confirmDelivery: ({ body }) => this.#deliveries.confirm(body as Uint8Array),
    deskCards: async ({ bearer, params }) => {
      const { station } = params as { station: string };
      this.#desk.station(bearer, station);
      return { batches: await this.#deliveries.batches(station) };
    },
    printCards: async ({ bearer, params }) => {
      const { station, kiosk, batch } = batchOf(params);
      this.#desk.station(bearer, station);
      return { cards: await this.#deliveries.print(station, kiosk, batch) };
    },
    eraseCards: ({ bearer, params }) => {
      const { station, kiosk, batch } = batchOf(params);
      this.#desk.station(bearer, station);
      return this.#deliveries.erase(station, kiosk, batch);
    },
    deskList: ({ bearer, params, body }) => {
      const { station } = params as { station: string };
      this.#desk.station(bearer, station);
      return this.#lists.take(station, (body as { from: number }).from);
    },
    deskTransfer: ({ bearer, body }) => {
      const { station, number } = body as { station: string; number: string };
      this.#desk.station(bearer, station);
      return this.#lists.transfer(station, number);
    },
    deskRelease: async ({ bearer, body }) => {
      const { station, number } = body as { station: string; number: string };
      this.#desk.station(bearer, station);
      await this.#lists.release(station, number);
      return {};
    },
    deskMarks: async ({ bearer, body }) => {
      const { station, marks, complete } = body as MarksRequest;
      this.#desk.station(bearer, station);
      const numbers = marks.map(({ number }) => number);
      const answer = await this.#lists.mark(station, numbers, complete);
      this.#turnout.changed();
      return answer;
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
    if (before?.list === list) return answerOf(before, blinded, list);
    if (visit.voter.list !== list) throw new PortalError('permits.elsewhere');
    // The election may have been opened or resumed within the last second.
    if (!this.#issuing()) await this.#watch.look();
    if (!this.#issuing()) throw new PortalError('permits.closed');
    const answer = signer.sign(blinded);
    crashPoint('permits.before-commit');
    const { number, style } = visit.voter;
    const { place } = visit.session;
    const served = { mark, contest, list, style, place, blinded, answer };
    const stored = await store.serve(number, served);
    crashPoint('permits.after-commit');
    // A desk has taken the voter over in the meantime.
    if (stored === undefined) throw new PortalError('permits.elsewhere');
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

  /**
   * Once closed: forgets the visitors, and publishes what was issued until it is on the board. The
   * stations' marks belong to it: it waits for them, but not longer than until `tally`.
   */
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
    if (phase === 'closed' && !(await this.#lists.areComplete())) return;
    await store.lists.endMarking();
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

  #markOf({ voter }: Visit): Uint8Array {
    return this.#visits.mark(voter.number);
  }

  #contestsOf({ voter }: Visit): readonly string[] {
    return this.#styles.get(voter.style)?.contests ?? [];
  }
}

interface MarksRequest {
  readonly station: string;
  readonly marks: readonly { readonly number: string }[];
  readonly complete: boolean;
}

function batchOf(params: Question['params']): { station: string; kiosk: string; batch: number } {
  const { station, kiosk, batch } = params as Record<'station' | 'kiosk' | 'batch', string>;
  return { station, kiosk, batch: Number(batch) };
}

/** The stored answer for the same request; another request is refused. */
function answerOf(served: Served, blinded: Uint8Array, list: string): { blindSignature: string } {
  if (served.list !== list || !equalBytes(served.blinded, blinded)) {
    throw new PortalError('permits.served');
  }
  return { blindSignature: base64url(served.answer) };
}

/** Throws {@link SetupError} if the register attaches a voter to a station that can't serve them. */
async function checkLists({ manifest, store }: IssuerOptions): Promise<void> {
  for (const { list, style } of await store.lists.listed()) {
    if (list === 'online' || serves(manifest, list.replace('station/', ''), style)) continue;
    throw new SetupError('issuer.voters', `по манифесту вид ${style} не обслуживается в ${list}`);
  }
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
  await checkLists(options);
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
