/** The ballot box over HTTP on its good road: from the ceremony to the closing. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bytesToHex } from '@kabina/crypto/bytes';
import { challengeEntry, coreHash, trackingCode } from '@kabina/election/ballot';
import { decodeEntry, encodeEntry, type Entry, type EntryOf } from '@kabina/election/entries';
import { decodePromise, readLookup, verifyPromise } from '@kabina/election/receipt';
import { testSeed } from '@kabina/election/testing';
import type { Policy } from '@kabina/log/cosignature';
import { leafHash } from '@kabina/log/merkle';
import { parseVerifierKey } from '@kabina/log/note';
import { parseProof, verifyProof } from '@kabina/log/proof';
import { until, type Client } from '../test-client.ts';
import { listening, PortalElection } from '../test-election.ts';
import type { RunningBox } from './service.ts';
import { countedSums } from './sums.ts';

let portal: PortalElection;
let running: RunningBox;
let box: Client;

before(async () => {
  portal = await PortalElection.make();
  await portal.startWitnesses();
  running = await portal.startBox();
  box = await listening(running);
  await box.post(portal.openingEntries());
});
after(async () => {
  await running.close();
  await portal.remove();
});

const status = async (): Promise<Record<string, unknown>> =>
  (await box.ask('GET', '/status')).json as Record<string, unknown>;

function policy(): Policy {
  const { board, witnesses } = portal.manifest;
  return {
    logKey: parseVerifierKey(board.key),
    origin: board.origin,
    witnesses: witnesses.keys.map((key) => parseVerifierKey(key)),
    quorum: witnesses.quorum,
  };
}

/** The last entry that booths should know, as its proof shows it. */
async function lastNotice(): Promise<{ index: number; entry: Entry }> {
  const { notices } = (await status()) as { notices: number[] };
  const { bytes } = await until(
    () => box.ask('GET', `/notices/${notices.at(-1)}`),
    ({ status: s }) => s === 200,
  );
  const { extra } = parseProof(bytes);
  const { index } = verifyProof(bytes, leafHash(extra!), policy());
  assert.equal(index, notices.at(-1));
  return { index, entry: decodeEntry(extra!) };
}

test('the board is open, cosigned, and another reader sees the same', async () => {
  const { phase, electionId } = await status();
  assert.equal(phase, 'open');
  assert.equal(electionId, bytesToHex(portal.election.electionId));
  const { state } = await portal.replay();
  assert.equal(state.phase, 'open');
  // after the last commitment, and after `opened`
  assert.equal(state.cosigned.length, 2);
});

test('a ballot is accepted, promised, recorded and proved', async () => {
  const cbor = portal.ballot('anna');
  const answer = await box.ask('POST', '/ballots', { cbor });
  assert.equal(answer.status, 200);
  const promise = decodePromise(answer.bytes);
  assert.ok(verifyPromise(portal.manifest, promise));
  const leaf = leafHash(cbor);
  assert.deepEqual(promise[0].entry, leaf);
  assert.equal(promise[0].before, 'closed');

  const path = `/proofs/${bytesToHex(leaf)}`;
  const proof = await until(
    () => box.ask('GET', path),
    ({ status: s }) => s === 200,
  );
  const proved = verifyProof(proof.bytes, leaf, policy());
  assert.ok(proved.index > 0);

  const { body } = decodeEntry(cbor) as EntryOf<'ballot'>;
  const code = trackingCode(coreHash(body.core));
  const lookup = readLookup((await box.ask('GET', `/receipts/${code}`)).json);
  assert.equal(lookup.contest, 'question');
  assert.deepEqual(
    lookup.revisions.map(({ revision, state, index }) => [revision, state, index]),
    [[0, 'recorded', proved.index]],
  );
});

