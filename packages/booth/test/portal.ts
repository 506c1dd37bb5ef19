// A small portal in this process, for tests of the booth alone: real HTTP, real signatures, a real
// board of the election package; state in memory and faults on demand. The real portal's own tests
// with the booth are in the repository's `test` folder, since the booth may not import it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { BallotChecker, coreHash, parseTrackingCode } from '@kabina/election/ballot';
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import { encodePromise, signPromise } from '@kabina/election/receipt';
import {
  TestElection,
  testBlindSign,
  testCeremony,
  testSeed,
  type Step,
  type TestBoard,
} from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import { formatProof } from '@kabina/log/proof';
import { readCheckpoint, TileTree } from '@kabina/log/tiles';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { CODE } from './robot.ts';
import { StationPortal } from './station-portal.ts';

/**
 * `unsent`: the request never arrives; `lost`: it is worked on and the answer is lost; the others are
 * answered in its stead.
 */
export type Fault = 'unsent' | 'lost' | '500' | 'garbage' | '429' | 'expired' | 'refused';

export const ISSUERS = ['registrar', 'observers'] as const;
/** Any access code whose halves are alike names a voter; this half names none. */
export const WRONG_HALF = '00000';

/** The page of a booth has an origin of its own. */
const CROSS_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-expose-headers': 'retry-after',
};

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(status: number, code: string, details: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.refusal = { status, code, details };
  }
}

export interface Device {
  readonly box: string;
  readonly issuers: readonly { readonly id: string; readonly url: string }[];
  /** From now on nothing that it sends arrives, and no answer reaches it. */
  die(): void;
}

interface Answer {
  readonly type: string;
  readonly body: string | Uint8Array;
}

const json = (value: unknown): Answer => ({
  type: 'application/json',
  body: JSON.stringify(value),
});

export class TestPortal {
  readonly election: TestElection;
  readonly key: Uint8Array;
  /** Decides on a fault for a request such as `POST /box/ballots`. */
  fault: (request: string) => Fault | undefined = () => undefined;
  /** Every request that came, bodies and headers included: to look for what must not be there. */
  readonly seen: string[] = [];
  phase = 'open';
  /** Accepted ballots wait here until `publish`. */
  readonly #pool: Step[] = [];
  readonly #steps: Step[];
  readonly #server: Server;
  readonly #sessions = new Map<string, { issuer: string; voter: string; ready: boolean }>();
  readonly #served = new Map<string, { blinded: string; answer: string }>();
  readonly #ballots = new Map<string, { entry: Uint8Array; promise: Uint8Array }>();
  readonly #opened = new Set<string>();
  readonly #voters: string[] = [];
  readonly #dead = new Set<string>();
  #devices = 0;
  readonly #checker: BallotChecker;
  readonly stations: StationPortal;
  #board: TestBoard;
  #tokens = 0;

