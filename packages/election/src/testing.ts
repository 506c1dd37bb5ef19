/**
 * Whole small elections in memory, for tests here and in other packages: real keys, a real ceremony,
 * real blind signatures, a real log with witnesses. Runs in pages too.
 *
 * A board is built from a list of steps, so that a test can change one of them and build a board in
 * which that alone is wrong: the log, its checkpoints and their cosignatures are made anew.
 */
import { blind, finalize } from '@kabina/crypto/blind-rsa';
import { concatBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { publicKey } from '@kabina/crypto/ed25519';
import { EncryptionKey } from '@kabina/crypto/elgamal';
import { generateHpkeKey } from '@kabina/crypto/hpke';
import { suiteById, type Suite, type SuiteId } from '@kabina/crypto/suites';
import { PreparedVector } from '@kabina/crypto/vector';
import { formatCheckpoint } from '@kabina/log/checkpoint';
import { cosign } from '@kabina/log/cosignature';
import { leafHash, merkleRoot } from '@kabina/log/merkle';
import {
  COSIGNATURE_V1,
  formatNote,
  formatVerifierKey,
  noteSignature,
  signerKey,
  type SignerKey,
} from '@kabina/log/note';
import {
  encodeBundle,
  encodeHashTile,
  TILE_WIDTH,
  tilePath,
  type TileReader,
} from '@kabina/log/tiles';
import {
  ballotEntry,
  ballotKeyFromSeed,
  blindingSeed,
  permitMessage,
  sealCore,
  type SealedCore,
} from './ballot.ts';
import {
  encodeEntry,
  signEntry,
  type Bodies,
  type Entry,
  type EntryOf,
  type EntryType,
  type Permit,
} from './entries.ts';
import { contestById, contestShape, electionId, type Issuer, type Manifest } from './manifest.ts';
import { memberDocument, type Act, type Signable } from './members.ts';
import { testManifest } from './testing-manifest.ts';
import { EXPONENT, testBlindSign, testModulus } from './testing-rsa.ts';
import { signedEntry, testMember } from './testing-members.ts';
import { testSeed } from './testing-seed.ts';

export { goodBoard, type GoodBoard } from './testing-board.ts';
export { goodStationBoard, type GoodStationBoard } from './testing-station-board.ts';
export { deliverCards, withStation, type TestCard } from './testing-stations.ts';
export { EXPONENT, testBlindSign } from './testing-rsa.ts';
export { testCeremony } from './testing-ceremony.ts';
export { signedEntry, strangeAuthority, TestMember, testMember } from './testing-members.ts';
export { testSeed } from './testing-seed.ts';

/** One thing that stands on a test board. */
export interface Step {
  /** For a test to find it. */
  readonly name?: string;
  readonly entry?: Entry;
  /** A `cosigned` entry over all before it, with the witnesses' time in POSIX seconds. */
  readonly cosign?: number;
}

/** A board in memory. */
export interface TestBoard {
  /** Files by path below the board's prefix; change them to break the board. */
  readonly files: Map<string, Uint8Array>;
  readonly reader: TileReader;
  /** The cosigned checkpoint over the whole. */
  readonly checkpoint: string;
  readonly entries: readonly Uint8Array[];
  /** Index of the entry made by the step of that name. */
  index(name: string): number;
}

/** An election with all its secrets. */
export class TestElection {
  readonly manifest: Manifest;
  readonly electionId: Uint8Array;
  readonly suite: Suite;
  readonly logKey: SignerKey;
  readonly witnessKeys: readonly SignerKey[];
  /** HPKE private keys, by holder. */
  readonly hpkeKeys: ReadonlyMap<number, Uint8Array>;
  readonly #made = new Map<string, Uint8Array>();

  private constructor(manifest: Manifest, hpkeKeys: ReadonlyMap<number, Uint8Array>) {
    this.manifest = manifest;
    this.electionId = electionId(manifest);
    this.suite = suiteById(manifest.suite);
    this.logKey = testLogKey();
    this.witnessKeys = testWitnessKeys();
    this.hpkeKeys = hpkeKeys;
  }

  /** Makes an election; `change` may alter the manifest before it is hashed. */
  static async create(
    suite: SuiteId = 'ristretto255-sha512',
    change: (manifest: Manifest) => Manifest = (manifest) => manifest,
  ): Promise<TestElection> {
    const hpkeKeys = new Map<number, Uint8Array>();
    const publicKeys: Uint8Array[] = [];
    for (let index = 1; index <= 4; index++) {
      const pair = await generateHpkeKey();
      hpkeKeys.set(index, pair.privateKey);
      publicKeys.push(pair.publicKey);
    }
    const manifest = testManifest({
      suite,
      publicKey: (name) => publicKey(testSeed(name)),
      hpkeKeys: publicKeys,
      modulus: testModulus,
      exponent: EXPONENT,
      logKey: formatVerifierKey(testLogKey()),
      witnessKeys: testWitnessKeys().map((key) => formatVerifierKey(key)),
    });
    return new TestElection(change(manifest), hpkeKeys);
  }

  /** An entry signed by `by` (`commission`, `box`, `trustee/1`, `issuer/registrar`, `kiosk/K1`). */
  sign<T extends EntryType>(type: T, by: string, body: Bodies[T]): EntryOf<T> {
    return signEntry(type, this.electionId, body, { by, seed: testSeed(by) });
  }

  /** An entry signed by several, in that order. */
  cosign<T extends EntryType>(type: T, by: readonly string[], body: Bodies[T]): EntryOf<T> {
    const signed = by.map((one) => this.sign(type, one, body));
    return { ...(signed[0] as EntryOf<T>), signatures: signed.flatMap((one) => one.signatures) };
  }

  /** Every member's signature of an act, for a board in this state. */
  signed(act: Act, state: Partial<Signable>): Step[] {
    const { manifest, electionId } = this;
    const none = { ceremony: undefined, extension: 0, turn: undefined, protocolRound: 0 };
    const board = { ...none, protocols: new Map(), ...state, manifest, electionId };
    const document = memberDocument(board, act);
    return manifest.commission.members.map(({ name }, i) => ({
      name: `signed ${act} ${i + 1}`,
      entry: signedEntry(electionId, act, i + 1, testMember(name).sign(document)),
    }));
  }

  /** A permit for a voter's ballot key, blind-signed by every issuer. */
  permit(contest: string, voterSeed: Uint8Array, list = 'online'): Permit {
    const { publicKey: key } = ballotKeyFromSeed(this.suite, voterSeed, this.electionId, contest);
    const message = permitMessage(this.electionId, contest, key);
    const signatures = this.manifest.issuers.map((issuer) =>
      this.#blindSigned(issuer, contest, voterSeed, list, message),
    );
    return { key, list, signatures };
  }

  #blindSigned(
    issuer: Issuer,
    contest: string,
    voterSeed: Uint8Array,
    list: string,
    message: Uint8Array,
  ): Uint8Array {
    const key = issuer.keys.find(
      (one) => one.contest === contest && one.list === list,
    ) as Issuer['keys'][number];
    const seed = blindingSeed(voterSeed, this.electionId, contest, issuer.id, list);
    const { blinded, unblinder } = blind(key, message, seed);
    return finalize(key, message, unblinder, testBlindSign(key.modulus, blinded));
  }

  /** A sealed core of a voter. `marks` are per cell. */
  seal(
    key: Uint8Array,
    contest: string,
    voterSeed: Uint8Array,
    marks: readonly number[],
    revision = 0,
  ): SealedCore {
    const { suite } = this;
    const ballotKey = ballotKeyFromSeed(suite, voterSeed, this.electionId, contest).publicKey;
    const shape = contestShape(contestById(this.manifest, contest));
    const prepared = PreparedVector.prepare(suite, EncryptionKey.decode(suite.group, key), shape);
    const election = this.electionId;
    return sealCore(suite, prepared, marks, { election, contest, ballotKey, revision });
  }

  /** The entry that casts a core. */
  cast(sealed: SealedCore, voterSeed: Uint8Array, permit: Permit): EntryOf<'ballot'> {
    const { core, opening } = sealed;
    const { seed } = ballotKeyFromSeed(this.suite, voterSeed, this.electionId, core.contest);
    return ballotEntry(this.suite, core, opening, permit, seed);
  }

  /** A checkpoint over these entries, signed by the log and cosigned by `witnesses` of the witnesses. */
  checkpoint(entries: readonly Uint8Array[], time: number, witnesses = Infinity): string {
    const text = formatCheckpoint({
      origin: this.manifest.board.origin,
      size: entries.length,
      root: merkleRoot(entries.map(leafHash)),
      extensions: [],
    });
    const cosigners = this.witnessKeys.slice(0, Math.min(witnesses, this.witnessKeys.length));
    const signatures = [
      noteSignature(text, this.logKey),
      ...cosigners.map((key) => cosign(text, key, time)),
    ];
    return formatNote({ text, signatures });
  }

  /** Signatures are hedged; a log that grows must not change them. */
  #cosigned(checkpoint: string): Uint8Array {
    const made =
      this.#made.get(checkpoint) ?? encodeEntry(this.sign('cosigned', 'box', { checkpoint }));
    this.#made.set(checkpoint, made);
    return made;
  }

  /** The board of these steps, with its last checkpoint a minute after the last time in them. */
  build(steps: readonly Step[], witnesses = Infinity): TestBoard {
    const entries: Uint8Array[] = [];
    const names = new Map<string, number>();
    let last = Date.parse(this.manifest.hours.opens) / 1000;
    for (const { name, entry, cosign: time } of steps) {
      if (name !== undefined) names.set(name, entries.length);
      if (entry) entries.push(encodeEntry(entry));
      if (time !== undefined) {
        entries.push(this.#cosigned(this.checkpoint(entries, time)));
        last = time;
      }
    }
    const checkpoint = this.checkpoint(entries, last + 60, witnesses);
    const files = boardFiles(entries);
    files.set('checkpoint', utf8ToBytes(checkpoint));
    return {
      files,
      reader: { read: async (path) => files.get(path) },
      checkpoint,
      entries,
      index(name) {
        const found = names.get(name);
        if (found === undefined) throw new RangeError(`no step ${name}`);
        return found;
      },
    };
  }
}

