/** The ballot box given everything but a good request: a coded refusal each time, nothing stored. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { bytesToHex, concatBytes } from '@kabina/crypto/bytes';
import { challengeEntry, type SealedCore } from '@kabina/election/ballot';
import { encode } from '@kabina/election/cbor';
import { decodeEntry, encodeEntry, type Core, type EntryOf } from '@kabina/election/entries';
import { flipped, testSeed } from '@kabina/election/testing';
import { type Client } from '../test-client.ts';
import { iso, listening, PortalElection } from '../test-election.ts';
import type { RunningBox } from './service.ts';

const HOUR = 3_600_000;
let portal: PortalElection;
let running: RunningBox;
let box: Client;
let now = Date.now();
let sealed: SealedCore;
let good: Uint8Array;
const seed = testSeed('anna');

before(async () => {
  const pause = { from: iso(now + HOUR / 2), to: iso(now + HOUR / 2 + 600_000) };
  portal = await PortalElection.make({
    change: (manifest) => ({ ...manifest, hours: { ...manifest.hours, pauses: [pause] } }),
  });
  await portal.startWitnesses();
  running = await portal.startBox(() => now);
  box = await listening(running);
  await box.post(portal.openingEntries());
  sealed = portal.election.seal(portal.key, 'question', seed, [1, 0]);
  good = ballotWith({});
});
after(async () => {
  // Not one of the refused requests has left anything: the board is as the opening left it.
  const { state } = await portal.replay();
  assert.equal(state.ballots.size, 0);
  await running.close();
  await portal.remove();
});

/** A ballot with another core, signed by the right key. */
function ballotWith(core: Partial<Core>): Uint8Array {
  const changed = { ...sealed, core: { ...sealed.core, ...core } };
  return encodeEntry(portal.election.cast(changed, seed, portal.permit('question', seed)));
}

function challengeWith(core: Partial<Core>): Uint8Array {
  return encodeEntry(challengeEntry({ ...sealed.core, ...core }, [1, 0], sealed.randomness));
}

/** An entry of arbitrary parts, which need not be an entry. */
function raw(change: (entry: EntryOf<'ballot'>) => unknown): Uint8Array {
  return encode(change(decodeEntry(good) as EntryOf<'ballot'>));
}

/** The bytes with other ones from `at` on. */
function patched(bytes: Uint8Array, at: number, patch: Uint8Array): Uint8Array {
  const out = bytes.slice();
  out.set(patch, at < 0 ? bytes.length + at : at);
  return out;
}

const ones = new Uint8Array(32).fill(0xff);
const zeros = new Uint8Array(32);

/** CBOR of a map whose keys come in the order given. */
function mapInOrder(pairs: readonly (readonly [string, unknown])[]): Uint8Array {
  return concatBytes(
    Uint8Array.of(0xa0 + pairs.length),
    ...pairs.flatMap(([name, value]) => [encode(name), encode(value)]),
  );
}

function reordered(): Uint8Array {
  const { type, election, body, signatures } = decodeEntry(good) as EntryOf<'ballot'>;
  const map = mapInOrder(Object.entries(body).sort(([a], [b]) => (a < b ? 1 : -1)));
  return concatBytes(Uint8Array.of(0x84), encode(type), encode(election), map, encode(signatures));
}

const cast = (cbor: Uint8Array) => box.ask('POST', '/ballots', { cbor });

test('bytes that are no entry', async () => {
  const head = good.subarray(1);
  for (const [name, cbor] of Object.entries({
    empty: new Uint8Array(),
    truncated: good.subarray(0, -1),
    'one byte more': concatBytes(good, Uint8Array.of(0)),
    'only the first byte': good.subarray(0, 1),
    'too deep': new Uint8Array(5_000).fill(0x81),
    'not minimal': concatBytes(Uint8Array.of(0x98, 0x04), head),
    'of indefinite length': concatBytes(Uint8Array.of(0x9f), head, Uint8Array.of(0xff)),
    reordered: reordered(),
    'unknown field': raw(({ type, election, body, signatures }) => [
      type,
      election,
      { ...body, extra: 1 },
      signatures,
    ]),
    'unknown type': raw(({ election, body, signatures }) => ['vote', election, body, signatures]),
    'a part too many': raw(({ type, election, body, signatures }) => [
      ...[type, election, body, signatures],
      1,
    ]),
    'revision too high': raw(({ type, election, body, signatures }) => [
      ...[type, election],
      { ...body, core: { ...body.core, revision: 1001 } },
      signatures,
    ]),
    'revision below 0': raw(({ type, election, body, signatures }) => [
      ...[type, election],
      { ...body, core: { ...body.core, revision: -1 } },
      signatures,
    ]),
    'another entry': portal.signed('suspended', 'commission', { reason: 'x' }),
    'a challenge': challengeWith({}),
  })) {
    const answer = await cast(cbor);
    assert.deepEqual([answer.status, answer.code], [400, 'ballots.malformed'], name);
  }
  const large = await cast(new Uint8Array(65_536));
  assert.deepEqual([large.status, large.code], [413, 'request.too-large']);
});