test('the same ballot again gets the same promise; another of its revision is refused', async () => {
  const cbor = portal.ballot('boris');
  const [first, second, third] = await Promise.all([
    box.ask('POST', '/ballots', { cbor }),
    box.ask('POST', '/ballots', { cbor }),
    box.ask('POST', '/ballots', { cbor }),
  ]);
  const later = await box.ask('POST', '/ballots', { cbor });
  for (const answer of [second, third, later]) assert.deepEqual(answer.bytes, first.bytes);
  const rival = await box.ask('POST', '/ballots', { cbor: portal.ballot('boris', 'question', 1) });
  assert.equal(rival.code, 'ballots.revision-taken');
  const key = (decodeEntry(cbor) as EntryOf<'ballot'>).body.permit.key;
  const logged = async (): Promise<number> =>
    (await portal.replay()).state.ballots.under(key).length;
  await until(logged, (ballots) => ballots > 0);
  assert.equal(await logged(), 1);
});

test('a higher revision replaces; the look-up shows both whichever code is asked', async () => {
  const old = portal.ballot('vera', 'few', 0, 0);
  const revised = portal.ballot('vera', 'few', 1, 1);
  for (const cbor of [old, revised]) {
    assert.equal((await box.ask('POST', '/ballots', { cbor })).status, 200);
    const path = `/proofs/${bytesToHex(leafHash(cbor))}`;
    await until(
      () => box.ask('GET', path),
      ({ status: s }) => s === 200,
    );
  }
  for (const cbor of [old, revised]) {
    const { core } = (decodeEntry(cbor) as EntryOf<'ballot'>).body;
    const path = `/receipts/${trackingCode(coreHash(core))}`;
    const lookup = readLookup((await box.ask('GET', path)).json);
    assert.deepEqual(
      lookup.revisions.map(({ revision, state }) => [revision, state]),
      [
        [0, 'replaced'],
        [1, 'recorded'],
      ],
    );
  }
});

test('an opened core is logged and can’t be cast; a cast one can’t be opened', async () => {
  const { election } = portal;
  const seed = testSeed('dina');
  const sealed = election.seal(portal.key, 'question', seed, [1, 0]);
  const opening = encodeEntry(challengeEntry(sealed.core, [1, 0], sealed.randomness));
  assert.equal((await box.ask('POST', '/challenges', { cbor: opening })).status, 200);
  assert.equal((await box.ask('POST', '/challenges', { cbor: opening })).status, 200);
  const cast = encodeEntry(election.cast(sealed, seed, portal.permit('question', seed)));
  assert.equal((await box.ask('POST', '/ballots', { cbor: cast })).code, 'ballots.core-opened');

  const other = election.seal(portal.key, 'question', seed, [0, 1]);
  const ballot = encodeEntry(election.cast(other, seed, portal.permit('question', seed)));
  assert.equal((await box.ask('POST', '/ballots', { cbor: ballot })).status, 200);
  const late = encodeEntry(challengeEntry(other.core, [0, 1], other.randomness));
  assert.equal((await box.ask('POST', '/challenges', { cbor: late })).code, 'challenges.cast');
  const lie = election.seal(portal.key, 'question', seed, [0, 1]);
  const wrong = encodeEntry(challengeEntry(lie.core, [1, 0], lie.randomness));
  assert.equal((await box.ask('POST', '/challenges', { cbor: wrong })).code, 'challenges.refused');
});

test('the board is served as plain files', async () => {
  const checkpoint = await box.ask('GET', '/board/checkpoint');
  assert.match(new TextDecoder().decode(checkpoint.bytes), /^test\.example\/board\n/);
  const vkey = await box.ask('GET', '/board/log.vkey');
  assert.equal(new TextDecoder().decode(vkey.bytes), `${portal.manifest.board.key}\n`);
  assert.equal((await box.ask('GET', '/board/witnesses.vkey')).status, 200);
  for (const path of ['tile/0/999', '..%2fbox%2fbox.seed', 'tile/0/../../x', 'box.seed', '%00']) {
    assert.equal((await box.ask('GET', `/board/${path}`)).code, 'board.not-found', path);
  }
});

test('tells a page of another origin what time it is here', async () => {
  const { headers } = await fetch(`${box.url}/status`, {
    headers: { origin: 'http://kiosk.test' },
  });
  assert.equal(headers.get('access-control-expose-headers'), 'date');
  assert.ok(Math.abs(Date.parse(headers.get('date')!) - Date.now()) < 60_000);
});

