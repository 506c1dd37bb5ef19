/**
 * Ballots that a station's kiosk held at closing, over HTTP: from the `held` entry to the count, and
 * a drained queue whose order of arrival the board doesn't show.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesToHex, concatBytes } from '@kabina/crypto/bytes';
import { coreHash, trackingCode } from '@kabina/election/ballot';
import { decodeEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import type { Manifest } from '@kabina/election/manifest';
import { decodePromise, readLookup, verifyPromise } from '@kabina/election/receipt';
import { lateLeaf } from '@kabina/election/station-held';
import { flipped, testSeed } from '@kabina/election/testing';
import { leafHash } from '@kabina/log/merkle';
import { parseVerifierKey } from '@kabina/log/note';
import { parseProof, verifyProof } from '@kabina/log/proof';
import { until, type Client, type Reply } from '../test-client.ts';
import { listening, PortalElection, STATION } from '../test-election.ts';
import { TestKiosk } from '../test-kiosk.ts';
import type { RunningBox } from './service.ts';
import { countedSums } from './sums.ts';

const HOUR = 3_600_000;
/** The boxes' clock. */
let now = Date.now();

/** A box whose election is open, and two kiosks that have cards. */
class Station {
  readonly portal: PortalElection;
  readonly kiosks: readonly [TestKiosk, TestKiosk];
  box: Client;
  running: RunningBox;

  private constructor(portal: PortalElection, running: RunningBox, box: Client) {
    this.portal = portal;
    this.running = running;
    this.box = box;
    this.kiosks = [new TestKiosk(portal, 'K1'), new TestKiosk(portal, 'K2')];
  }

  static async open(cards: number, change?: (manifest: Manifest) => Manifest): Promise<Station> {
    const portal = await PortalElection.make({ station: true, ...(change && { change }) });
    await portal.startWitnesses();
    now = Date.now();
    const running = await portal.startBox(() => now);
    const station = new Station(portal, running, await listening(running));
    await station.box.post(portal.openingEntries());
    for (const kiosk of station.kiosks) await station.box.post([await kiosk.cards(1, cards)]);
    return station;
  }

  async restart(): Promise<void> {
    await this.running.close();
    this.running = await this.portal.startBox(() => now);
    this.box = await listening(this.running);
  }

  cast(cbor: Uint8Array): Promise<Reply> {
    return this.box.ask('POST', '/ballots', { cbor });
  }

  late(cbor: Uint8Array): Promise<Reply> {
    return this.box.ask('POST', '/late-ballots', { cbor });
  }

  signed(...args: Parameters<PortalElection['signed']>): Promise<Reply> {
    return this.box.ask('POST', '/entries', { cbor: this.portal.signed(...args) });
  }

  /** After the hours: the second kiosk's statement that it holds nothing, and `closed`. */
  async close(held: Uint8Array): Promise<void> {
    now += 3 * HOUR;
    const { entry: empty } = await this.kiosks[1].held([]);
    const stations = [leafHash(held), leafHash(empty)];
    const closed = this.portal.signed('closed', 'commission', { stations });
    await this.box.post([empty, closed]);
  }

  async state() {
    return (await this.portal.replay()).state;
  }

  async end(): Promise<void> {
    await this.running.close();
    await this.portal.remove();
  }
}

const ballotOf = (cbor: Uint8Array): EntryOf<'ballot'> => decodeEntry(cbor) as EntryOf<'ballot'>;
const binding = (manifest: Manifest): Manifest => ({ ...manifest, kind: 'binding', pool: 1000 });

