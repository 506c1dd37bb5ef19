/**
 * A small real board in memory for this package's tests: the log's own writer, two witnesses that
 * cosign, one issuer, and the rules of the election. Nothing is mocked but the network.
 */
import { constants, generateKeyPairSync, privateDecrypt, type KeyObject } from 'node:crypto';
import { blind, finalize } from '@kabina/crypto/blind-rsa';
import { publicKey } from '@kabina/crypto/ed25519';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { randomBytes } from '@kabina/crypto/bytes';
import { suiteById } from '@kabina/crypto/suites';
import { PreparedVector } from '@kabina/crypto/vector';
import {
  ballotEntry,
  ballotKeyFromSeed,
  blindingSeed,
  permitMessage,
  sealCore,
} from '@kabina/election/ballot';
import { BoardState } from '@kabina/election/board';
import {
  decodeEntry,
  encodeEntry,
  signEntry,
  type Bodies,
  type Entry,
  type EntryType,
} from '@kabina/election/entries';
import { contestById, contestShape, electionId, type Manifest } from '@kabina/election/manifest';
import { addCosignatures, cosign } from '@kabina/log/cosignature';
import { LogWriter, type TileStore } from '@kabina/log/log';
import { leafHash } from '@kabina/log/merkle';
import {
  COSIGNATURE_V1,
  formatSignature,
  formatVerifierKey,
  parseNote,
  signerKey,
} from '@kabina/log/note';
import type { SeatKeys } from './seat.ts';

const ORIGIN = 'board.test';
const RU = (ru: string): { ru: string } => ({ ru });

