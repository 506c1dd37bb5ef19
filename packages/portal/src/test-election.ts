/**
 * For tests, here and across packages: a small election with real keys in real folders, its
 * witnesses as HTTP servers, and if asked for a station with two kiosks.
 */
import { constants, createPrivateKey, sign as rsaSign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deal, shareFor, type Dealing } from '@kabina/crypto/sharing';
import { partialDecrypt } from '@kabina/crypto/threshold';
import { proveEqualLogs, proveKnowledge } from '@kabina/crypto/proofs';
import { publicKey } from '@kabina/crypto/ed25519';
import { ballotKeyFromSeed, permitMessage } from '@kabina/election/ballot';
import { BoardFollower } from '@kabina/election/follower';
import {
  ceremonyHash,
  knowledgeContext,
  revealHash,
  testContext,
  testPoint,
} from '@kabina/election/ceremony';
import {
  encodeEntry,
  type Bodies,
  type Entry,
  type EntryType,
  type Permit,
} from '@kabina/election/entries';
import { encodeManifest, stationList, type Manifest } from '@kabina/election/manifest';
import { decryptShare, type Aggregate } from '@kabina/election/tally';
import { TestElection, testSeed } from '@kabina/election/testing';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { leafHash } from '@kabina/log/merkle';
import { FolderReader } from '@kabina/log/node-store';
import { COSIGNATURE_V1, parseVerifierKey, signerKey } from '@kabina/log/note';
import { readCheckpoint, TileTree } from '@kabina/log/tiles';
import { Witness, type WitnessRecord, type WitnessStore } from '@kabina/log/witness';
import { createBox, type RunningBox } from './box/service.ts';
import type { Clock } from './clock.ts';
import { BlindSigner, issuerSecrets, makeBlindSigningKeys } from './issuer/keys.ts';
import { formatRegister, parseRegister, voterListRoot } from './issuer/register.ts';
import type { OneTimeMessage } from './issuer/sender.ts';
import { createIssuer, type RunningIssuer } from './issuer/service.ts';
import { syntheticVoters } from './issuer/synthetic.ts';
import { StateFolder } from './state-folder.ts';
import { SqliteAnonymousStore } from './store/sqlite-anonymous.ts';
import { SqliteIdentifiedStore } from './store/sqlite-identified.ts';
import type { Voter } from './store/identified.ts';
import { Client } from './test-client.ts';

const ORIGIN = 'test.example/board';
export const DESK_SECRET = 'desk-secret-of-the-tests';
/** A station's own, where there is one. */
export const STATION_DESK_SECRET = 'desk-secret-of-station-101';
export const STATION = '101';
export const KIOSKS = ['K1', 'K2'] as const;
export const ISSUERS = ['registrar', 'observers'] as const;
export type IssuerId = (typeof ISSUERS)[number];

const HOUR = 3_600_000;
/** ISO 8601 in UTC with seconds. */
export const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

export interface PortalElectionOptions {
  readonly voters?: number;
  /** With station 101 and its kiosks K1 and K2, which serve every style. */
  readonly station?: boolean;
  /** Voters attached to the station beforehand: the last so many of the list. */
  readonly attached?: number;
  /** Changes the manifest after this file has made it. */
  readonly change?: (manifest: Manifest) => Manifest;
}

/** Keys and folders of one election. Nothing runs yet. */
export class PortalElection {
  readonly folder: string;
  readonly election: TestElection;
  readonly voters: readonly Voter[];
  readonly manifestEntry: Uint8Array;
  readonly #dealing: Dealing;
  readonly #witnesses: Server[] = [];
  witnessUrls: string[] = [];

  private constructor(folder: string, election: TestElection, voters: readonly Voter[]) {
    this.folder = folder;
    this.election = election;
    this.voters = voters;
    this.#dealing = deal(election.suite.group, 1);
    const { manifest } = election;
    this.manifestEntry = encodeEntry(election.sign('manifest', 'commission', { manifest }));
  }

