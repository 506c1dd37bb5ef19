/**
 * Cards for a station's kiosks over HTTP, with both issuers and a real ballot box: from the request
 * to the printed card, and every way in which it is refused.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { equalBytes } from '@kabina/crypto/bytes';
import { checkPermit } from '@kabina/election/ballot';
import {
  cardKeys,
  cosignEntry,
  decodeEntry,
  encodeEntry,
  signEntry,
  type EntryOf,
} from '@kabina/election/entries';
import { cardFromText, cardKey, openDeposit, openFromCard } from '@kabina/election/station-card';
import {
  decodeCardBatch,
  decodeSignedBatch,
  type CardBatch,
  type DeliveryRequest,
  type SignedBatch,
} from '@kabina/election/station-delivery';
import { testSeed } from '@kabina/election/testing';
import { until, type Client } from '../test-client.ts';
import {
  DESK_SECRET,
  iso,
  ISSUERS,
  listening,
  PortalElection,
  STATION,
  STATION_DESK_SECRET,
  type IssuerId,
} from '../test-election.ts';
import { TestKiosk } from '../test-kiosk.ts';
import type { RunningBox } from '../box/service.ts';
import type { RunningIssuer } from './service.ts';

const VOTERS = 4;
/** Twice the voters and fifty: what the station may have of the one style. */
const LIMIT = 2 * VOTERS + 50;
const HOUR = 3_600_000;

let portal: PortalElection;
let runningBox: RunningBox;
let box: Client;
let kiosk: TestKiosk;
let now = Date.now();
const clock = (): number => now;
const running: RunningIssuer[] = [];
const clients = new Map<IssuerId, Client>();

before(async () => {
  const online = { id: 'K9', name: 'K9', signingKey: testSeed('another key') };
  portal = await PortalElection.make({
    voters: VOTERS,
    station: true,
    change: (manifest) => ({
      ...manifest,
      kiosks: [...manifest.kiosks, online],
      hours: { ...manifest.hours, closes: iso(now + 2 * HOUR) },
    }),
  });
  kiosk = new TestKiosk(portal, 'K1');
  await portal.startWitnesses();
  runningBox = await portal.startBox(clock);
  box = await listening(runningBox);
  for (const id of ISSUERS) {
    const issuer = await portal.startIssuer(id, box.url, [], clock);
    running.push(issuer);
    clients.set(id, await listening(issuer));
  }
});
after(async () => {
  for (const issuer of running) await issuer.close();
  await runningBox.close();
  await portal.remove();
});

const client = (id: IssuerId): Client => clients.get(id)!;
const deliver = (id: IssuerId, cbor: Uint8Array) => client(id).ask('POST', '/deliveries', { cbor });
const confirm = (cbor: Uint8Array, id: IssuerId = 'observers') =>
  client(id).ask('POST', '/deliveries/confirm', { cbor });
const desk = (method: string, path: string, bearer = DESK_SECRET) =>
  client('observers').ask(method, `/desk/cards/${path}`, { bearer });

interface Batch {
  readonly signed: SignedBatch;
  readonly cards: CardBatch;
}

async function batchOf(from: TestKiosk, batch: number, size: number): Promise<Batch> {
  const first = await deliver('registrar', await from.request('registrar', batch, size));
  const last = await deliver('observers', await from.request('observers', batch, size));
  assert.deepEqual(
    [first.status, last.status],
    [200, 200],
    JSON.stringify([first.json, last.json]),
  );
  return { signed: decodeSignedBatch(first.bytes), cards: decodeCardBatch(last.bytes) };
}

test('before the opening no cards are made', async () => {
  const early = await deliver('registrar', await kiosk.request('registrar', 1, 1));
  assert.deepEqual([early.status, early.code], [403, 'deliveries.closed']);
  await box.post(portal.openingEntries());
});