test('held ballots come before and after closing, are promised until tally, and count', async () => {
  const station = await Station.open(5);
  const { portal } = station;
  const [kiosk] = station.kiosks;
  try {
    const bytes = Array.from({ length: 4 }, (_, i) => portal.stationBallot(`card ${i}`));
    const ballots = bytes.map(ballotOf);
    const { entry, held } = await kiosk.held(ballots);
    const late = ballots.map((ballot) => kiosk.late(held, ballot));
    const early = await station.late(late[0]!);
    assert.deepEqual([early.status, early.code], [409, 'late.not-held']);
    assert.ok(Number(early.headers['retry-after']) > 0);

    // The answer to the first one was lost before the kiosk closed.
    const accepted = await station.cast(bytes[0]!);
    assert.equal(accepted.status, 200, JSON.stringify(accepted.json));
    assert.equal((await station.late(late[0]!)).code, 'late.not-held', 'it has to be told later');
    await station.box.post([entry]);
    assert.deepEqual((await station.late(late[0]!)).bytes, accepted.bytes);

    const answer = await station.late(late[1]!);
    assert.equal(answer.status, 200, JSON.stringify(answer.json));
    const promise = decodePromise(answer.bytes);
    assert.ok(verifyPromise(portal.manifest, promise));
    const { before, entry: promised, kiosk: by } = promise[0];
    assert.deepEqual([before, promised, by], ['tally', leafHash(bytes[1]!), undefined]);
    assert.deepEqual((await station.late(late[1]!)).bytes, answer.bytes);
    assert.deepEqual((await station.cast(bytes[1]!)).bytes, answer.bytes, 'by the other road too');

    await station.box.post([portal.signed('suspended', 'commission', { reason: 'проверка' })]);
    assert.equal((await station.late(late[2]!)).code, 'ballots.closed');
    await station.box.post([portal.signed('resumed', 'commission', { extension: 0 })]);
    // Nobody's hours bind what was held.
    now += 3 * HOUR;
    const third = await station.late(late[2]!);
    assert.equal(third.status, 200, JSON.stringify(third.json));
    await station.close(entry);
    assert.deepEqual((await station.state()).stations!.heldBy('K1'), { number: 4, arrived: 3 });

    await station.restart();
    assert.deepEqual((await station.late(late[2]!)).bytes, third.bytes, 'after a restart');
    assert.deepEqual((await station.late(late[0]!)).bytes, accepted.bytes);
    assert.equal((await station.late(late[3]!)).status, 200);
    const code = trackingCode(coreHash(ballots[3]!.body.core));
    const lookup = async () =>
      readLookup((await station.box.ask('GET', `/receipts/${code}`)).json).revisions;
    const [recorded] = await until(lookup, ([revision]) => revision?.state === 'recorded');

    // The proof is that of the `late` entry, from which the ballot's own hash can be computed.
    const path = `/proofs/${bytesToHex(leafHash(bytes[3]!))}`;
    const proof = await until(
      () => station.box.ask('GET', path),
      ({ status }) => status === 200,
    );
    const extra = parseProof(proof.bytes).extra!;
    assert.deepEqual(lateLeaf(decodeEntry(extra) as EntryOf<'late'>), leafHash(bytes[3]!));
    const { manifest } = portal;
    const proved = verifyProof(proof.bytes, leafHash(extra), {
      logKey: parseVerifierKey(manifest.board.key),
      origin: manifest.board.origin,
      witnesses: manifest.witnesses.keys.map((key) => parseVerifierKey(key)),
      quorum: manifest.witnesses.quorum,
    });
    assert.equal(proved.index, recorded!.index);

    const closed = await station.state();
    assert.deepEqual(closed.stations!.heldBy('K1'), { number: 4, arrived: 4 });
    const status = (await station.box.ask('GET', '/status')).json as {
      contests: { id: string; ballots: number }[];
    };
    const onBoard = status.contests.find(({ id }) => id === 'question')!.ballots;
    assert.equal(onBoard, 4, 'each is there once');
    await station.box.post([portal.signed('tally', 'commission', { size: closed.size })]);
    const sums = await countedSums(station.running.board);
    assert.equal(sums.get('question')!.ballots, 4);

    assert.equal((await station.late(late[3]!)).status, 200, 'a promise is repeated');
    const own = ballotOf(portal.stationBallot('a fifth card'));
    const tooLate = await station.late(kiosk.late((await kiosk.held([own])).held, own));
    assert.deepEqual([tooLate.status, tooLate.code], [403, 'late.closed']);
  } finally {
    await station.end();
  }
});