test('events: the present status first, then what the board has grown to', async () => {
  const stop = new AbortController();
  const answer = await fetch(`${box.url}/events`, { signal: stop.signal });
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const first = (await reader.read()).value ?? '';
  assert.match(first, /^event: status\ndata: \{.*\}\n\n$/);
  assert.equal((await box.ask('POST', '/ballots', { cbor: portal.ballot('egor') })).status, 200);
  const size = (event: string): number =>
    (JSON.parse(event.split('data: ')[1] ?? '{}') as { size: number }).size;
  await until(
    async () => size((await reader.read()).value ?? ''),
    (seen) => seen > size(first),
  );
  stop.abort();
});

test('suspended: the pool is on the board before it, and nothing is accepted after it', async () => {
  const cbor = portal.ballot('fedor');
  assert.equal((await box.ask('POST', '/ballots', { cbor })).status, 200);
  await box.post([portal.signed('suspended', 'commission', { reason: 'проверка' })]);
  const refused = await box.ask('POST', '/ballots', { cbor: portal.ballot('galina') });
  assert.equal(refused.code, 'ballots.closed');
  assert.equal((await box.ask('POST', '/ballots', { cbor })).status, 200, 'a promise is repeated');
  const { state } = await portal.replay();
  assert.equal(state.phase, 'suspended');
  const { core } = (decodeEntry(cbor) as EntryOf<'ballot'>).body;
  assert.equal(state.ballots.withCore(coreHash(core)).length, 1);
  const { index, entry } = await lastNotice();
  assert.equal(entry.type, 'suspended');
  // Nothing but what booths should know: not the entry before it.
  const other = await box.ask('GET', `/notices/${index - 1}`);
  assert.equal(other.code, 'proofs.not-yet');
  assert.equal((await box.ask('GET', '/notices/-1')).code, 'request.fields');
  await box.post([portal.signed('resumed', 'commission', { extension: 60 })]);
  assert.equal((await box.ask('POST', '/ballots', { cbor: portal.ballot('galina') })).status, 200);
});

test('closed: everything accepted is on the board, cosigned, and a restart changes nothing', async () => {
  const late = portal.ballot('irina');
  assert.equal((await box.ask('POST', '/ballots', { cbor: late })).status, 200);
  await box.post([portal.signed('closed', 'commission', { stations: [] })]);
  const { state } = await portal.replay();
  assert.equal(state.phase, 'closed');
  assert.ok(state.cosignedSize > (state.closedAt as number));
  const { core } = (decodeEntry(late) as EntryOf<'ballot'>).body;
  assert.equal(state.ballots.withCore(coreHash(core)).length, 1);
  const before = await status();
  // Rewritten in key order once closed: the write-ahead log, which has an order, is gone.
  const journal = join(portal.folder, 'box', 'box.sqlite-wal');
  await until(
    async () => (await stat(journal)).size,
    (bytes) => bytes === 0,
  );

  await running.close();
  running = await portal.startBox();
  box = await listening(running);
  assert.deepEqual(await status(), before);
  assert.equal((await box.ask('POST', '/ballots', { cbor: late })).status, 200);
  assert.equal(
    (await box.ask('POST', '/ballots', { cbor: portal.ballot('kirill') })).code,
    'ballots.closed',
  );
});

test('a wrong share is refused, a right one is taken', async () => {
  const { state } = await portal.replay();
  await box.post([portal.signed('tally', 'commission', { size: state.size })]);
  // Voters' receipts say by it which ballot counts.
  assert.equal((await lastNotice()).entry.type, 'tally');
  const sums = await countedSums(running.board);
  for (const [contest, sum] of sums) assert.equal(sum.ballots, state.countedNumber(contest));
  const good = portal.share('question', sums.get('question')!);
  const other = portal.share('question', sums.get('few')!);
  const post = (body: typeof good) =>
    box.ask('POST', '/entries', { cbor: portal.signed('share', 'trustee/1', body) });
  const wrong = await post({ ...good, proofs: other.proofs });
  assert.equal((wrong.json as { reason: string }).reason, 'shares.proof');
  assert.equal((await post(good)).status, 200);
  const twice = await post(good);
  assert.equal((twice.json as { reason: string }).reason, 'shares.twice');
});