test('a delivery: permits that the card alone opens, printed shuffled, erased', async () => {
  const size = 12;
  const { signed, cards } = await batchOf(kiosk, 1, size);
  assert.deepEqual((await desk('GET', STATION)).json, { batches: [] }, 'not on the board yet');
  assert.equal((await desk('POST', `${STATION}/K1/1`)).code, 'cards.unknown');

  const entry = encodeEntry(await kiosk.delivered(1, cards));
  const placed = await confirm(entry);
  assert.equal(placed.status, 200);
  const { state } = await portal.replay();
  const { index } = placed.json as { index: number };
  assert.ok(index < state.size);
  const again = await confirm(entry);
  assert.equal((again.json as { index: number }).index, index, 'the same entry again');

  const listed = { kiosk: 'K1', style: 'town', batch: 1, cards: size };
  const batches = async () => ((await desk('GET', STATION)).json as { batches: unknown[] }).batches;
  assert.deepEqual(await batches(), [{ ...listed, printed: false }]);
  const print = async () =>
    ((await desk('POST', `${STATION}/K1/1`)).json as { cards: { text: string; typed: string }[] })
      .cards;
  const [one, other] = [await print(), await print()];
  const texts = one.map(({ text }) => text);
  assert.notDeepEqual(
    texts,
    other.map(({ text }) => text),
    'shuffled each time (one in 479 million by chance)',
  );
  assert.deepEqual([...texts].sort(), other.map(({ text }) => text).sort());

  const { electionId } = portal.election;
  const delivered = await deliveredCards(index, cards);
  const secrets: Uint8Array[] = [];
  const seen = new Set<number>();
  for (const { text, typed } of one) {
    const { secret } = cardFromText(text);
    secrets.push(secret);
    assert.deepEqual(cardFromText(typed).secret, secret);
    const pair = await cardKey(electionId, secret);
    const place = cards.cards.findIndex(({ key }) => equalBytes(key, pair.publicKey));
    seen.add(place);
    const last = await openFromCard(electionId, pair, cards.cards[place]!.sealed);
    for (const [i, contest] of ['question', 'few'].entries()) {
      const first = signed.cards[place]![i]!;
      const permit = kiosk.permit(1, place, contest, [first, last[i]!]);
      assert.equal(checkPermit(portal.manifest, electionId, contest, permit), undefined);
    }
    const issuer = cardKeys(portal.manifest, STATION, 'town');
    const style = { election: electionId, issuer };
    const deposit = await openDeposit(style, pair, delivered[place]!);
    assert.equal(deposit.keys.length, 2);
  }
  assert.equal(seen.size, size);

  assert.ok(
    secrets.every((secret) => inFiles(secret)),
    'kept until they are printed',
  );
  assert.equal((await desk('DELETE', `${STATION}/K1/1`)).status, 204);
  assert.equal((await desk('DELETE', `${STATION}/K1/1`)).status, 204);
  assert.equal(secrets.filter((secret) => inFiles(secret)).length, 0, 'overwritten, log included');
  const erased = await desk('POST', `${STATION}/K1/1`);
  assert.deepEqual([erased.status, erased.code], [410, 'cards.erased']);
  assert.deepEqual(await batches(), [{ ...listed, printed: true }]);

  // The kiosk may ask again, with the secrets gone.
  const repeated = await deliver('observers', await kiosk.request('observers', 1, size));
  assert.deepEqual(decodeCardBatch(repeated.bytes), cards);
});

/** The cards of the `delivered` entry at that index of the log, in the order of the kiosk's answer. */
async function deliveredCards(index: number, answer: CardBatch) {
  const found: Uint8Array[] = [];
  for await (const bytes of portal.entries()) found.push(bytes);
  const entry = decodeEntry(found[index]!) as EntryOf<'delivered'>;
  assert.equal(entry.body.cards.length, answer.cards.length);
  return answer.cards.map(({ key }) => entry.body.cards.find((card) => equalBytes(card.key, key))!);
}

/** Whether the card issuer's files, write-ahead log included, hold these bytes. */
function inFiles(bytes: Uint8Array): boolean {
  const path = join(portal.folder, 'observers', 'issuer.sqlite');
  return [path, `${path}-wal`].some(
    (file) => existsSync(file) && readFileSync(file).includes(Buffer.from(bytes)),
  );
}

