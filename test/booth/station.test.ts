/**
 * A station's kiosk against the portal's real processes: cards are delivered and printed, a voter votes
 * with no line at all, and when the line is back the ballots are recorded on the board. Faults and
 * deaths are tested beside the kiosk itself.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PortalClient } from '@kabina/booth/client';
import { inProcessWorker } from '@kabina/booth/in-process';
import { MemoryKeeper } from '@kabina/booth/keeper';
import { KioskStation } from '@kabina/booth/station';
import {
  emptyOutbox,
  memoryJournals,
  memoryMachine,
  memoryStorage,
} from '@kabina/booth/station-testing';
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { receiptFromText, verifyReceipt } from '@kabina/election/receipt';
import { readElectionFile } from '@kabina/kiosk-shell/start/election-file';
import { startElection, type RunningElection } from '@kabina/kiosk-shell/start/setup';
import { syntheticVoters } from '@kabina/kiosk-shell/start/voters';
import { openWithKey } from '../rehearsal/phases.ts';

const ELECTION = JSON.stringify({
  title: 'Проверка участка',
  districts: [
    {
      district: 1,
      name: 'Первый',
      candidates: [
        { id: 'a', name: 'А' },
        { id: 'b', name: 'Б' },
      ],
    },
  ],
});
/** Nobody listens there. */
const NO_LINE = 'http://127.0.0.1:9';

describe("a station's kiosk and the real portal", () => {
  let folder: string;
  let running: RunningElection;
  const open: KioskStation[] = [];
  const storage = memoryStorage(new MemoryKeeper(), emptyOutbox());
  const journals = memoryJournals();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-station-'));
    const plan = readElectionFile(ELECTION);
    const synthetic = await syntheticVoters(plan, 4, folder);
    running = await startElection({
      folder: join(folder, 'parties'),
      plan,
      voters: synthetic.csv,
      minutes: 60,
      revoting: false,
      pool: 1,
      sender: 'ipc',
      stations: [
        { id: '101', name: { ru: 'Участок 101' }, kiosks: [{ id: 'K1', name: 'Терминал' }] },
      ],
    });
    await openWithKey(running);
  });
  after(async () => {
    for (const kiosk of open) await kiosk.stop();
    await running.stop();
    await rm(folder, { recursive: true });
  });

  async function openKiosk(line: boolean): Promise<KioskStation> {
    const machine = running.machines.find(({ id }) => id === 'K1')!;
    const seed = hexToBytes((await readFile(machine.keyFile, 'utf8')).trim());
    const { publicKey } = machine;
    const kiosk = await KioskStation.open({
      electionId: bytesToHex(running.electionId),
      box: line ? running.box.url : NO_LINE,
      issuers: (['registrar', 'observers'] as const).map((id) => ({
        id,
        url: line ? running.issuers[id].url : NO_LINE,
      })),
      machine: memoryMachine('K1', { seed, publicKey }, journals),
      createWorker: inProcessWorker,
      storage,
    });
    open.push(kiosk);
    return kiosk;
  }

  /** What the office prints: the last issuer's cards of the first batch. */
  async function printed(): Promise<string[]> {
    const { id } = running.manifest.issuers.at(-1)!;
    const issuer = id as keyof RunningElection['issuers'];
    const url = `${running.issuers[issuer].url}/desk/cards/101/K1/1`;
    const headers = { authorization: `Bearer ${running.officeKeys.desks[issuer]}` };
    const answer = await fetch(url, { method: 'POST', headers });
    assert.equal(answer.status, 200, await answer.clone().text());
    const { cards } = (await answer.json()) as { cards: { text: string }[] };
    return cards.map(({ text }) => text);
  }

  it('delivers, votes with the line down, drains, and is on the board', async () => {
    const style = running.manifest.styles[0]!;
    const kiosk = await openKiosk(true);
    await kiosk.fetchElection();
    await kiosk.deliver(style.id, 3);
    assert.equal(kiosk.status.cards.find((one) => one.style === style.id)?.received, 3);
    const [card] = await printed();
    await kiosk.stop();

    const offline = await openKiosk(false);
    assert.equal(offline.status.phase, 'voting', JSON.stringify(offline.status.trouble));
    const session = offline.session();
    await session.start();
    await session.login({ method: 'card', code: card! });
    assert.equal(session.state.at, 'ballots', JSON.stringify(session.state));
    const receipts: string[] = [];
    for (const contest of style.contests) {
      await session.openPaper(contest);
      session.review();
      await session.seal([1, 0]);
      await session.cast();
      const receipt = session.papers.find((paper) => paper.contest === contest)?.receipt;
      assert.equal(receipt?.state, 'queued', JSON.stringify(session.state));
      receipts.push(receipt.text);
      session.list();
    }
    session.finish();
    await session.end();
    assert.equal(offline.status.queue.waiting, style.contests.length);
    await offline.stop();

    const back = await openKiosk(true);
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
