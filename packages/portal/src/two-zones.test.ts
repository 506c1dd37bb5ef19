/**
 * What an attacker learns who gets the files of both zones after an election, write-ahead logs
 * included. Voters get their permits and cast at once, one after the other, which is the worst case;
 * half of them at a station, where a desk takes them over and marks them, and their ballots come late.
 * Three ways to link a voter with a ballot are tried: a value that stands in both files, times, and
 * the order in which rows lie. The same detector must succeed on stores that leak each of them.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { blind } from '@kabina/crypto/blind-rsa';
import { frame } from '@kabina/crypto/bytes';
import { coreHash, permitMessage } from '@kabina/election/ballot';
import { decodeEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import { leafHash } from '@kabina/log/merkle';
import { permitId } from './box/acceptance.ts';
import { BlindSigner } from './issuer/keys.ts';
import { StateFolder } from './state-folder.ts';
import type { PooledBallot } from './store/anonymous.ts';
import type { Served } from './store/identified.ts';
import { SqliteAnonymousStore } from './store/sqlite-anonymous.ts';
import { SqliteIdentifiedStore } from './store/sqlite-identified.ts';
import { PortalElection } from './test-election.ts';

const VOTERS = 60;
/** Ballots leave the pool in batches of this many. */
const POOL = 10;
const STATION_LIST = 'station/101';

/** What both sides store for one voter; the attacker knows `mark` and `core`, not that they belong together. */
interface Visit {
  readonly number: string;
  /** Comes over to a station, is marked there, and the ballot was held at closing. */
  readonly atStation: boolean;
  readonly served: Served;
  readonly ballot: PooledBallot;
}

let portal: PortalElection;
const visits: Visit[] = [];
const folder = mkdtempSync(join(tmpdir(), 'kabina-zones-'));

before(async () => {
  portal = await PortalElection.make({ voters: VOTERS });
  const { electionId } = portal.election;
  const state = new StateFolder(join(portal.folder, 'registrar'));
  const signer = BlindSigner.load(state, 'question', 'online');
  // Voters come in an order that is not that of their numbers.
  const numbers = portal.voters.map(({ number }) => number);
  for (let i = 0; i < VOTERS; i++) {
    const [number] = numbers.splice(randomInt(numbers.length), 1) as [string];
    const atStation = i % 2 === 1;
    const ballot = portal.ballot(`zone ${i}`);
    const { body } = decodeEntry(ballot) as EntryOf<'ballot'>;
    const { core, permit } = body;
    const held = { kiosk: 'K1', index: randomInt(VOTERS), proof: [randomBytes(32)], ballot: body };
    const late = encodeEntry({ type: 'late', election: electionId, body: held, signatures: [] });
    const entry = atStation ? late : ballot;
    const message = permitMessage(electionId, 'question', permit.key);
    const { blinded } = blind(signer.public, message, randomBytes(32));
    visits.push({
      number,
      atStation,
      served: {
        mark: createHash('sha256')
          .update(frame('mark', String(i)))
          .digest(),
        contest: 'question',
        list: 'online',
        style: 'town',
        place: 'remote',
        blinded,
        answer: signer.sign(blinded),
      },
      ballot: {
        permit: permitId(permit.key),
        revision: 0,
        contest: 'question',
        core: coreHash(core),
        leaf: leafHash(ballot),
        promise: randomBytes(200),
        entry,
        ...(atStation && { late: leafHash(late) }),
      },
    });
  }
});
after(async () => {
  rmSync(folder, { recursive: true });
  await portal.remove();
});

interface Files {
  readonly issuer: Buffer;
  readonly box: Buffer;
}

/** A database file with its write-ahead log behind it. */
function raw(path: string): Buffer {
  const log = `${path}-wal`;
  return Buffer.concat([readFileSync(path), existsSync(log) ? readFileSync(log) : Buffer.alloc(0)]);
}

/** Where each key lies in a file, first occurrence; -1 if nowhere. */
const places = (file: Buffer, keys: readonly Uint8Array[]): number[] =>
  keys.map((key) => file.indexOf(key));