test('the same batch has one answer, at once and later; other cards under its number are refused', async () => {
  for (const id of ISSUERS) {
    const request = await kiosk.request(id, 2, 2);
    const answers = await Promise.all([deliver(id, request), deliver(id, request)]);
    assert.deepEqual(answers[0].bytes, answers[1].bytes);
    const more = await deliver(id, await kiosk.request(id, 2, 3));
    assert.deepEqual([more.status, more.code], [409, 'deliveries.batch']);
    const swapped = await kiosk.request(id, 2, 2, (body) => ({
      ...body,
      cards: [...body.cards].reverse(),
    }));
    assert.equal((await deliver(id, swapped)).code, 'deliveries.batch');
  }
});

test('requests that are refused', async () => {
  const body = (change: Partial<DeliveryRequest>) =>
    kiosk.request('registrar', 3, 1, (own) => ({ ...own, ...change }));
  const good = await body({});
  const other = new TestKiosk(portal, 'K2');
  const { modulus } = portal.manifest.issuers[0]!.keys.find(
    ({ contest, list }) => contest === 'question' && list === `station/${STATION}`,
  )!;
  const blinded = new Uint8Array(384).fill(1);
  for (const [name, cbor, code] of [
    ['nothing', new Uint8Array(), 'deliveries.malformed'],
    ['cut off', good.subarray(0, -1), 'deliveries.malformed'],
    ['another election', await body({ election: testSeed('x') }), 'deliveries.election'],
    ['no such station', await body({ station: '102' }), 'deliveries.kiosk'],
    ['no such kiosk', await body({ kiosk: 'K3' }), 'deliveries.kiosk'],
    ['another kiosk’s signature', await body({ kiosk: 'K2' }), 'deliveries.kiosk'],
    [
      'an online kiosk',
      await new TestKiosk(portal, 'K9').request('registrar', 3, 1),
      'deliveries.kiosk',
    ],
    ['no such style', await body({ style: 'village' }), 'deliveries.style'],
    ['a contest too few', await body({ cards: [[blinded]] }), 'deliveries.malformed'],
    [
      'a blinded value too long',
      await body({ cards: [[blinded, new Uint8Array(385).fill(1)]] }),
      'deliveries.malformed',
    ],
    ['a value out of range', await body({ cards: [[modulus, blinded]] }), 'deliveries.malformed'],
    ['zero', await body({ cards: [[blinded, new Uint8Array(384)]] }), 'deliveries.malformed'],
  ] as const) {
    const answer = await deliver('registrar', cbor);
    assert.equal(answer.code, code, `${name}: ${JSON.stringify(answer.json)}`);
  }
  // None of them has taken the number.
  assert.equal((await deliver('registrar', good)).status, 200);
  const signed = await deliver('registrar', await other.request('registrar', 1, 1));
  assert.equal(signed.status, 200, 'the other kiosk counts its batches for itself');
});

test('any changed byte of a request is refused', async () => {
  const good = await kiosk.request('registrar', 4, 1);
  const change = fc.record({ at: fc.nat(good.length - 1), to: fc.integer({ min: 1, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, to }) => {
      const bytes = good.slice();
      bytes[at] = (bytes[at] as number) ^ to;
      const { status, code } = await deliver('registrar', bytes);
      assert.ok(status === 400 || status === 403, `${at} ^ ${to}: ${code}`);
    }),
    { numRuns: 60 },
  );
});

test('a station gets no more cards of a style than it may have', async () => {
  const other = new TestKiosk(portal, 'K2');
  // K1 has 12, 2 and 1 of them, K2 has 1.
  const rest = LIMIT - 16;
  const over = await deliver('registrar', await other.request('registrar', 2, rest + 1));
  assert.deepEqual([over.status, over.code], [409, 'deliveries.full']);
  assert.equal((await deliver('registrar', await other.request('registrar', 2, rest))).status, 200);
  const more = await deliver('registrar', await other.request('registrar', 3, 1));
  assert.equal(more.code, 'deliveries.full');
});

