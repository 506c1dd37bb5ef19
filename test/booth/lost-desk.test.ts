/**
 * A station whose desk is lost in the middle of the day, with the portal's real processes: its kiosk's
 * statement is countersigned by the commission, members give the desk's account from the paper list
 * and the issuers are told whom it names. Nothing is left open: the observer's verdict is `verified`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
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
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import { memberDocument, type Act } from '@kabina/election/members';
import { stationBalance } from '@kabina/election/station-balance';
import { strangeAuthority, TestMember } from '@kabina/election/testing';
import { Desk } from '@kabina/kiosk-shell/office/desk';
import { paperAccount, paperForm } from '@kabina/kiosk-shell/office/lost-desk';
import { lostDeskAct, markedByMembers } from '@kabina/kiosk-shell/office/members-act';
import { readElectionFile } from '@kabina/kiosk-shell/start/election-file';
import { startElection, type RunningElection } from '@kabina/kiosk-shell/start/setup';
import { syntheticVoters } from '@kabina/kiosk-shell/start/voters';
import { closeToResult, openWithKey, until } from '../rehearsal/phases.ts';

const ELECTION = JSON.stringify({
  title: 'Проверка потерянного стола',
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
const STATION = '101';
/** Nobody listens there. */
const NO_LINE = 'http://127.0.0.1:9';
const CLOSING = 2;
const VERIFY = join(import.meta.dirname, '../../packages/observer/src/cli/verify.ts');