  static async make({
    voters: count = 4,
    station = false,
    attached = 0,
    change,
  }: PortalElectionOptions = {}): Promise<PortalElection> {
    const folder = await mkdtemp(join(tmpdir(), 'kabina-portal-'));
    const styles = [{ id: 'town', voters: 1 }];
    const register = syntheticVoters(count, styles).map((voter, i) => ({
      ...voter,
      list: i < count - attached ? 'online' : stationList(STATION),
    }));
    const voters = parseRegister(formatRegister(register), new Set(['town']), () => true);
    const contests = ['question', 'few'];
    const lists = station ? ['online', stationList(STATION)] : ['online'];
    const signers = new Map<string, BlindSigner[]>();
    for (const id of ISSUERS) {
      const state = new StateFolder(join(folder, id));
      const wanted = contests.flatMap((contest) => lists.map((list) => ({ contest, list })));
      await testSigningKeys(id, state, wanted);
      state.write('signing.seed', Buffer.from(testSeed(`issuer/${id}`)).toString('hex'));
      signers.set(
        id,
        wanted.map((one) => BlindSigner.load(state, one.contest, one.list)),
      );
      const store = new SqliteIdentifiedStore(state.file('issuer.sqlite'));
      await store.importVoters(voters);
      await store.close();
    }
    const box = new StateFolder(join(folder, 'box'));
    box.write('box.seed', Buffer.from(testSeed('box')).toString('hex'));
    box.write('log.seed', Buffer.from(testSeed('log')).toString('hex'));
    box.write('public.json', JSON.stringify({ origin: ORIGIN }));
    const now = Date.now();
    const election = await TestElection.create('ristretto255-sha512', (manifest) => {
      const own: Manifest = {
        ...manifest,
        contests: manifest.contests.filter(({ id }) => contests.includes(id)),
        styles: [{ id: 'town', title: { ru: 'Город' }, contests, voters: count }],
        voters: { count, root: voterListRoot(voters) },
        hours: {
          opens: iso(now - HOUR),
          issuingCloses: iso(now + HOUR),
          closes: iso(now + 2 * HOUR),
          pauses: [],
        },
        revoting: { until: iso(now + HOUR) },
        trustees: { threshold: 1, holders: manifest.trustees.holders.slice(0, 1) },
        issuers: manifest.issuers.map((issuer) => ({
          ...issuer,
          keys: (signers.get(issuer.id) ?? []).map((signer) => signer.public),
        })),
        ...(station && stationParts()),
      };
      return change ? change(own) : own;
    });
    const made = new PortalElection(folder, election, voters);
    await writeFile(join(folder, 'manifest-entry.cbor'), made.manifestEntry);
    await writeFile(join(folder, 'manifest.cbor'), encodeManifest(election.manifest));
    return made;
  }

  get manifest(): Manifest {
    return this.election.manifest;
  }

  get board(): string {
    return join(this.folder, 'board');
  }

  /** The board as a folder, read and replayed by somebody else. */
  async replay(): Promise<BoardFollower> {
    const { electionId } = this.election;
    const follower = new BoardFollower(new FolderReader(this.board), { electionId, quorum: true });
    await follower.refresh();
    return follower;
  }

  /** The board's entries as they stand in the folder. */
  async *entries(): AsyncGenerator<Uint8Array> {
    const reader = new FolderReader(this.board);
    const tree = await TileTree.open(reader, peekCheckpoint(await readCheckpoint(reader)));
    for await (const { entry } of tree.entries()) yield entry;
  }