test('confirmations that are refused, and leave the way open', async () => {
  const other = new TestKiosk(portal, 'K2');
  const { cards } = await batchOf(other, 1, 1);
  const good = await other.delivered(1, cards);
  const stranger = await cosignEntry({ ...good, signatures: [] }, kiosk.signer);
  const foreign = { ...good, election: testSeed('x') };
  const held = signEntry(
    'suspended',
    portal.election.electionId,
    { reason: 'x' },
    {
      by: 'commission',
      seed: testSeed('commission'),
    },
  );
  const renamed = async (change: Partial<(typeof good)['body']>) =>
    cosignEntry({ ...good, body: { ...good.body, ...change }, signatures: [] }, other.signer);
  for (const [name, entry, code] of [
    ['unsigned', { ...good, signatures: [] }, 'deliveries.kiosk'],
    ['signed by another kiosk', stranger, 'deliveries.kiosk'],
    ['another election', foreign, 'deliveries.election'],
    ['another entry', held, 'deliveries.malformed'],
    ['a batch that is not there', await renamed({ batch: 9 }), 'deliveries.batch'],
    ['another style', await renamed({ style: 'village' }), 'deliveries.batch'],
    [
      'another card',
      await renamed({ cards: [{ ...good.body.cards[0]!, key: testSeed('a card of my own') }] }),
      'deliveries.batch',
    ],
    [
      'other ballot keys than were signed',
      await renamed({ cards: [{ ...good.body.cards[0]!, commitment: testSeed('of my own') }] }),
      'deliveries.batch',
    ],
    [
      'a card twice',
      await renamed({ cards: [good.body.cards[0]!, good.body.cards[0]!] }),
      'deliveries.batch',
    ],
  ] as const) {
    assert.equal((await confirm(encodeEntry(entry))).code, code, name);
  }
  assert.equal((await confirm(Uint8Array.of(0x80))).code, 'deliveries.malformed');
  assert.equal((await confirm(encodeEntry(good), 'registrar')).code, 'deliveries.batch');
  assert.equal((await confirm(encodeEntry(good))).status, 200);
  const another = await other.delivered(1, cards);
  assert.equal((await confirm(encodeEntry(another))).code, 'deliveries.batch', 'other deposits');
});

test('a desk’s rights: its own station, no access codes, nothing without a secret', async () => {
  assert.equal((await desk('GET', STATION, STATION_DESK_SECRET)).status, 200);
  assert.equal((await desk('GET', '102', STATION_DESK_SECRET)).code, 'desk.rights');
  assert.equal((await desk('GET', '102')).code, 'desk.station');
  assert.equal((await desk('GET', STATION, 'guessed')).code, 'desk.secret');
  for (const method of ['POST', 'DELETE']) {
    const path = `${STATION}/K2/1`;
    assert.equal((await desk(method, path, 'guessed')).code, 'desk.secret');
    assert.equal((await desk(method, '102/K2/1', STATION_DESK_SECRET)).code, 'desk.rights');
    assert.equal((await desk(method, '102/K2/1')).code, 'desk.station');
    assert.equal((await desk(method, `${STATION}/K2/7`)).code, 'cards.unknown');
    assert.equal((await desk(method, `${STATION}/K2/01`)).code, 'request.fields');
  }
  const code = await client('observers').ask('POST', '/desk/voters/00000001/access-code', {
    bearer: STATION_DESK_SECRET,
  });
  assert.deepEqual([code.status, code.code], [403, 'desk.rights']);
  const search = await client('observers').ask('GET', '/desk/voters?query=00000001', {
    bearer: STATION_DESK_SECRET,
  });
  assert.equal(search.status, 200);
});

test('a repeated request is answered after closing; a new one is refused from the hour on', async () => {
  const other = new TestKiosk(portal, 'K1');
  const known = await other.request('observers', 2, 2);
  const first = await deliver('observers', known);
  now += 2 * HOUR;
  const fresh = await deliver('observers', await other.request('observers', 7, 1));
  assert.equal(fresh.code, 'deliveries.closed');
  assert.deepEqual((await deliver('observers', known)).bytes, first.bytes);
  await box.post([portal.signed('closed', 'commission', { stations: [], missing: ['K1', 'K2'] })]);
  const entry = encodeEntry(await other.delivered(2, decodeCardBatch(first.bytes)));
  await until(
    () => confirm(entry),
    ({ code }) => code === 'deliveries.closed',
  );
});
