/**
 * A real box process, killed with SIGKILL: at named moments of accepting and sequencing, and at
 * seeded random moments while ballots come in. What was promised is on the board exactly once.
 * `KABINA_CRASH_ROUNDS` sets the number of random rounds.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bytesToHex, equalBytes } from '@kabina/crypto/bytes';
import { challengeEntry } from '@kabina/election/ballot';
import { decodeEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import { testSeed } from '@kabina/election/testing';
import { boxDocument } from '../testing.ts';
import { Client } from '../test-client.ts';
import { PortalElection } from '../test-election.ts';
import { TestKiosk } from '../test-kiosk.ts';

const ROUNDS = Number(process.env['KABINA_CRASH_ROUNDS'] ?? 4);
const BALLOTS = 6;
const COMMAND = new URL('../cli/box.ts', import.meta.url).pathname;

let portal: PortalElection;
const promises = new Map<string, { readonly cbor: Uint8Array; readonly promise: Uint8Array }>();
let made = 0;

before(async () => {
  portal = await PortalElection.make({
    station: true,
    change: (manifest) => ({ ...manifest, pool: 3 }),
  });
  await portal.startWitnesses();
  const { child, box } = await start();
  await box.post(portal.openingEntries());
  await end(child);
});
after(() => portal.remove());

interface Started {
  readonly child: ChildProcess;
  readonly box: Client;
}

/** Starts the process; resolves once it is ready, or has died at its crash point. */
async function start(crashAt?: string): Promise<Started> {
  const args = [
    ...['serve', '--state', join(portal.folder, 'box'), '--board', portal.board, '--port', '0'],
    ...['--manifest-entry', join(portal.folder, 'manifest-entry.cbor')],
    ...portal.witnessUrls.flatMap((url) => ['--witness', url]),
  ];
  const env = { ...process.env, ...(crashAt !== undefined && { KABINA_CRASH_AT: crashAt }) };
  const child = fork(COMMAND, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const early = once(child, 'exit').then(([code]) => {
    throw new Error(`the box ended with ${String(code)} before it was ready`);
  });
  early.catch(() => undefined);
  const [message] = (await Promise.race([once(child, 'message'), early])) as [{ port: number }];
  return { child, box: new Client(`http://127.0.0.1:${message.port}`, boxDocument()) };
}

const isRunning = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, 'a clean end');
}

