/**
 * A station's kiosk against the portal's real processes: cards are delivered and printed, a voter votes
 * with no line at all, and when the line is back the ballots are recorded on the board. Faults and
 * deaths are tested beside the kiosk itself.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PortalClient } from '@kabina/booth/client';
import { bytesToHex } from '@kabina/crypto/bytes';
import { receiptFromText, verifyReceipt } from '@kabina/election/receipt';
import type { RunningElection } from '@kabina/kiosk-shell/start/setup';
import { openWithKey } from '../rehearsal/phases.ts';
import {
  printedCards,
  realElection,
  RealKiosk,
  stations,
  voteWithoutLine,
  type RealElection,
} from './real-election.ts';

describe("a station's kiosk and the real portal", () => {
  let election: RealElection;
  let running: RunningElection;
  let machine: RealKiosk;

  before(async () => {
    election = await realElection('Проверка участка', { stations });
    ({ running } = election);
    machine = new RealKiosk(running);
    await openWithKey(running);
  });
  after(async () => {
    await machine.stop();
    await election.stop();
  });

  it('delivers, votes with the line down, drains, and is on the board', async () => {
    const style = running.manifest.styles[0]!;
    const kiosk = await machine.open('up');
    await kiosk.fetchElection();
    await kiosk.deliver(style.id, 3);
    assert.equal(kiosk.status.cards.find((one) => one.style === style.id)?.received, 3);
    const [card] = await printedCards(running);
    await kiosk.stop();

    const offline = await machine.open('down');
    assert.equal(offline.status.phase, 'voting', JSON.stringify(offline.status.trouble));
    const receipts = await voteWithoutLine(running, offline, card!);
    assert.equal(offline.status.queue.waiting, style.contests.length);
    await offline.stop();

    const back = await machine.open('up');
    await back.sendNow();
    assert.equal(back.status.queue.waiting, 0, JSON.stringify(back.status.queue));
    const client = new PortalClient({ box: running.box.url, issuers: [] });
    for (const text of receipts) {
      const receipt = receiptFromText(text);
      const leaf = bytesToHex(receipt.promise[0].entry);
      let proof = await client.proof(leaf);
      while (proof === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        proof = await client.proof(leaf);
      }
      const complete = { ...receipt, proof: new TextDecoder().decode(proof) };
      // The voter completes the receipt on any device.
      assert.equal(verifyReceipt(running.manifest, complete).state, 'recorded');
    }
  });
});
