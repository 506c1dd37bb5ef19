// The voter's whole road against a portal in this process, on both kinds of device.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { BallotChecker, checkPermit } from '@kabina/election/ballot';
import { receiptFromText, verifyReceipt } from '@kabina/election/receipt';
import { TestPortal } from '../test/portal.ts';
import { CODE } from '../test/robot.ts';
import { inProcessWorker } from './in-process.ts';
import { MemoryKeeper, type Keeper } from './keeper.ts';
import { VotingSession } from './session.ts';
import type { SessionState } from './state.ts';

let portal: TestPortal;
const open: VotingSession[] = [];

function session(keeper: Keeper, mode: 'own-device' | 'kiosk' = 'own-device'): VotingSession {
  const { box, issuers } = portal.device();
  const { electionId } = portal;
  const made = new VotingSession({
    electionId,
    box,
    issuers,
    mode,
    createWorker: inProcessWorker,
    keeper,
  });
  open.push(made);
  return made;
}

function at<A extends SessionState['at']>(
  voting: VotingSession,
  expected: A,
): Extract<SessionState, { at: A }> {
  const { state } = voting;
  assert.equal(state.at, expected, JSON.stringify(state));
  return state as Extract<SessionState, { at: A }>;
}

async function enter(voting: VotingSession, login = 'anna'): Promise<void> {
  await voting.start();
  at(voting, 'login');
  await voting.login({ method: 'training', login });
  at(voting, 'code');
  await voting.submitCode(CODE);
  assert.equal(at(voting, 'code').issuer, 'observers');
  await voting.submitCode(CODE);
  at(voting, 'ballots');
}

async function seal(voting: VotingSession, contest: string, marks: number[]): Promise<void> {
  await voting.openPaper(contest);
  voting.review();
  await voting.seal(marks);
  at(voting, 'sealed');
}

describe('the voting session', () => {
  before(async () => {
    portal = await TestPortal.start();
  });
  afterEach(async () => {
    portal.fault = () => undefined;
    for (const voting of open.splice(0)) await voting.end();
  });
  after(() => portal.stop());

  it('goes from login to a recorded receipt on the voter’s own device', async () => {
    const voting = session(new MemoryKeeper());
    await enter(voting);
    assert.deepEqual(
      voting.papers.map(({ contest, state }) => [contest, state]),
      [
        ['mayor', 'open'],
        ['council', 'open'],
        ['question', 'open'],
      ],
    );
    await seal(voting, 'question', [0, 1]);
    await voting.cast();
    const { receipt } = at(voting, 'receipt');
    assert.equal(receipt.state, 'accepted');
    const { manifest } = portal.election;
    assert.deepEqual(verifyReceipt(manifest, receiptFromText(receipt.text)), { state: 'accepted' });
    portal.publish();
    voting.list();
    await voting.retry();
    const [, , question] = at(voting, 'ballots').papers;
    assert.equal(question?.state, 'recorded');
    assert.equal(
      verifyReceipt(manifest, receiptFromText(question!.receipt!.file!)).state,
      'recorded',
    );
    const ballot = portal.ballots.at(-1)!;
    assert.deepEqual(new BallotChecker(manifest, portal.key).check([ballot]).bad, []);
    assert.equal(
      checkPermit(manifest, portal.election.electionId, 'question', ballot.body.permit),
      undefined,
    );
  });

  it('goes from an access code to receipts on a kiosk, and leaves nothing', async () => {
    const keeper = new MemoryKeeper();
    const voting = session(keeper, 'kiosk');
    await voting.start();
    await voting.login({ method: 'access-code', code: '7k3mq-7k3mq' });
    at(voting, 'ballots');
    assert.equal((await keeper.names('')).length, 1);
    await voting.end();
    at(voting, 'ended');
    assert.deepEqual(await keeper.names(''), []);
  });
});