function testLogKey(): SignerKey {
  return signerKey('test.example/board', testSeed('log'));
}

function testWitnessKeys(): SignerKey[] {
  return [1, 2, 3].map((n) =>
    signerKey(`witness-${n}.example`, testSeed(`witness ${n}`), COSIGNATURE_V1),
  );
}

/** Tiles and bundles of a log (c2sp.org/tlog-tiles). */
function boardFiles(entries: readonly Uint8Array[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let hashes: Uint8Array[] = entries.map(leafHash);
  for (let level = 0; hashes.length > 0; level++) {
    const parents: Uint8Array[] = [];
    for (let index = 0; index * TILE_WIDTH < hashes.length; index++) {
      const from = index * TILE_WIDTH;
      const tile = hashes.slice(from, from + TILE_WIDTH);
      files.set(tilePath({ level, index, width: tile.length }), encodeHashTile(tile));
      if (level === 0) {
        const bundle = encodeBundle(entries.slice(from, from + TILE_WIDTH));
        files.set(tilePath({ level: 'entries', index, width: tile.length }), bundle);
      }
      if (tile.length === TILE_WIDTH) parents.push(merkleRoot(tile));
    }
    hashes = parents;
  }
  return files;
}

/** `bytes` with one bit changed. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const out = concatBytes(bytes);
  out[at] = (out[at] as number) ^ 1;
  return out;
}