test('a ballot and its late repetition in one pool count once, and the kiosk has sent all', async () => {
  const station = await Station.open(2, binding);
  const { portal } = station;
  const [kiosk] = station.kiosks;
  try {
    const bytes = [portal.stationBallot('a'), portal.stationBallot('b')];
    const ballots = bytes.map(ballotOf);
    const { entry, held } = await kiosk.held(ballots);
    for (const ballot of bytes) assert.equal((await station.cast(ballot)).status, 200);
    await station.box.post([entry]);
    for (const ballot of ballots) {
      assert.equal((await station.late(kiosk.late(held, ballot))).status, 200);
      assert.equal((await station.late(kiosk.late(held, ballot))).status, 200);
    }
    await station.close(entry);
    // A wrong order would have been a fault of the box, and thrown.
    const state = await station.state();
    assert.deepEqual(state.stations!.heldBy('K1'), { number: 2, arrived: 2 });
    assert.equal(state.countedNumber('question'), 2);
  } finally {
    await station.end();
  }
});

test('late entries that are refused', async () => {
  const station = await Station.open(5);
  const { portal, kiosks } = station;
  const [kiosk, other] = kiosks;
  try {
    const ballots = Array.from({ length: 3 }, (_, i) =>
      ballotOf(portal.stationBallot(`held ${i}`)),
    );
    const [one] = ballots as [EntryOf<'ballot'>, EntryOf<'ballot'>, EntryOf<'ballot'>];
    const online = ballotOf(portal.ballot('at home'));
    const rival = ballotOf(portal.stationBallot('held 0', 'question', 1));
    const cheat: EntryOf<'ballot'> = {
      ...ballots[1]!,
      body: { ...ballots[1]!.body, signature: flipped(ballots[1]!.body.signature, 9) },
    };
    const seed = testSeed('a forger’s card');
    const sealed = portal.election.seal(portal.key, 'question', seed, [1, 0]);
    const core = { ...sealed.core, proofs: flipped(sealed.core.proofs, 40) };
    const permit = portal.permit('question', seed, `station/${STATION}`);
    const forged = portal.election.cast({ ...sealed, core }, seed, permit);
    // The kiosk may hold what it likes: it doesn't make it good.
    const { entry, held } = await kiosk.held([...ballots, online, rival, cheat, forged]);
    const { entry: empty } = await other.held([]);
    await station.box.post([entry, empty]);
    const good = kiosk.late(held, one);
    const decoded = decodeEntry(good) as EntryOf<'late'>;
    const withBody = (body: Partial<EntryOf<'late'>['body']>): Uint8Array =>
      encodeEntry({ ...decoded, body: { ...decoded.body, ...body } });
    const stranger = ballotOf(portal.stationBallot('never held'));
    for (const [name, cbor, code] of [
      ['nothing', new Uint8Array(), 'late.malformed'],
      ['cut off', good.subarray(0, -1), 'late.malformed'],
      ['one byte more', concatBytes(good, Uint8Array.of(0)), 'late.malformed'],
      ['a plain ballot', encodeEntry(one), 'late.malformed'],
      [
        'signed',
        encodeEntry({ ...decoded, signatures: [['kiosk/K1', new Uint8Array(64)]] }),
        'ballots.signature',
      ],
      [
        'another election',
        encodeEntry({ ...decoded, election: new Uint8Array(32) }),
        'ballots.election',
      ],
      ['another place', withBody({ index: (decoded.body.index + 1) % 7 }), 'late.proof'],
      ['a place out of the tree', withBody({ index: 7 }), 'late.proof'],
      ['no proof', withBody({ proof: [] }), 'late.proof'],
      ['a ballot that was not held', withBody({ ballot: stranger.body }), 'late.proof'],
      ['under another kiosk’s root', withBody({ kiosk: 'K2' }), 'late.proof'],
      ['of no kiosk', withBody({ kiosk: 'K3' }), 'late.not-held'],
      ['an online permit', kiosk.late(held, online), 'ballots.permit'],
      ['a wrong signature', kiosk.late(held, cheat), 'ballots.signature'],
      ['a wrong proof', kiosk.late(held, forged), 'ballots.proof'],
    ] as const) {
      const answer = await station.late(cbor);
      assert.equal(answer.code, code, `${name}: ${JSON.stringify(answer.json)}`);
    }
    const byEntries = await station.box.ask('POST', '/entries', { cbor: good });
    assert.equal(byEntries.code, 'entries.road');
    const change = fc.record({ at: fc.nat(good.length - 1), to: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, to }) => {
        const bytes = good.slice();
        bytes[at] = (bytes[at] as number) ^ to;
        const { status } = await station.late(bytes);
        assert.ok([400, 409, 422].includes(status), `${at} ^ ${to}: ${status}`);
      }),
      { numRuns: 60 },
    );
    // Nothing of it has taken the permit.
    assert.equal((await station.late(good)).status, 200);
    const taken = await station.late(kiosk.late(held, rival));
    assert.deepEqual([taken.status, taken.code], [409, 'ballots.revision-taken']);
  } finally {
    await station.end();
  }
});