test('ballots that break a rule', async () => {
  const { core } = sealed;
  const entry = decodeEntry(good) as EntryOf<'ballot'>;
  const withBody = (body: Partial<EntryOf<'ballot'>['body']>): Uint8Array =>
    encodeEntry({ ...entry, body: { ...entry.body, ...body } });
  const { permit } = entry.body;
  const [first, second] = permit.signatures as [Uint8Array, Uint8Array];
  const foreign = portal.permit('few', seed);
  for (const [name, cbor, code] of [
    ['another election', encodeEntry({ ...entry, election: ones }), 'ballots.election'],
    ['a core of another election', ballotWith({ election: ones }), 'ballots.election'],
    ['no such contest', ballotWith({ contest: 'mayor' }), 'ballots.refused'],
    ['another contest', ballotWith({ contest: 'few' }), 'ballots.permit'],
    ['cells too short', ballotWith({ cells: core.cells.subarray(0, 64) }), 'ballots.refused'],
    ['cells too long', ballotWith({ cells: concatBytes(core.cells, zeros) }), 'ballots.refused'],
    ['a foreign tag', ballotWith({ tag: ones }), 'ballots.refused'],
    ['a point off the curve', ballotWith({ cells: patched(core.cells, 0, ones) }), 'ballots.proof'],
    ['the identity', ballotWith({ cells: patched(core.cells, 0, zeros) }), 'ballots.proof'],
    [
      'a scalar too large',
      ballotWith({ proofs: patched(core.proofs, -32, ones) }),
      'ballots.proof',
    ],
    ['a flipped proof', ballotWith({ proofs: flipped(core.proofs, 40) }), 'ballots.proof'],
    ['a flipped sum proof', ballotWith({ sum: flipped(core.sum, 70) }), 'ballots.proof'],
    ['a later revision’s proof', ballotWith({ revision: 1 }), 'ballots.proof'],
    ['digits that were not proved', ballotWith({ digits: '123456' }), 'ballots.proof'],
    [
      'a flipped signature',
      withBody({ signature: flipped(entry.body.signature, 9) }),
      'ballots.signature',
    ],
    [
      'issuers exchanged',
      withBody({ permit: { ...permit, signatures: [second, first] } }),
      'ballots.permit',
    ],
    ['one issuer', withBody({ permit: { ...permit, signatures: [first] } }), 'ballots.permit'],
    ['a permit of another contest', withBody({ permit: { ...foreign } }), 'ballots.refused'],
    ['no such list', withBody({ permit: { ...permit, list: 'station/1' } }), 'ballots.permit'],
  ] as const) {
    const answer = await cast(cbor);
    assert.equal(answer.code, code, `${name}: ${JSON.stringify(answer.json)}`);
  }
});

test('challenges that open nothing', async () => {
  const { core } = sealed;
  const challenge = (cbor: Uint8Array) => box.ask('POST', '/challenges', { cbor });
  for (const [name, cbor, code] of [
    ['a ballot', good, 'challenges.malformed'],
    ['truncated', challengeWith({}).subarray(0, 99), 'challenges.malformed'],
    ['another election', challengeWith({ election: ones }), 'challenges.election'],
    ['no such contest', challengeWith({ contest: 'mayor' }), 'challenges.refused'],
    ['other cells', challengeWith({ cells: flipped(core.cells, 3) }), 'challenges.refused'],
    [
      'other marks',
      encodeEntry(challengeEntry(core, [0, 1], sealed.randomness)),
      'challenges.refused',
    ],
    [
      'randomness cut off',
      encodeEntry(challengeEntry(core, [1, 0], sealed.randomness.subarray(0, 32))),
      'challenges.refused',
    ],
  ] as const) {
    assert.equal((await challenge(cbor)).code, code, name);
  }
});

test('entries that may not be next', async () => {
  const post = (cbor: Uint8Array) => box.ask('POST', '/entries', { cbor });
  const suspended = portal.election.sign('suspended', 'commission', { reason: 'проверка' });
  const [signature] = suspended.signatures;
  for (const [name, cbor, code] of [
    ['no entry', Uint8Array.of(0x80), 'entries.malformed'],
    ['a ballot', good, 'entries.road'],
    ['a challenge', challengeWith({}), 'entries.road'],
    ['a second manifest', portal.manifestEntry, 'entries.road'],
    [
      'signed by a trustee',
      portal.signed('suspended', 'trustee/1', { reason: 'x' }),
      'entries.refused',
    ],
    ['unsigned', encodeEntry({ ...suspended, signatures: [] }), 'entries.refused'],
    [
      'a flipped signature',
      encodeEntry({ ...suspended, signatures: [['commission', flipped(signature![1], 1)]] }),
      'entries.refused',
    ],
    ['another election', encodeEntry({ ...suspended, election: ones }), 'entries.refused'],
    ['out of phase', portal.signed('resumed', 'commission', { extension: 0 }), 'entries.refused'],
    ['a late ceremony', portal.openingEntries()[0]!, 'entries.refused'],
  ] as const) {
    assert.equal((await post(cbor)).code, code, name);
  }
});