  private constructor(election: TestElection, key: Uint8Array, steps: readonly Step[]) {
    this.election = election;
    this.key = key;
    this.#steps = [...steps];
    this.#board = election.build(this.#steps);
    this.#checker = new BallotChecker(election.manifest, key);
    const refuse = (status: number, code: string): never => {
      throw new Refused(status, code);
    };
    this.stations = new StationPortal(election, refuse, (entry) => this.publish({ entry }));
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(
    change: (manifest: Manifest) => Manifest = (same) => same,
  ): Promise<TestPortal> {
    const election = await TestElection.create('ristretto255-sha512', (manifest) =>
      change(now(manifest)),
    );
    const opens = Date.parse(election.manifest.hours.opens) / 1000;
    const ceremony = await testCeremony(election, opens - 3600);
    const { manifest } = election;
    const first: Step = { entry: election.sign('manifest', 'commission', { manifest }) };
    const portal = new TestPortal(election, ceremony.key, [first, ...ceremony.steps]);
    await new Promise<void>((resolve) => portal.#server.listen(0, '127.0.0.1', resolve));
    return portal;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Addresses of their own for each device, so that one can be cut off as its death would. */
  device(): Device {
    this.#devices += 1;
    const name = `device-${this.#devices}`;
    const issuers = ISSUERS.map((id) => ({ id, url: `${this.url}/${name}/${id}` }));
    const die = (): void => void this.#dead.add(name);
    return { box: `${this.url}/${name}/box`, issuers, die };
  }

  get electionId(): string {
    return bytesToHex(this.election.electionId);
  }

  get board(): TestBoard {
    return this.#board;
  }

  /** Every accepted ballot, in the order of acceptance. */
  get ballots(): EntryOf<'ballot'>[] {
    return [...this.#ballots.values()].map(({ entry }) => decodeEntry(entry) as EntryOf<'ballot'>);
  }

  get challenges(): number {
    return this.#opened.size;
  }

  /** Puts what waits, and these steps, on the board. */
  publish(...steps: Step[]): void {
    this.#steps.push(...this.#pool.splice(0), ...steps);
    this.#board = this.election.build(this.#steps);
  }

  /** Ends every session of the issuers, as a restart or a timeout would. */
  expireSessions(): void {
    this.#sessions.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    if (method === 'OPTIONS') {
      response.writeHead(204, CROSS_ORIGIN).end();
      return;
    }
    const [, device = '', ...path] = (request.url ?? '').split('/');
    const url = `/${path.join('/')}`;
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks);
    this.seen.push(
      [method, url, JSON.stringify(request.headers), body.toString('latin1')].join(' '),
    );
    const fault = this.#dead.has(device) ? 'unsent' : this.fault(`${method} ${url}`);
    const answers: Readonly<Partial<Record<Fault, () => void>>> = {
      unsent: () => request.socket.destroy(),
      '500': () => send(response, 500, json({ code: 'server.internal', message: 'fault' })),
      garbage: () => send(response, 200, { type: 'text/html', body: '<html>captive portal' }),
      '429': () =>
        send(response, 429, json({ code: 'request.too-many', message: 'fault' }), {
          'retry-after': '1',
        }),
      refused: () => send(response, 422, json({ code: 'ballots.proof', message: 'fault' })),
      expired: () => send(response, 401, json({ code: 'session.missing', message: 'fault' })),
    };
    const instead = fault === undefined ? undefined : answers[fault];
    if (instead !== undefined) {
      instead();
      return;
    }
    let answer: Answer;
    let status = 200;
    try {
      answer = await this.#answer(method, url, request.headers.authorization, body);
    } catch (error) {
      const { code, details, ...refusal } =
        error instanceof Refused ? error.refusal : { status: 500, code: 'server.internal' };
      ({ status } = refusal);
      answer = json({ code, message: String(error), ...details });
    }
    if (fault === 'lost' || this.#dead.has(device)) request.socket.destroy();
    else send(response, status, answer);
  }

  async #answer(
    method: string,
    url: string,
    authorization: string | undefined,
    body: Buffer,
  ): Promise<Answer> {
    const [, zone = '', ...rest] = url.split('/');
    if (zone === 'box') return this.#box(`${method} /${rest.join('/')}`, body);
    if (rest.join('/') === 'deliveries') {
      const answer = await this.stations.deliver(zone, Uint8Array.from(body));
      return { type: 'application/cbor', body: answer };
    }
    if (rest.join('/') === 'deliveries/confirm') {
      await this.stations.confirm(Uint8Array.from(body));
      return json({ index: 0, size: 0 });
    }
    const token = authorization?.replace('Bearer ', '') ?? '';
    const text = body.toString();
    const value = (text === '' ? {} : JSON.parse(text)) as Record<string, string>;
    return this.#issuer(zone, `${method} /${rest.join('/')}`, token, value);
  }

  #issuer(issuer: string, route: string, token: string, body: Record<string, string>): Answer {
    if (route === 'POST /login') return this.#login(issuer, body);
    const session = this.#sessions.get(token);
    if (session?.issuer !== issuer) throw new Refused(401, 'session.missing');
    switch (route) {
      case 'POST /codes':
        throw new Refused(429, 'codes.too-soon', { retryAfter: 60 });
      case 'POST /codes/verify':
        if (body['code'] !== CODE) throw new Refused(401, 'codes.wrong', { triesLeft: 4 });
        session.ready = true;
        return json({ next: 'ready' });
      case 'GET /voter':
        return json(this.#voter(issuer, session.voter));
      case 'POST /permits':
        return json({ blindSignature: this.#permit(issuer, session, body) });
      case 'DELETE /session':
        this.#sessions.delete(token);
        return json({});
      default:
        throw new Refused(404, 'request.not-found');
    }
  }

  #login(issuer: string, { method, login, code }: Record<string, string>): Answer {
    this.#tokens += 1;
    const session = `token-${this.#tokens}`;
    if (method === 'access-code') {
      if (code === undefined || code === WRONG_HALF) throw new Refused(401, 'login.code-wrong');
      this.#sessions.set(session, { issuer, voter: code, ready: true });
      return json({ session, next: 'ready' });
    }
    if (login === undefined || login === 'nobody') throw new Refused(401, 'login.unknown');
    this.#sessions.set(session, { issuer, voter: login, ready: false });
    return json({ session, next: 'code', sentTo: '+7 *** 12-34', resendAfter: 60, triesLeft: 5 });
  }

  #voter(issuer: string, voter: string): unknown {
    const [style] = this.election.manifest.styles;
    return {
      position: this.#position(voter),
      salt: bytesToHex(testSeed(voter)),
      style: style!.id,
      contests: style!.contests.map((id) => ({
        id,
        served: this.#served.has([issuer, voter, id].join()),
      })),
    };
  }

  #position(voter: string): number {
    if (!this.#voters.includes(voter)) this.#voters.push(voter);
    return this.#voters.indexOf(voter);
  }

  #permit(
    issuer: string,
    { voter, ready }: { voter: string; ready: boolean },
    body: Record<string, string>,
  ): string {
    if (!ready) throw new Refused(403, 'session.not-ready');
    if (this.phase !== 'open') throw new Refused(403, 'permits.closed');
    const { contest = '', blinded = '' } = body;
    const name = [issuer, voter, contest].join();
    const served = this.#served.get(name);
    if (served !== undefined) {
      if (served.blinded !== blinded) throw new Refused(409, 'permits.served');
      return served.answer;
    }
    const { keys } = this.election.manifest.issuers.find(({ id }) => id === issuer)!;
    const { modulus } = keys.find((key) => key.contest === contest)!;
    const signed = testBlindSign(modulus, Buffer.from(blinded, 'base64url'));
    const answer = Buffer.from(signed).toString('base64url');
    this.#served.set(name, { blinded, answer });
    return answer;
  }

  async #box(route: string, body: Buffer): Promise<Answer> {
    const bytes = Uint8Array.from(body);
    const [method, path = ''] = route.split(' ');
    if (route === 'POST /ballots') {
      return { type: 'application/cbor', body: this.#cast(bytes) };
    }
    if (route === 'POST /late-ballots') {
      return { type: 'application/cbor', body: this.stations.late(bytes) };
    }
    if (route === 'POST /entries') {
      this.stations.post(decodeEntry(bytes));
      return json({ index: 0, size: 0 });
    }
    if (route === 'POST /challenges') return this.#challenge(bytes);
    if (method === 'GET' && path.startsWith('/board/')) {
      const file = this.#board.files.get(path.slice('/board/'.length));
      if (file === undefined) throw new Refused(404, 'board.not-found');
      return { type: 'application/octet-stream', body: file };
    }
    if (path.startsWith('/proofs/')) return this.#proof(path.slice('/proofs/'.length));
    if (path.startsWith('/notices/')) {
      return this.#proved(Number(path.slice('/notices/'.length)), 'with the entry');
    }
    if (path.startsWith('/receipts/')) return this.#receipt(path.slice('/receipts/'.length));
    if (route === 'GET /status') {
      const notices = this.#board.entries.flatMap((entry, index) =>
        ['withdrawn', 'suspended', 'resumed', 'tally'].includes(decodeEntry(entry).type)
          ? [index]
          : [],
      );
      return json({ electionId: this.electionId, phase: this.phase, notices });
    }
    throw new Refused(404, 'request.not-found');
  }