test('a kiosk named missing brings nothing any more', async () => {
  const station = await Station.open(1);
  const { portal, kiosks } = station;
  try {
    const missing = ['K1', 'K2'];
    await station.box.post([portal.signed('closed', 'commission', { stations: [], missing })]);
    const ballot = ballotOf(portal.stationBallot('too late'));
    const { held } = await kiosks[0].held([ballot]);
    assert.equal((await station.late(kiosks[0].late(held, ballot))).code, 'late.closed');
  } finally {
    await station.end();
  }
});

test('what waits is on the board before tally, which may not leave it out', async () => {
  const station = await Station.open(5, binding);
  const { portal } = station;
  const [kiosk] = station.kiosks;
  try {
    const ballots = Array.from({ length: 3 }, (_, i) =>
      ballotOf(portal.stationBallot(`card ${i}`)),
    );
    const { entry, held } = await kiosk.held(ballots);
    await station.box.post([entry]);
    await station.close(entry);
    for (const ballot of ballots.slice(0, 2)) {
      assert.equal((await station.late(kiosk.late(held, ballot))).status, 200);
    }
    const before = await station.state();
    assert.deepEqual(before.stations!.heldBy('K1'), { number: 3, arrived: 0 }, 'they wait for k');

    // Nobody but the commission empties the pool.
    const body = { size: before.size, missing: ['K1'] };
    const forged = await station.signed('tally', 'trustee/1', body);
    assert.equal(forged.code, 'entries.refused');
    assert.equal((await station.state()).size, before.size);
    const early = await station.signed('tally', 'commission', body);
    assert.equal(early.code, 'entries.refused');
    const after = await station.state();
    assert.deepEqual(after.stations!.heldBy('K1'), { number: 3, arrived: 2 });
    assert.equal(after.phase, 'closed');
    assert.equal(
      (await station.signed('tally', 'commission', after.stations!.tally(after.size))).status,
      200,
    );
    assert.equal((await station.state()).countedNumber('question'), 2);
    const last = await station.late(kiosk.late(held, ballots[2]!));
    assert.equal(last.code, 'late.closed');
  } finally {
    await station.end();
  }
});

/** Spearman's rank correlation of the places of the same things in two lists. */
function correlation(one: readonly string[], other: readonly string[]): number {
  const n = one.length;
  const places = new Map(other.map((name, place) => [name, place]));
  const squares = one.reduce((sum, name, i) => sum + (i - places.get(name)!) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}

test('500 ballots of a drained queue stand on the board in an order that tells nothing', async () => {
  const station = await Station.open(250, binding);
  const { portal } = station;
  const [kiosk] = station.kiosks;
  try {
    const ballots = Array.from({ length: 500 }, (_, i) =>
      ballotOf(portal.stationBallot(`card ${i >> 1}`, i % 2 === 0 ? 'question' : 'few')),
    );
    const { entry, held } = await kiosk.held(ballots);
    await station.box.post([entry]);
    await station.close(entry);
    const late = ballots.map((ballot) => kiosk.late(held, ballot));
    for (let i = 0; i < late.length; i += 50) {
      const answers = await Promise.all(late.slice(i, i + 50).map((cbor) => station.late(cbor)));
      for (const { status } of answers) assert.equal(status, 200);
    }
    const state = await until(
      () => station.state(),
      (board) => board.stations!.heldBy('K1')?.arrived === 500,
    );
    const arrived = late.map((cbor) => bytesToHex(leafHash(cbor)));
    const logged = Array.from({ length: state.size }, (_, i) => bytesToHex(state.leafHash(i)));
    const order = logged.filter((leaf) => arrived.includes(leaf));
    assert.equal(order.length, 500);
    // By chance beyond 0.2 once in 100,000 runs. Hash order would be a way back to the pool.
    assert.ok(Math.abs(correlation(arrived, order)) < 0.2);
    assert.ok(Math.abs(correlation([...arrived].sort(), order)) < 0.2);
  } finally {
    await station.end();
  }
});
