/** The order of the board: when the pool is emptied, in which order, and what follows it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesToHex } from '@kabina/crypto/bytes';
import { leafHash } from '@kabina/log/merkle';
import type { Manifest } from '@kabina/election/manifest';
import { until, type Client } from '../test-client.ts';
import { iso, listening, PortalElection } from '../test-election.ts';

/** The boxes' clock. */
let now = Date.now();

interface Running {
  readonly portal: PortalElection;
  readonly box: Client;
}

async function withBox(
  change: (manifest: Manifest) => Manifest,
  work: (running: Running) => Promise<void>,
): Promise<void> {
  const portal = await PortalElection.make({ change });
  await portal.startWitnesses();
  now = Date.now();
  const running = await portal.startBox(() => now);
  try {
    await work({ portal, box: await listening(running) });
  } finally {
    await running.close();
    await portal.remove();
  }
}

const binding =
  (pool: number) =>
  (manifest: Manifest): Manifest => ({
    ...manifest,
    kind: 'binding',
    pool,
  });

async function castAll(box: Client, ballots: readonly Uint8Array[]): Promise<void> {
  for (const cbor of ballots) {
    assert.equal((await box.ask('POST', '/ballots', { cbor })).status, 200);
  }
}

const ballotsOf = (portal: PortalElection, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => portal.ballot(`voter ${i}`));

const recorded = async (box: Client, cbor: Uint8Array): Promise<boolean> =>
  (await box.ask('GET', `/proofs/${bytesToHex(leafHash(cbor))}`)).status === 200;

test('a binding pool waits for k, then goes on the board in neither order', async () => {
  await withBox(binding(24), async ({ portal, box }) => {
    await box.post(portal.openingEntries());
    const ballots = ballotsOf(portal, 24);
    await castAll(box, ballots.slice(0, 23));
    const size = portal.openingEntries().length + 3;
    const { json } = await box.ask('GET', '/status');
    assert.equal((json as { size: number }).size, size, 'nothing yet');
    await castAll(box, ballots.slice(23));
    await until(() => recorded(box, ballots[0]!), Boolean);
    const { state } = await portal.replay();
    const logged = Array.from({ length: 24 }, (_, i) => bytesToHex(state.leafHash(size + i)));
    const arrived = ballots.map((cbor) => bytesToHex(leafHash(cbor)));
    assert.deepEqual([...logged].sort(), [...arrived].sort());
    assert.notDeepEqual(logged, arrived);
    assert.notDeepEqual(logged, [...arrived].sort());
  });
});

test('in training a pool that isn’t full is emptied after a while', async () => {
  const change = (manifest: Manifest): Manifest => ({ ...manifest, pool: 100 });
  await withBox(change, async ({ portal, box }) => {
    await box.post(portal.openingEntries());
    const cbor = portal.ballot('anna');
    await castAll(box, [cbor]);
    await until(() => recorded(box, cbor), Boolean);
  });
});

const withdrawn = { contest: 'question', option: 'question-2' };

test('at a pause the pool is on the board, and a cosigned entry says when', async () => {
  const from = now + 1_800_000;
  const change = (manifest: Manifest): Manifest => ({
    ...binding(100)(manifest),
    hours: { ...manifest.hours, pauses: [{ from: iso(from), to: iso(from + 600_000) }] },
  });
  await withBox(change, async ({ portal, box }) => {
    await box.post(portal.openingEntries());
    const ballots = ballotsOf(portal, 3);
    await castAll(box, ballots);
    assert.equal(await recorded(box, ballots[0]!), false);
    now = from;
    // Any entry makes the box look at the clock again; otherwise a timer does.
    await box.post([portal.signed('withdrawn', 'commission', withdrawn)]);
    const { state } = await until(
      () => portal.replay(),
      (follower) => follower.state.cosigned.length === 3,
    );
    assert.equal(state.ballots.size, 3);
    const last = state.cosigned.at(-1)!;
    assert.equal(last.size, last.index, 'it covers the ballots right before it');
    for (const cbor of ballots) assert.ok(await recorded(box, cbor));
    const refused = await box.ask('POST', '/ballots', { cbor: portal.ballot('late') });
    assert.equal(refused.code, 'ballots.closed');
  });
});

test('a binding election is not closed before its hour', async () => {
  await withBox(binding(1), async ({ portal, box }) => {
    await box.post(portal.openingEntries());
    const cbor = portal.signed('closed', 'commission', { stations: [] });
    const refused = await box.ask('POST', '/entries', { cbor });
    assert.equal(refused.code, 'entries.refused');
    assert.equal((refused.json as { reason: string }).reason, 'schedule.early');
  });
});

test('without a quorum nothing is shown and the ceremony waits; it goes on with the witnesses', async () => {
  const portal = await PortalElection.make();
  let running = await portal.startBox();
  try {
    let box = await listening(running);
    const [commit, ...rest] = portal.openingEntries();
    await box.post([commit!]);
    const status = async () =>
      (await box.ask('GET', '/status')).json as { size: number; cosigned: number };
    const { size, cosigned } = await status();
    assert.deepEqual([size, cosigned], [2, 0]);
    assert.equal((await box.ask('GET', '/board/checkpoint')).code, 'board.not-found');
    const early = await box.ask('POST', '/entries', { cbor: rest[0]! });
    assert.equal(early.code, 'entries.refused');
    await running.close();

    await portal.startWitnesses();
    running = await portal.startBox();
    box = await listening(running);
    const after = await status();
    assert.deepEqual([after.size, after.cosigned], [3, 3]);
    await box.post(rest);
    assert.equal((await portal.replay()).state.phase, 'open');
  } finally {
    await running.close();
    await portal.remove();
  }
});

test('another election’s manifest or another log’s key does not open the board', async () => {
  const portal = await PortalElection.make();
  await portal.startWitnesses();
  const other = await PortalElection.make();
  try {
    await (await portal.startBox()).close();
    const manifestEntry = other.manifestEntry;
    const mixed = Object.assign(Object.create(portal) as PortalElection, { manifestEntry });
    await assert.rejects(mixed.startBox(), { code: 'board.election' });
  } finally {
    await portal.remove();
    await other.remove();
  }
});