  #cast(bytes: Uint8Array): Uint8Array {
    const entry = decodeEntry(bytes);
    if (entry.type !== 'ballot') throw new Refused(400, 'ballots.malformed');
    const { core, permit } = entry.body;
    const name = `${bytesToHex(permit.key)} ${core.revision}`;
    const before = this.#ballots.get(name);
    if (before !== undefined) {
      if (!equalBytes(before.entry, bytes)) throw new Refused(409, 'ballots.revision-taken');
      return before.promise;
    }
    if (this.phase !== 'open') throw new Refused(403, 'ballots.closed');
    if (this.#opened.has(bytesToHex(coreHash(core)))) throw new Refused(409, 'ballots.core-opened');
    const [bad] = this.#checker.check([entry]).bad;
    if (bad !== undefined) throw new Refused(422, bad.code);
    const body = {
      election: this.election.electionId,
      core: coreHash(core),
      entry: leafHash(bytes),
      before: 'closed',
    } as const;
    const promise = encodePromise(signPromise(body, testSeed('box')));
    this.#ballots.set(name, { entry: bytes, promise });
    this.#pool.push({ entry });
    return promise;
  }

  #challenge(bytes: Uint8Array): Answer {
    const entry = decodeEntry(bytes);
    if (entry.type !== 'challenge') throw new Refused(400, 'challenges.malformed');
    const hash = bytesToHex(coreHash(entry.body.core));
    const cast = this.ballots.some(({ body }) => bytesToHex(coreHash(body.core)) === hash);
    if (cast) throw new Refused(409, 'challenges.cast');
    const problem = this.#checker.checkChallenge(entry);
    if (problem !== undefined) throw new Refused(422, 'challenges.refused');
    if (!this.#opened.has(hash)) this.#pool.push({ entry });
    this.#opened.add(hash);
    return json({});
  }

