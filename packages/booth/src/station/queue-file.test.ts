// A kiosk that closes with ballots in it: they go late with a proof, or leave as a file.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { cosignEntry, decodeEntry, encodeEntry, type EntryOf } from '@kabina/election/entries';
import { seedSigner } from '@kabina/election/station-delivery';
import { testSeed, TestElection, withStation } from '@kabina/election/testing';
import { merkleRoot } from '@kabina/log/merkle';
import { newDisk, openKiosk, stationPortal, stopKiosks, voteAtKiosk } from '../../test/kiosks.ts';
import type { TestPortal } from '../../test/portal.ts';
import { PortalClient } from '../client.ts';
import { BoothError } from '../errors.ts';
import type { KioskStation } from './kiosk-station.ts';
import { encodeQueueFile, readQueueFile, sendQueueFile } from './queue-file.ts';

const PAPERS = ['mayor', 'question'];

describe("a closed kiosk's queue", () => {
  let portal: TestPortal;
  let kiosk: KioskStation;
  const disk = newDisk();

  beforeEach(async () => {
    portal = await stationPortal();
    Object.assign(disk, newDisk());
    kiosk = await openKiosk(portal, { disk });
    await kiosk.fetchElection();
    await kiosk.deliver('town', 2);
    portal.fault = () => 'unsent';
    const session = kiosk.session();
    await voteAtKiosk(session, portal.stations.cards('K1')[0]!, PAPERS);
    await assert.rejects(kiosk.close(), { code: 'session.pending' });
    await session.end();
  });
  afterEach(async () => {
    await stopKiosks();
    await portal.stop();
  });

  it('states the same over a restart, lets nobody vote, and drains once that is on the board', async () => {
    const text = await kiosk.close();
    await kiosk.stop();
    const again = await openKiosk(portal, { disk });
    assert.equal(again.status.phase, 'closed');
    assert.equal(again.heldText, text);
    assert.equal(await again.close(), text);
    const [counts] = again.status.cards;
    assert.deepEqual(counts, { style: 'town', received: 2, opened: 1, cancelled: 1 });
    const session = again.session();
    await session.start();
    assert.deepEqual(session.state, { at: 'failed', code: 'kiosk.closed', retry: false });
    await session.end();
    portal.fault = () => undefined;
    // The desk has not brought it yet.
    await again.sendNow();
    assert.equal(again.status.queue.waiting, 2);
    assert.equal(again.status.queue.trouble?.code, 'late.not-held');
    assert.equal((await portal.stations.takeHeld(text)).body.number, 2);
    await again.sendNow();
    assert.equal(again.status.queue.waiting, 0);
    assert.deepEqual([portal.stations.lateBallots, portal.ballots.length], [2, 0]);
  });

  it('states what the box has refused as well: the kiosk has promised it', async () => {
    portal.fault = (request) => (request.includes('ballots') ? 'refused' : undefined);
    // Two more, so that they leave before the closing.
    const session = kiosk.session();
    await voteAtKiosk(session, portal.stations.cards('K1')[1]!, PAPERS);
    await session.end();
    await kiosk.sendNow();
    const text = await kiosk.close();
    const held = decodeEntry(
      Uint8Array.from(Buffer.from(text.slice('kabina-held:'.length), 'base64url')),
    ) as EntryOf<'held'>;
    assert.equal(held.body.number, 4);
    await kiosk.sendNow();
    const file = readQueueFile(await kiosk.exportQueue(), portal.election.manifest);
    assert.equal(file.ballots.length, 4);
  });

  it('goes on a stick: any machine sends it, twice without harm, and what is foreign or cut is refused', async () => {
    await assert.rejects(kiosk.exportQueue(), { code: 'session.illegal' });
    const text = await kiosk.close();
    const bytes = await kiosk.exportQueue();
    const { manifest } = portal.election;
    const file = readQueueFile(bytes, manifest);
    assert.deepEqual([file.kiosk, file.number, file.ballots.length], ['K1', 2, 2]);
    const accounts = file.account.map((part) => decodeEntry(part) as EntryOf<'cancelled'>);
    const [{ body }] = accounts as [EntryOf<'cancelled'>];
    assert.deepEqual([accounts.length, body.kiosk, body.opened], [1, 'K1', [['town', 1]]]);
    assert.equal(body.number, 1);
    const refusal = (given: Uint8Array, of = manifest): string => {
      try {
        readQueueFile(given, of);
      } catch (error) {
        if (error instanceof BoothError) return error.code;
        throw error;
      }
      return 'taken';
    };
    // Another kiosk's account, or this one's by somebody else.
    for (const [account, code] of [
      [await accountBy(portal.election.electionId, 'K2', body), 'queue.malformed'],
      [await accountBy(portal.election.electionId, 'K2', body, 'K1'), 'queue.foreign'],
    ] as const) {
      const parts = { held: file.held, leaves: [], ballots: [], account: [account] };
      const empty = portal.election.sign('held', 'kiosk/K1', {
        ...(decodeEntry(file.held) as EntryOf<'held'>).body,
        number: 0,
        root: merkleRoot([]),
      });
      assert.equal(refusal(encodeQueueFile({ ...parts, held: encodeEntry(empty) })), code);
    }
    const other = await TestElection.create('ristretto255-sha512', (all) => ({
      ...withStation(all),
      pool: 2,
    }));
    assert.equal(refusal(bytes, other.manifest), 'queue.foreign');
    const kiosks = manifest.kiosks.filter(({ id }) => id !== 'K1');
    assert.equal(refusal(bytes, { ...manifest, kiosks }), 'queue.foreign');
    assert.equal(refusal(new Uint8Array(100)), 'queue.malformed');
    assert.equal(refusal(Uint8Array.of(...bytes, 0)), 'queue.malformed');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        assert.equal(refusal(bytes.subarray(0, length)), 'queue.truncated');
      }),
      { numRuns: 50 },
    );
    const one = Uint8Array.from(bytes);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        one.set(bytes);
        one[at]! ^= change;
        assert.match(refusal(one), /^queue\.(malformed|truncated|foreign)$/, `${at}`);
      }),
      { numRuns: 100 },
    );

    // The line is back, and the terminal is off.
    await kiosk.stop();
    portal.fault = () => undefined;
    const client = new PortalClient(portal.device());
    await assert.rejects(sendQueueFile(file, client), { code: 'late.not-held', retryable: true });
    await portal.stations.takeHeld(text);
    for (let time = 1; time <= 2; time++) {
      const seen: number[] = [];
      const sent = await sendQueueFile(file, client, ({ taken }) => seen.push(taken));
      assert.deepEqual(sent, { total: 2, taken: 2, refused: [] });
      assert.deepEqual(seen, [0, 1, 2]);
    }
    assert.equal(portal.stations.lateBallots, 2);
    const cancelled = portal.stations.entries.filter(({ type }) => type === 'cancelled');
    assert.deepEqual(
      cancelled.map((entry) => encodeEntry(entry)),
      file.account.map((part) => Uint8Array.from(part)),
    );
  });
});

/** Signed by a kiosk, in its own name or another's. */
async function accountBy(
  election: Uint8Array,
  signer: string,
  body: EntryOf<'cancelled'>['body'],
  kiosk = signer,
): Promise<Uint8Array> {
  const by = seedSigner(`kiosk/${kiosk}`, testSeed(`kiosk/${signer}`));
  const unsigned = {
    type: 'cancelled',
    election,
    body: { ...body, kiosk },
    signatures: [],
  } as const;
  return encodeEntry(await cosignEntry(unsigned, by));
}