const marks = (): Uint8Array[] => visits.map(({ served }) => served.mark);
const cores = (): Uint8Array[] => visits.map(({ ballot }) => ballot.core);

/** Whose row an offset may belong to: that of the key before it, or the nearest. */
function owners(keyPlaces: readonly number[], offset: number): number[] {
  const closest = (distance: (place: number) => number): number => {
    const distances = keyPlaces.map(distance);
    return distances.indexOf(Math.min(...distances));
  };
  return [
    closest((place) => (place <= offset ? offset - place : Infinity)),
    closest((place) => Math.abs(offset - place)),
  ];
}

/** Right links of voter to ballot through 8-byte values that stand in both files. */
function linkedByValue({ issuer, box }: Files): number {
  const inIssuer = new Map<string, number>();
  for (let i = 0; i + 8 <= issuer.length; i++) {
    const window = issuer.toString('latin1', i, i + 8);
    // Seen twice: a constant of the format, or a word that all rows share.
    inIssuer.set(window, inIssuer.has(window) ? -1 : i);
  }
  const [voters, ballots] = [places(issuer, marks()), places(box, cores())];
  const linked = new Set<number>();
  for (let i = 0; i + 8 <= box.length; i++) {
    const at = inIssuer.get(box.toString('latin1', i, i + 8)) ?? -1;
    if (at < 0) continue;
    const others = owners(ballots, i);
    for (const voter of owners(voters, at)) if (others.includes(voter)) linked.add(voter);
  }
  return linked.size;
}

const ranks = (values: readonly number[]): number[] => {
  const order = values.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  const rank = Array<number>(values.length).fill(0);
  order.forEach(({ i }, at) => (rank[i] = at));
  return rank;
};

/** Spearman's rank correlation of two properties of the same visits. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const n = x.length;
  const squares = x.reduce((sum, rank, i) => sum + (rank - (y[i] as number)) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}

/** How far the order of rows in one file tells the order in the other. */
const byPosition = ({ issuer, box }: Files): number =>
  Math.abs(correlation(places(issuer, marks()), places(box, cores())));

/** Numbers within a row's reach that could be moments of the run: milliseconds as an integer or a
 * floating-point number, or seconds. */
function timesAround(file: Buffer, place: number, reach: number, [from, to]: Span): number[] {
  const times: number[] = [];
  for (let i = Math.max(0, place - reach); i < Math.min(file.length - 8, place + reach); i++) {
    for (const time of [file.readUIntBE(i, 6), file.readDoubleBE(i), file.readUInt32BE(i) * 1000]) {
      if (time >= from && time <= to) times.push(time);
    }
  }
  return times;
}

type Span = readonly [from: number, to: number];

/** Links through the nearest times that stand with voter and ballot: the right one is among the best. */
function linkedByTime({ issuer, box }: Files, span: Span): number {
  const timesIn = (file: Buffer) => (place: number) => timesAround(file, place, 60, span);
  const voters = places(issuer, marks()).map(timesIn(issuer));
  const ballots = places(box, cores()).map(timesIn(box));
  return voters.filter((times, i) => {
    const gaps = ballots.map((others) =>
      Math.min(...times.flatMap((time) => others.map((other) => Math.abs(other - time)))),
    );
    return Number.isFinite(gaps[i]) && Math.min(...gaps) === gaps[i];
  }).length;
}

/** Runs the visits through two stores' essential methods. */
async function runElection(
  serve: (visit: Visit, at: number) => Promise<unknown>,
  accept: (ballot: PooledBallot, at: number) => Promise<unknown>,
  flush: (leaves: Uint8Array[]) => Promise<unknown>,
): Promise<Span> {
  const from = Date.now();
  let at = from;
  for (const [i, visit] of visits.entries()) {
    at += 1 + randomInt(5_000);
    await serve(visit, at);
    await accept(visit.ballot, at + 100);
    if ((i + 1) % POOL === 0) {
      const batch = visits.slice(i + 1 - POOL, i + 1);
      await flush(batch.map(({ ballot }) => ballot.late ?? ballot.leaf));
    }
  }
  return [from, at + 1_000];
}