describe('a station whose desk is lost', () => {
  let folder: string;
  let running: RunningElection;
  let numbers: string[];
  const authority = strangeAuthority();
  const member = (name: string) => new TestMember(name, { by: authority });
  const open: KioskStation[] = [];
  const storage = memoryStorage(new MemoryKeeper(), emptyOutbox());
  const journals = memoryJournals();

  /** Every member puts a signature on the board. */
  const sign = async (act: Act): Promise<void> => {
    const { commission, manifest } = running;
    for (const [i, { name }] of manifest.commission.members.entries()) {
      const cms = member(name).sign(memberDocument(commission.state, act));
      await commission.addSignature(act, i + 1, cms);
    }
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-lost-desk-'));
    const plan = readElectionFile(ELECTION);
    const synthetic = await syntheticVoters(plan, 4, folder);
    numbers = synthetic.voters.map(({ number }) => number);
    running = await startElection({
      folder: join(folder, 'parties'),
      plan,
      voters: synthetic.csv,
      minutes: 60,
      revoting: false,
      pool: 1,
      sender: 'ipc',
      authority: {
        certificate: authority.certificate,
        opening: CLOSING,
        closing: CLOSING,
        publishing: CLOSING,
      },
      stations: [
        { id: STATION, name: { ru: 'Участок 101' }, kiosks: [{ id: 'K1', name: 'Терминал' }] },
      ],
    });
    await openWithKey(running, sign);
  });
  after(async () => {
    for (const kiosk of open) await kiosk.stop();
    await running.stop();
    await rm(folder, { recursive: true });
  });

  async function openKiosk(line: boolean): Promise<KioskStation> {
    const machine = running.machines.find(({ id }) => id === 'K1')!;
    const seed = hexToBytes((await readFile(machine.keyFile, 'utf8')).trim());
    const kiosk = await KioskStation.open({
      electionId: bytesToHex(running.electionId),
      box: line ? running.box.url : NO_LINE,
      issuers: (['registrar', 'observers'] as const).map((id) => ({
        id,
        url: line ? running.issuers[id].url : NO_LINE,
      })),
      machine: memoryMachine('K1', { seed, publicKey: machine.publicKey }, journals),
      createWorker: inProcessWorker,
      storage,
    });
    open.push(kiosk);
    return kiosk;
  }

  async function asDesk<T>(
    issuer: 'registrar' | 'observers',
    path: string,
    body?: object,
  ): Promise<T> {
    const headers = { authorization: `Bearer ${running.officeKeys.desks[issuer]}` };
    const url = `${running.issuers[issuer].url}${path}`;
    const answer = await fetch(
      url,
      body === undefined
        ? { method: 'POST', headers }
        : {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
    );
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as T;
  }

  /** One voter of the first style votes with no line. */
  async function vote(card: string): Promise<KioskStation> {
    const kiosk = await openKiosk(false);
    const session = kiosk.session();
    await session.start();
    await session.login({ method: 'card', code: card });
    for (const contest of running.manifest.styles[0]!.contests) {
      await session.openPaper(contest);
      session.review();
      await session.seal([1, 0]);
      await session.cast();
      session.list();
    }
    session.finish();
    await session.end();
    return kiosk;
  }

  it('is made up for by members and the paper list, and the election is verified', async () => {
    const { commission, manifest } = running;
    const style = manifest.styles[0]!;
    const [voter = ''] = numbers;
    // In the morning the desk was still there: it took a voter over.
    for (const issuer of ['registrar', 'observers'] as const) {
      await asDesk(issuer, '/desk/transfers', { station: STATION, number: voter });
    }
    const prepared = await openKiosk(true);
    await prepared.fetchElection();
    await prepared.deliver(style.id, 3);
    await prepared.stop();
    const { id } = manifest.issuers.at(-1)!;
    const { cards } = await asDesk<{ cards: { text: string }[] }>(
      id as 'observers',
      `/desk/cards/${STATION}/K1/1`,
    );
    const kiosk = await vote(cards[0]!.text);

    // The line came back, the desk did not: the slip's code is brought to the office.
    const closeKiosks = async (): Promise<void> => {
      const slip = await kiosk.close();
      await kiosk.stop();
      const bytes = Buffer.from(slip.slice('kabina-held:'.length), 'base64url');
      await commission.countersignHeld(decodeEntry(bytes) as EntryOf<'held'>);
    };
    const bringAll = async (): Promise<void> => {
      const form = paperForm(commission.state, STATION);
      const counted = { station: STATION, reason: 'Стол сгорел', marked: [1], left: [2] };
      const act = lostDeskAct(commission.state, paperAccount(form, counted));
      const first = manifest.commission.members[0]!;
      act.sign(1, member(first.name).sign(act.document));
      await assert.rejects(commission.stateMarked(markedByMembers(act)), {
        code: 'entries.refused',
      });
      const second = manifest.commission.members[1]!;
      act.sign(2, member(second.name).sign(act.document));
      await commission.stateMarked(markedByMembers(act));
      const config = {
        electionId: bytesToHex(running.electionId),
        kind: 'training',
        box: running.box.url,
        registrar: running.issuers.registrar.url,
        observers: running.issuers.observers.url,
      } as const;
      const desk = new Desk(config, running.officeKeys.desks);
      const told = await desk.tellMarks(STATION, [voter, numbers[1]!]);
      assert.deepEqual(told, {
        stored: 1,
        refused: [{ number: numbers[1], code: 'desk.elsewhere' }],
      });
      const back = await openKiosk(true);
      await until(running, 'held ballots and the kiosk’s account', () => {
        void back.sendNow().catch(() => undefined);
        const { held, missing } = stationBalance(commission.state, STATION);
        return missing.length === 0 && held.every(({ number, arrived }) => arrived === number);
      });
    };
    await closeToResult(running, sign, { silent: [], closeKiosks, bringAll });

    const balance = stationBalance(commission.state, STATION);
    assert.equal(balance.holds, true, JSON.stringify(balance));
    assert.equal(balance.lost, 'Стол сгорел');
    assert.equal(balance.held[0]?.dictated, undefined);
    const args = [VERIFY, running.board, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const audit = JSON.parse(stdout) as { verdict: string; checks: unknown };
    assert.equal(audit.verdict, 'verified', JSON.stringify(audit.checks));
  });
});