  /** Starts all witnesses of the manifest on the loopback. */
  async startWitnesses(): Promise<void> {
    for (const [i, vkey] of this.manifest.witnesses.keys.entries()) {
      const { name } = parseVerifierKey(vkey);
      const witness = new Witness({
        key: signerKey(name, testSeed(`witness ${i + 1}`), COSIGNATURE_V1),
        logs: [{ origin: ORIGIN, keys: [parseVerifierKey(this.manifest.board.key)] }],
        store: memoryWitnessStore(),
      });
      const server = createServer((request, response) => {
        const parts: Buffer[] = [];
        request.on('data', (part: Buffer) => parts.push(part));
        request.on('end', () => {
          void witness.addCheckpoint(Uint8Array.from(Buffer.concat(parts))).then((answer) => {
            response.writeHead(answer.status, { 'content-type': answer.contentType });
            response.end(answer.body);
          });
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      this.#witnesses.push(server);
      this.witnessUrls.push(`http://127.0.0.1:${address.port}`);
    }
  }

  startBox(clock: Clock = Date.now, requestsPerMinute?: number): Promise<RunningBox> {
    const state = new StateFolder(join(this.folder, 'box'));
    return createBox({
      store: new SqliteAnonymousStore(state.file('box.sqlite')),
      board: {
        folder: this.board,
        privateFolder: state.file('log'),
        key: this.election.logKey,
        manifestEntry: this.manifestEntry,
        witnesses: this.witnessUrls,
        onProblem: ({ code }) => {
          throw new Error(`the box put a problem on the board: ${code}`);
        },
      },
      seed: testSeed('box'),
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
      clock,
      onFault: fault,
    });
  }

  startIssuer(
    id: IssuerId,
    box: string,
    sent: OneTimeMessage[],
    clock: Clock = Date.now,
    requestsPerMinute?: number,
  ): Promise<RunningIssuer> {
    const state = new StateFolder(join(this.folder, id));
    const issuer = this.manifest.issuers.find((one) => one.id === id);
    return createIssuer({
      id,
      manifest: this.manifest,
      store: new SqliteIdentifiedStore(state.file('issuer.sqlite')),
      secrets: issuerSecrets(state),
      signers: (issuer?.keys ?? []).map((key) => BlindSigner.load(state, key.contest, key.list)),
      sender: async (message) => void sent.push(message),
      box,
      deskSecrets: { general: DESK_SECRET, stations: new Map([[STATION, STATION_DESK_SECRET]]) },
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
      clock,
      onFault: () => undefined,
    });
  }

  /**
   * A permit as the issuers' keys sign it: what blinding and unblinding come to (RFC 9474). `of`: the
   * contest whose ballot key it is for; issuers sign blindly and can't tell.
   */
  permit(contest: string, voterSeed: Uint8Array, list = 'online', of = contest): Permit {
    const { suite, electionId } = this.election;
    const key = ballotKeyFromSeed(suite, voterSeed, electionId, of).publicKey;
    const message = permitMessage(electionId, contest, key);
    const signatures = ISSUERS.map((id) => {
      const pem = new StateFolder(join(this.folder, id)).read(pemOf({ contest, list }));
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const privateKey = createPrivateKey(pem);
      const signed = rsaSign('sha384', message, { key: privateKey, padding, saltLength: 0 });
      return Uint8Array.from(signed);
    });
    return { key, list, signatures };
  }

  /** The bytes of a ballot of a voter, named by a word, for option number `mark`. */
  ballot(voter: string, contest = 'question', mark = 0, revision = 0, list = 'online'): Uint8Array {
    const seed = testSeed(voter);
    const marks = mark === 0 ? [1, 0] : [0, 1];
    const sealed = this.election.seal(this.key, contest, seed, marks, revision);
    return encodeEntry(this.election.cast(sealed, seed, this.permit(contest, seed, list)));
  }

  /** The same under the station's keys: what one of its kiosks would send. */
  stationBallot(card: string, contest = 'question', mark = 0): Uint8Array {
    return this.ballot(card, contest, mark, 0, stationList(STATION));
  }

  /** The election key, known once the dealing is. */
  get key(): Uint8Array {
    const { group } = this.election.suite;
    const [constant] = this.#dealing.commitments;
    return group.encode(constant!);
  }

  signed<T extends EntryType>(type: T, by: string, body: Bodies[T]): Uint8Array {
    return encodeEntry(this.election.sign(type, by, body) as Entry);
  }

  /** Ceremony of one holder, and `opened`: the entries to post, in order. */
  openingEntries(): Uint8Array[] {
    const { suite, electionId } = this.election;
    const { group } = suite;
    const [secret] = this.#dealing.coefficients;
    const context = knowledgeContext(electionId, 1, 1);
    const commitments = group.encodeAll(this.#dealing.commitments);
    const proof = proveKnowledge(suite, secret!, context);
    const reveal: Bodies['ceremony/reveal'] = {
      attempt: 1,
      index: 1,
      commitments,
      proof,
      shares: [],
    };
    const share = shareFor(group, this.#dealing, 1);
    const A = testPoint(suite, electionId, 1, 1);
    const D = partialDecrypt(group, share, A);
    const public1 = group.generatorTable.multiply(share);
    const statement = { secret: share, base2: A, public1, public2: D };
    const publicShares: [number, Uint8Array][] = [[1, group.encode(public1)]];
    const test = {
      A: group.encode(A),
      D: group.encode(D),
      proof: proveEqualLogs(suite, statement, testContext(electionId, 1, 1)),
    };
    const confirm = { attempt: 1, index: 1, key: this.key, publicShares, test };
    const by = 'trustee/1';
    const confirmed = this.signed('ceremony/confirm', by, confirm);
    const ceremony = ceremonyHash(electionId, [leafHash(confirmed)]);
    const hash = revealHash(electionId, reveal);
    return [
      this.signed('ceremony/commit', by, { attempt: 1, index: 1, hash }),
      this.signed('ceremony/reveal', by, reveal),
      confirmed,
      this.signed('opened', 'commission', { key: this.key, publicShares, ceremony }),
    ];
  }

  /** The one holder's decryption share of a contest. */
  share(contest: string, aggregate: Aggregate): Bodies['share'] {
    const secretShare = shareFor(this.election.suite.group, this.#dealing, 1);
    return decryptShare(aggregate, {
      election: this.election.electionId,
      contest,
      index: 1,
      secretShare,
    });
  }

  async stopWitnesses(): Promise<void> {
    for (const server of this.#witnesses.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    this.witnessUrls = [];
  }

  async remove(): Promise<void> {
    await this.stopWitnesses();
    await rm(this.folder, { recursive: true });
  }
}

/** Made once in a process: a test may need several elections, and no two of them share a board. */
const signingKeys = new Map<string, Buffer>();

async function testSigningKeys(
  id: IssuerId,
  state: StateFolder,
  wanted: readonly { readonly contest: string; readonly list: string }[],
): Promise<void> {
  const files = wanted.map(pemOf);
  for (const file of files) {
    const made = signingKeys.get(`${id} ${file}`);
    if (made !== undefined) state.write(file, made);
  }
  await makeBlindSigningKeys(state, wanted);
  for (const file of files) signingKeys.set(`${id} ${file}`, state.read(file));
}

const pemOf = ({ contest, list }: { readonly contest: string; readonly list: string }): string =>
  `blind-signing/${contest}+${list.replace('/', '+')}.pem`;

function stationParts(): Pick<Manifest, 'stations' | 'kiosks'> {
  const key = (by: string): Uint8Array => publicKey(testSeed(by));
  const name = { ru: `Участок № ${STATION}` };
  return {
    stations: [{ id: STATION, name, signingKey: key(`station/${STATION}`) }],
    kiosks: KIOSKS.map((id) => ({
      id,
      name: id,
      station: STATION,
      signingKey: key(`kiosk/${id}`),
    })),
  };
}

function fault(error: unknown): void {
  throw error;
}

function memoryWitnessStore(): WitnessStore {
  const records = new Map<string, WitnessRecord>();
  return {
    get: async (origin) => records.get(origin),
    compareAndSet: async (origin, expected, next) => {
      if (records.get(origin)?.checkpoint !== expected?.checkpoint) return false;
      records.set(origin, next);
      return true;
    },
  };
}

/** Starts a listener on any port and gives a client of it. */
export async function listening(running: RunningBox | RunningIssuer): Promise<Client> {
  const port = await running.listener.listen(0);
  return new Client(`http://127.0.0.1:${port}`, running.listener.document);
}
