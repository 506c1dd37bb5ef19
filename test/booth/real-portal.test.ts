/**
 * The voting session against the portal's real processes: a portal page's voter and a kiosk's voter,
 * from login to a recorded receipt. Faults of the road are tested beside the session itself.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inProcessWorker } from '@kabina/booth/in-process';
import { MemoryKeeper, type Keeper } from '@kabina/booth/keeper';
import { VotingSession, type SessionState } from '@kabina/booth/session';
import { bytesToHex } from '@kabina/crypto/bytes';
import { receiptFromText, verifyReceipt } from '@kabina/election/receipt';
import type { RunningElection } from '@kabina/kiosk-shell/start/setup';
import { openWithKey } from '../rehearsal/phases.ts';
import { realElection, type RealElection } from './real-election.ts';

interface Code {
  readonly type: 'code';
  readonly issuer: string;
  readonly login: string;
  readonly code: string;
}

describe('the booth and the real portal', () => {
  let election: RealElection;
  let running: RunningElection;
  const codes = new Map<string, string>();
  const arrivals = new EventTarget();
  const open: VotingSession[] = [];

  before(async () => {
    election = await realElection('Проверка кабины', {
      revoting: true,
      onMessage: (_party, message) => {
        const { type, issuer, login, code } = message as Code;
        if (type !== 'code') return;
        codes.set(`${issuer} ${login}`, code);
        arrivals.dispatchEvent(new Event('code'));
      },
    });
    ({ running } = election);
    await openWithKey(running);
  });
  after(async () => {
    for (const session of open) await session.end();
    await election.stop();
  });

  function sessionWith(keeper: Keeper, mode: 'own-device' | 'kiosk'): VotingSession {
    const session = new VotingSession({
      electionId: bytesToHex(running.electionId),
      box: running.box.url,
      issuers: [
        { id: 'registrar', url: running.issuers.registrar.url },
        { id: 'observers', url: running.issuers.observers.url },
      ],
      mode,
      createWorker: inProcessWorker,
      keeper,
    });
    open.push(session);
    return session;
  }

  function shown<A extends SessionState['at']>(
    session: VotingSession,
    at: A,
  ): Extract<SessionState, { at: A }> {
    assert.equal(session.state.at, at, JSON.stringify(session.state));
    return session.state as Extract<SessionState, { at: A }>;
  }

  async function codeOf(issuer: string, login: string): Promise<string> {
    for (;;) {
      const code = codes.get(`${issuer} ${login}`);
      if (code !== undefined) return code;
      await new Promise((resolve) => arrivals.addEventListener('code', resolve, { once: true }));
    }
  }

  async function logIn(session: VotingSession, login: string): Promise<void> {
    await session.start();
    shown(session, 'login');
    await session.login({ method: 'training', login });
    for (const issuer of ['registrar', 'observers']) {
      assert.equal(shown(session, 'code').issuer, issuer);
      await session.submitCode(await codeOf(issuer, login));
    }
    shown(session, 'ballots');
  }

  async function castFirst(session: VotingSession, marks: number[]): Promise<string> {
    const contest = session.papers[0]!.contest;
    await session.openPaper(contest);
    session.review();
    await session.seal(marks);
    shown(session, 'sealed');
    await session.cast();
    shown(session, 'receipt');
    return contest;
  }

  /** Resolves once the session itself has seen its ballot in the log. */
  async function recorded(session: VotingSession): Promise<void> {
    while (shown(session, 'receipt').receipt.state === 'accepted') {
      await new Promise((resolve) => session.addEventListener('change', resolve, { once: true }));
    }
    const { receipt } = shown(session, 'receipt');
    const verified = verifyReceipt(running.manifest, receiptFromText(receipt.file!));
    assert.equal(verified.state, 'recorded');
  }

  it('a portal page: login, codes, challenge, cast, recorded, and again after a reload', async () => {
    const keeper = new MemoryKeeper();
    const session = sessionWith(keeper, 'own-device');
    const { login } = election.voters[0]!;
    await session.start();
    await session.login({ method: 'training', login: 'nobody-there' });
    assert.equal(shown(session, 'login').error?.code, 'login.unknown');
    await logIn(session, login);
    const contest = session.papers[0]!.contest;
    await session.openPaper(contest);
    session.review();
    await session.seal([0, 1]);
    await session.challenge();
    assert.deepEqual(shown(session, 'challenged').opening.marks, [0, 1]);
    session.list();
    await castFirst(session, [1, 0]);
    await recorded(session);

    // The disk as a reload finds it; the first page is gone.
    const disk = new MemoryKeeper();
    for (const name of await keeper.names('')) await disk.write(name, (await keeper.read(name))!);
    const next = sessionWith(disk, 'own-device');
    await next.start();
    const [paper] = shown(next, 'ballots').papers;
    assert.deepEqual([paper?.state, paper?.mayRevise], ['recorded', true]);
    await castFirst(next, [0, 1]);
    assert.equal(shown(next, 'receipt').receipt.revision, 1);
    await recorded(next);
  });

  it('a kiosk: both halves of an access code, cast, recorded, nothing left', async () => {
    const { number } = election.voters[1]!;
    const halves = await Promise.all(
      (['registrar', 'observers'] as const).map(async (issuer) => {
        const url = `${running.issuers[issuer].url}/desk/voters/${number}/access-code`;
        const secret = running.officeKeys.desks[issuer];
        const headers = { authorization: `Bearer ${secret}` };
        const answer = await fetch(url, { method: 'POST', headers });
        assert.equal(answer.status, 200);
        return ((await answer.json()) as { part: string }).part;
      }),
    );
    const keeper = new MemoryKeeper();
    const session = sessionWith(keeper, 'kiosk');
    await session.start();
    await session.login({ method: 'access-code', code: halves.join('-') });
    shown(session, 'ballots');
    assert.equal((await keeper.names('')).length, 1);
    await castFirst(session, [0, 1]);
    await recorded(session);
    session.finish();
    await session.end();
    assert.deepEqual(await keeper.names(''), []);
  });
});
