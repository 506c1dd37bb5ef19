/**
 * A station whose desk is lost in the middle of the day, with the portal's real processes: its kiosk's
 * statement is countersigned by the commission, members give the desk's account from the paper list
 * and the issuers are told whom it names. Nothing is left open: the observer's verdict is `verified`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { bytesToHex } from '@kabina/crypto/bytes';
import { decodeEntry, type EntryOf } from '@kabina/election/entries';
import { memberDocument, type Act } from '@kabina/election/members';
import { stationBalance } from '@kabina/election/station-balance';
import { strangeAuthority, TestMember } from '@kabina/election/testing';
import { Desk } from '@kabina/kiosk-shell/office/desk';
import { paperAccount, paperForm } from '@kabina/kiosk-shell/office/lost-desk';
import { lostDeskAct, markedByMembers } from '@kabina/kiosk-shell/office/members-act';
import type { RunningElection } from '@kabina/kiosk-shell/start/setup';
import { closeToResult, openWithKey, until } from '../rehearsal/phases.ts';
import {
  asDesk,
  printedCards,
  realElection,
  RealKiosk,
  STATION,
  stations,
  voteWithoutLine,
  type RealElection,
} from './real-election.ts';

const CLOSING = 2;
const VERIFY = join(import.meta.dirname, '../../packages/observer/src/cli/verify.ts');

describe('a station whose desk is lost', () => {
  let election: RealElection;
  let running: RunningElection;
  let machine: RealKiosk;
  const authority = strangeAuthority();
  const member = (name: string) => new TestMember(name, { by: authority });

  /** Every member puts a signature on the board. */
  const sign = async (act: Act): Promise<void> => {
    const { commission, manifest } = running;
    for (const [i, { name }] of manifest.commission.members.entries()) {
      const cms = member(name).sign(memberDocument(commission.state, act));
      await commission.addSignature(act, i + 1, cms);
    }
  };

  before(async () => {
    election = await realElection('Проверка потерянного стола', {
      authority: {
        certificate: authority.certificate,
        opening: CLOSING,
        closing: CLOSING,
        publishing: CLOSING,
      },
      stations,
    });
    ({ running } = election);
    machine = new RealKiosk(running);
    await openWithKey(running, sign);
  });
  after(async () => {
    await machine.stop();
    await election.stop();
  });

  it('is made up for by members and the paper list, and the election is verified', async () => {
    const { commission, manifest } = running;
    const style = manifest.styles[0]!;
    const [voter, other] = election.voters.map(({ number }) => number) as [string, string];
    // In the morning the desk was still there: it took a voter over.
    for (const issuer of ['registrar', 'observers'] as const) {
      await asDesk(running, issuer, '/desk/transfers', { station: STATION, number: voter });
    }
    const prepared = await machine.open('up');
    await prepared.fetchElection();
    await prepared.deliver(style.id, 3);
    await prepared.stop();
    const [card] = await printedCards(running);
    const kiosk = await machine.open('down');
    await voteWithoutLine(running, kiosk, card!);

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
      const told = await desk.tellMarks(STATION, [voter, other]);
      assert.deepEqual(told, {
        stored: 1,
        refused: [{ number: other, code: 'desk.elsewhere' }],
      });
      const back = await machine.open('up');
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