test('cookies, content types, addresses and parameters', async () => {
  const cookie = { cookie: 'session=1' };
  for (const [method, path] of [
    ['GET', '/status'],
    ['GET', '/board/checkpoint'],
    ['POST', '/ballots'],
    ['GET', '/nowhere'],
  ] as const) {
    const answer = await box.ask(method, path, { headers: cookie });
    assert.equal(answer.code, 'request.cookie', path);
    assert.equal(answer.headers['set-cookie'], undefined);
  }
  const ask = (type: string) =>
    box.ask('POST', '/ballots', { body: good, headers: { 'content-type': type } });
  assert.equal((await ask('application/json')).code, 'request.malformed');
  assert.equal((await ask('text/plain')).code, 'request.type');
  assert.equal((await ask('application/octet-stream')).code, 'request.type');
  assert.equal((await box.ask('POST', '/ballots')).code, 'request.type');
  const json = await box.ask('POST', '/ballots', { json: {} });
  assert.equal(json.code, 'request.type');
  assert.equal((await box.ask('GET', '/ballots')).code, 'request.not-found');
  assert.equal((await box.ask('GET', '/proofs/abc')).code, 'request.fields');
  assert.equal((await box.ask('GET', `/proofs/${'A'.repeat(64)}`)).code, 'request.fields');
  assert.equal((await box.ask('GET', `/proofs/${bytesToHex(ones)}`)).code, 'proofs.not-yet');
  assert.equal((await box.ask('GET', '/receipts/AAAA-AAAA')).code, 'request.fields');
  assert.equal((await box.ask('GET', '/receipts/UUUU-AAAA-AAAA-AAAA')).code, 'request.fields');
  assert.equal((await box.ask('GET', '/receipts/AAAA-AAAA-AAAA-AAAA')).code, 'receipts.unknown');
  assert.equal((await box.ask('GET', `/proofs/${'a'.repeat(300)}`)).code, 'request.fields');
  assert.equal((await box.ask('GET', '/proofs/%zz')).code, 'request.malformed');
});

test('what is not even HTTP gets an answer with a code too', async () => {
  const { hostname, port } = new URL(box.url);
  const socket = connect(Number(port), hostname);
  socket.write('VOTE for me\r\n\r\n');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 400 [\s\S]*"code":"request\.malformed"/);
});

test('before the hours, in a pause of them, after them', async () => {
  const present = now;
  for (const moment of [present - 2 * HOUR, present + HOUR / 2 + 1_000, present + 3 * HOUR]) {
    now = moment;
    assert.equal((await cast(good)).code, 'ballots.closed');
    const opening = await box.ask('POST', '/challenges', { cbor: challengeWith({}) });
    assert.equal(opening.code, 'challenges.closed');
  }
  now = present + HOUR + 60_000;
  const revised = portal.election.seal(portal.key, 'question', seed, [1, 0], 1);
  const entry = portal.election.cast(revised, seed, portal.permit('question', seed));
  const late = await cast(encodeEntry(entry));
  assert.deepEqual(late.json, { ...(late.json as object), reason: 'schedule.revoting' });
  now = present;
});

test('any changed byte of a good ballot is refused, and nothing breaks', async () => {
  const change = fc.record({ at: fc.nat(good.length - 1), to: fc.integer({ min: 1, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, to }) => {
      const bytes = good.slice();
      bytes[at] = (bytes[at] as number) ^ to;
      const { status } = await cast(bytes);
      assert.ok(status === 400 || status === 422, `${at} ^ ${to}: ${status}`);
    }),
    { numRuns: 80 },
  );
});

test('too many requests from one address', async () => {
  const other = await PortalElection.make();
  await other.startWitnesses();
  const limited = await other.startBox(Date.now, 20);
  try {
    const client = await listening(limited);
    for (let i = 0; i < 20; i++) assert.equal((await client.ask('GET', '/status')).status, 200);
    const refused = await client.ask('GET', '/status');
    assert.deepEqual([refused.status, refused.code], [429, 'request.too-many']);
    assert.ok(Number(refused.headers['retry-after']) > 0);
  } finally {
    await limited.close();
    await other.remove();
  }
});