/** Casts and remembers the promise; a box that has died gives none. */
async function cast(box: Client, cbor: Uint8Array): Promise<boolean> {
  try {
    const answer = await box.ask('POST', '/ballots', { cbor });
    assert.equal(answer.status, 200);
    const name = bytesToHex((decodeEntry(cbor) as EntryOf<'ballot'>).body.core.tag);
    const before = promises.get(name);
    if (before !== undefined) assert.deepEqual(answer.bytes, before.promise, 'the same promise');
    promises.set(name, { cbor, promise: answer.bytes });
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const newBallots = (count: number): Uint8Array[] =>
  Array.from({ length: count }, () => portal.ballot(`voter ${made++}`));

/** Every ballot is on the board as often as it should be: once. */
async function onBoard(): Promise<number[]> {
  const { state } = await portal.replay();
  return [...promises.values()].map(
    ({ cbor }) =>
      state.ballots.under((decodeEntry(cbor) as EntryOf<'ballot'>).body.permit.key).length,
  );
}

async function recover(ballots: readonly Uint8Array[]): Promise<void> {
  const { child, box } = await start();
  try {
    // Booths that got no answer send the same bytes again.
    for (const cbor of ballots) assert.ok(await cast(box, cbor));
    await box.post([portal.signed('suspended', 'commission', { reason: 'проверка' })]);
    const times = await onBoard();
    assert.deepEqual(
      times,
      times.map(() => 1),
    );
    await box.post([portal.signed('resumed', 'commission', { extension: 0 })]);
  } finally {
    await end(child);
  }
}

for (const point of [
  'ballots.before-commit#2',
  'ballots.after-commit#2',
  'ballots.before-answer#2',
  'sequencer.before-append',
  'sequencer.after-append',
  'sequencer.before-publish#2',
  'sequencer.after-publish#2',
  'log.stage/renamed',
  'log.swap/done',
  'log.checkpoint/written#2',
]) {
  test(`killed at ${point}: nothing accepted is lost, nothing is doubled`, async () => {
    const ballots = newBallots(BALLOTS);
    const { child, box } = await start(point);
    const died = once(child, 'exit');
    for (const cbor of ballots) if (!(await cast(box, cbor))) break;
    const [, signal] = (await died) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL', 'the crash point was reached');
    await recover(ballots);
  });
}

for (const point of ['challenges.before-commit', 'challenges.after-commit']) {
  test(`killed at ${point}: the core is opened once, and stays uncastable`, async () => {
    const seed = testSeed(point);
    const sealed = portal.election.seal(portal.key, 'question', seed, [1, 0]);
    const cbor = encodeEntry(challengeEntry(sealed.core, [1, 0], sealed.randomness));
    const first = await start(point);
    const died = once(first.child, 'exit');
    await assert.rejects(first.box.ask('POST', '/challenges', { cbor }), TypeError);
    assert.equal((await died)[1], 'SIGKILL');

    const { child, box } = await start();
    assert.equal((await box.ask('POST', '/challenges', { cbor })).status, 200);
    const ballot = encodeEntry(portal.election.cast(sealed, seed, portal.permit('question', seed)));
    const refused = await box.ask('POST', '/ballots', { cbor: ballot });
    assert.equal(refused.code, 'ballots.core-opened');
    await box.post([portal.signed('suspended', 'commission', { reason: 'проверка' })]);
    let times = 0;
    for await (const bytes of portal.entries()) if (equalBytes(bytes, cbor)) times++;
    assert.equal(times, 1);
    await box.post([portal.signed('resumed', 'commission', { extension: 0 })]);
    await end(child);
  });
}

test('killed around the commit of a held ballot: one promise, and it is on the board once', async () => {
  const points = ['ballots.before-commit', 'ballots.after-commit'];
  const ballots = points.map(
    (point) => decodeEntry(portal.stationBallot(point)) as EntryOf<'ballot'>,
  );
  const kiosk = new TestKiosk(portal, 'K1');
  const { entry, held } = await kiosk.held(ballots);
  const started = await start();
  await started.box.post([await kiosk.cards(1, points.length), entry]);
  await end(started.child);
  for (const [i, point] of points.entries()) {
    const cbor = kiosk.late(held, ballots[i]!);
    const first = await start(point);
    const died = once(first.child, 'exit');
    await assert.rejects(first.box.ask('POST', '/late-ballots', { cbor }), TypeError);
    assert.equal((await died)[1], 'SIGKILL');

    const { child, box } = await start();
    const answer = await box.ask('POST', '/late-ballots', { cbor });
    assert.equal(answer.status, 200);
    assert.deepEqual((await box.ask('POST', '/late-ballots', { cbor })).bytes, answer.bytes);
    await box.post([portal.signed('suspended', 'commission', { reason: 'проверка' })]);
    let times = 0;
    for await (const bytes of portal.entries()) if (equalBytes(bytes, cbor)) times++;
    assert.equal(times, 1);
    await box.post([portal.signed('resumed', 'commission', { extension: 0 })]);
    await end(child);
  }
});

/** Numerical Recipes' generator: the moments are the same in every run. */
function seeded(seed: number): number {
  return ((Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

test(`killed at ${ROUNDS} random moments while ballots come in`, async () => {
  let interrupted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const ballots = newBallots(BALLOTS);
    const { child, box } = await start();
    const died = once(child, 'exit');
    const casts = Promise.all(ballots.map((cbor) => cast(box, cbor)));
    setTimeout(() => child.kill('SIGKILL'), seeded(round + 1) * 150);
    await died;
    if ((await casts).includes(false)) interrupted++;
    await recover(ballots);
  }
  assert.ok(interrupted > 0, 'at least one round was interrupted');
});

test('a write that fails half-way ends the process; the next one goes on', async () => {
  const cbor = newBallots(1)[0]!;
  const { child, box } = await start();
  const died = once(child, 'exit');
  // A file stands where the tiles' folder should be: the tree is committed and can't be published.
  const tiles = join(portal.board, 'tile');
  await rename(tiles, `${tiles}.away`);
  await writeFile(tiles, '');
  assert.ok(await cast(box, cbor), 'accepting needs no log');
  const [code] = (await died) as [number | null];
  assert.equal(code, 1);
  await rm(tiles);
  await rename(`${tiles}.away`, tiles);
  await recover([cbor]);
});