class MemoryStore implements TileStore {
  readonly files = new Map<string, Uint8Array>();
  #committed: string | undefined;
  #staged = new Map<string, Uint8Array>();
  async read(path: string) {
    return this.files.get(path);
  }
  async write(path: string, bytes: Uint8Array) {
    this.files.set(path, bytes);
  }
  async dropPartials() {}
  async committed() {
    return this.#committed;
  }
  async swapCheckpoint(expected: string | undefined, next: string) {
    if (this.#committed !== expected) return false;
    this.#committed = next;
    return true;
  }
  async stage(id: string, bytes: Uint8Array) {
    this.#staged.set(id, bytes);
  }
  async readStaged(id: string) {
    return this.#staged.get(id);
  }
  async listStaged() {
    return [...this.#staged.keys()];
  }
  async discardStaged(id: string) {
    this.#staged.delete(id);
  }
}

export class TestBoard {
  readonly manifest: Manifest;
  readonly electionId: Uint8Array;
  readonly reader = new MemoryStore();
  readonly state = new BoardState();
  /** Everything that was given to the board, refused entries too. */
  readonly messages: Uint8Array[] = [];
  #commission = randomBytes(32);
  #box = randomBytes(32);
  #log = signerKey(ORIGIN, randomBytes(32));
  #witnesses = [1, 2].map((i) => signerKey(`witness-${i}.test`, randomBytes(32), COSIGNATURE_V1));
  #issuer: KeyObject;
  #writer: LogWriter | undefined;
  #time = Math.floor(Date.now() / 1000) - 3600;

  constructor(seats: readonly SeatKeys[], threshold: number) {
    const { privateKey, publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 3072 });
    this.#issuer = privateKey;
    const modulus = new Uint8Array(Buffer.from(rsa.export({ format: 'jwk' }).n!, 'base64url'));
    const at = (seconds: number): string =>
      `${new Date((this.#time + seconds) * 1000).toISOString().slice(0, 19)}Z`;
    this.manifest = {
      v: 1,
      kind: 'training',
      title: RU('Проверка'),
      suite: 'ristretto255-sha512',
      contests: [
        {
          id: 'mayor',
          title: RU('Глава'),
          options: ['a', 'b', 'c'].map((id) => ({ id, name: RU(id) })),
          min: 1,
          max: 1,
          blank: 'invalid',
          least: 0,
          commission: RU('ТИК'),
        },
      ],
      styles: [{ id: 's', title: RU('Округ'), contests: ['mayor'], voters: 10 }],
      voters: { count: 10, root: new Uint8Array(32) },
      stations: [],
      hours: { opens: at(-60), issuingCloses: at(7200), closes: at(7200), pauses: [] },
      revoting: null,
      trustees: {
        threshold,
        holders: seats.map((keys, i) => ({ index: i + 1, name: `Хранитель ${i + 1}`, ...keys })),
      },
      issuers: [
        {
          id: 'registrar',
          name: RU('Регистратор'),
          signingKey: publicKey(randomBytes(32)),
          keys: [{ contest: 'mayor', list: 'online', modulus, exponent: 65537 }],
        },
      ],
      kiosks: [],
      board: { origin: ORIGIN, key: formatVerifierKey(this.#log) },
      box: { signingKey: publicKey(this.#box) },
      witnesses: { quorum: 2, keys: this.#witnesses.map((key) => formatVerifierKey(key)) },
      commission: { name: RU('ТИК'), signingKey: publicKey(this.#commission), members: [] },
      pool: 1,
    };
    this.electionId = electionId(this.manifest);
  }

  async open(): Promise<void> {
    this.#writer = await LogWriter.open({
      store: this.reader,
      key: this.#log,
      publish: 'cosigned',
    });
    await this.act('manifest', { manifest: this.manifest });
  }

  /** What a ballot box does with an entry; throws if the rules refuse it. */
  post = async (bytes: Uint8Array): Promise<void> => {
    this.messages.push(bytes);
    const problem = this.state.check(decodeEntry(bytes));
    if (problem !== undefined) throw new Error(`${problem.code}: ${problem.message}`);
    await this.append(bytes);
    await this.#cosign();
  };

  /** Puts bytes on the board whatever they are: what a box that cheats would do. */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#writer!.append([bytes]);
    this.state.apply(decodeEntry(bytes), leafHash(bytes));
    await this.#publish();
  }

  async #publish(): Promise<void> {
    let note = this.#writer!.checkpoint;
    for (const key of this.#witnesses) {
      const line = formatSignature(cosign(parseNote(note).text, key, this.#time++));
      note = addCosignatures(note, line, [key]);
    }
    await this.#writer!.publishCosigned(note);
  }

  async #cosign(): Promise<void> {
    const checkpoint = this.#writer!.published!;
    const body = { checkpoint };
    const entry = signEntry('cosigned', this.electionId, body, { by: 'box', seed: this.#box });
    if (this.state.check(entry) === undefined) await this.append(encodeEntry(entry));
  }

  /** An entry of the commission. */
  act<T extends EntryType>(type: T, body: Bodies[T]): Promise<void> {
    const signer = { by: 'commission', seed: this.#commission };
    return this.post(encodeEntry(signEntry(type, this.electionId, body, signer) as Entry));
  }

  async openElection(): Promise<void> {
    const { ceremony } = this.state;
    await this.act('opened', {
      key: ceremony!.key!,
      publicShares: ceremony!.publicShares.map(([i, share]) => [i, share]),
      ceremony: ceremony!.hash,
    });
  }

  /** A good ballot for the option. */
  ballot(option: number): Uint8Array {
    const suite = suiteById(this.manifest.suite);
    const contest = contestById(this.manifest, 'mayor');
    const key = EncryptionKey.decode(suite.group, this.state.key!);
    const seed = randomBytes(32);
    const ballotKey = ballotKeyFromSeed(suite, seed, this.electionId, 'mayor');
    const message = permitMessage(this.electionId, 'mayor', ballotKey.publicKey);
    const rsa = this.manifest.issuers[0]!.keys[0]!;
    const secret = blindingSeed(seed, this.electionId, 'mayor', 'registrar', 'online');
    const { blinded, unblinder } = blind(rsa, message, secret);
    const padding = constants.RSA_NO_PADDING;
    const answer = new Uint8Array(privateDecrypt({ key: this.#issuer, padding }, blinded));
    const permit = {
      key: ballotKey.publicKey,
      list: 'online',
      signatures: [finalize(rsa, message, unblinder, answer)],
    };
    const prepared = PreparedVector.prepare(suite, key, contestShape(contest));
    const marks = contest.options.map((_, i) => (i === option ? 1 : 0));
    const sealed = sealCore(suite, prepared, marks, {
      election: this.electionId,
      contest: 'mayor',
      ballotKey: ballotKey.publicKey,
      revision: 0,
    });
    return encodeEntry(ballotEntry(suite, sealed.core, sealed.opening, permit, ballotKey.seed));
  }
}