test('after an election the files of the two zones can’t be linked', async () => {
  const [issuerPath, boxPath] = [join(folder, 'issuer.sqlite'), join(folder, 'box.sqlite')];
  const issuer = new SqliteIdentifiedStore(issuerPath);
  const box = new SqliteAnonymousStore(boxPath);
  await issuer.importVoters(portal.voters);
  const span = await runElection(
    async ({ number, atStation, served }, at) => {
      const expires = Math.floor(at / 60_000) + 60;
      const token = randomBytes(32);
      await issuer.openSession({ token, number, place: 'remote', ready: true, expires });
      if (!atStation) return issuer.serve(number, served);
      const { mark, style, contest } = served;
      assert.equal(await issuer.lists.transfer(number, mark, STATION_LIST), 'moved');
      const marked = { number, mark, style, contests: [contest] };
      return issuer.lists.mark(STATION_LIST, [marked], false);
    },
    (ballot) => box.acceptBallots([ballot]),
    (leaves) => box.leavePool(leaves),
  );
  // What the services do once the board says `closed`.
  await issuer.forgetVisitors();
  await issuer.compact();
  await box.compact();
  const open = { issuer: raw(issuerPath), box: raw(boxPath) };
  await issuer.close();
  await box.close();
  const closed = { issuer: raw(issuerPath), box: raw(boxPath) };
  for (const files of [open, closed]) {
    assert.ok(places(files.issuer, marks()).every((place) => place >= 0));
    assert.ok(places(files.box, cores()).every((place) => place >= 0));
    assert.ok(byPosition(files) < 0.5, 'one in ten thousand by chance');
    // The desk's moves change rows of the voter list, in the order in which voters come.
    const moved = visits.filter(({ atStation }) => atStation);
    const numbers = moved.map(({ number }) => Buffer.from(number));
    const theirs = moved.map(({ ballot }) => ballot.core);
    const order = correlation(places(files.issuer, numbers), places(files.box, theirs));
    assert.ok(Math.abs(order) < 0.7, 'one in fifty thousand by chance');
    assert.equal(linkedByTime(files, span), 0);
    // Values that happen to stand in both would link a few by chance.
    assert.ok(linkedByValue(files) <= VOTERS / 10);
  }
});

/** Stores that leak one thing each: a shared request number, times, or the order of rows. */
async function leaky(leak: 'value' | 'time' | 'position'): Promise<[Files, Span]> {
  const paths = { issuer: join(folder, `${leak}-i.sqlite`), box: join(folder, `${leak}-b.sqlite`) };
  const [issuer, box] = [new DatabaseSync(paths.issuer), new DatabaseSync(paths.box)];
  const options = leak === 'position' ? '' : 'WITHOUT ROWID';
  for (const database of [issuer, box]) {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`CREATE TABLE t (hash BLOB ${options && 'PRIMARY KEY'}, leak) ${options}`);
  }
  let request = randomBytes(8);
  const leaked = (at: number): Buffer | number | null =>
    leak === 'value' ? request : leak === 'time' ? at : null;
  const span = await runElection(
    async ({ served: { mark } }, at) => {
      request = randomBytes(8);
      issuer.prepare('INSERT INTO t VALUES (?, ?)').run(mark, leaked(at));
    },
    async ({ core }, at) => box.prepare('INSERT INTO t VALUES (?, ?)').run(core, leaked(at)),
    async () => undefined,
  );
  for (const database of [issuer, box]) {
    database.exec('VACUUM');
    database.close();
  }
  return [{ issuer: raw(paths.issuer), box: raw(paths.box) }, span];
}

test('the detector finds each leak where there is one', async () => {
  const [values] = await leaky('value');
  assert.ok(linkedByValue(values) > VOTERS * 0.9);
  const [times, span] = await leaky('time');
  assert.ok(linkedByTime(times, span) > VOTERS * 0.5);
  const [order] = await leaky('position');
  assert.ok(byPosition(order) > 0.95);
});