  async #proof(leaf: string): Promise<Answer> {
    const index = this.#board.entries.findIndex((entry) => bytesToHex(leafHash(entry)) === leaf);
    return this.#proved(index);
  }

  async #proved(index: number, entry?: 'with the entry'): Promise<Answer> {
    const extra = this.#board.entries[index];
    if (extra === undefined) throw new Refused(404, 'proofs.not-yet');
    const checkpoint = await readCheckpoint(this.#board.reader);
    const tree = await TileTree.open(this.#board.reader, peekCheckpoint(checkpoint));
    const proof = await tree.inclusionProof(index);
    const parts = { ...(entry && { extra }), index, proof, checkpoint };
    return { type: 'text/plain', body: formatProof(parts) };
  }

  #receipt(code: string): Answer {
    const prefix = bytesToHex(parseTrackingCode(code)!);
    const found = this.ballots.find(({ body }) =>
      bytesToHex(coreHash(body.core)).startsWith(prefix),
    );
    if (found === undefined) throw new Refused(404, 'receipts.unknown');
    const { permit, core } = found.body;
    const same = [...this.#ballots.values()].flatMap(({ entry }) => {
      const ballot = (decodeEntry(entry) as EntryOf<'ballot'>).body;
      return equalBytes(ballot.permit.key, permit.key) ? [{ ballot, entry }] : [];
    });
    const revisions = same.map(({ ballot, entry }) => ({
      revision: ballot.core.revision,
      core: bytesToHex(coreHash(ballot.core)),
      entry: bytesToHex(leafHash(entry)),
      state: 'recorded',
    }));
    return json({ contest: core.contest, revisions });
  }
}

/** The test election's dates around this moment. */
function now(manifest: Manifest): Manifest {
  const at = (hours: number): string => {
    const moment = new Date(Date.now() + hours * 3_600_000).toISOString();
    return moment.replace(/\.\d+Z$/, 'Z');
  };
  return {
    ...manifest,
    hours: { opens: at(-2), issuingCloses: at(20), closes: at(22), pauses: [] },
    revoting: manifest.revoting && { until: at(18) },
  };
}

function send(
  response: ServerResponse,
  status: number,
  { type, body }: Answer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...CROSS_ORIGIN, 'content-type': type, ...headers }).end(body);
}
