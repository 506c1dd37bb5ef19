// Voters without a face, against a portal in this process.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ISSUERS, TestPortal } from '../test/portal.ts';
import { CODE } from '../test/robot.ts';
import { PortalClient } from './client.ts';
import {
  BallotMaker,
  castVote,
  challengeVote,
  logIn,
  obtainPermit,
  openElection,
  type ElectionContext,
} from './voter.ts';

describe('voting without a face', () => {
  let portal: TestPortal;
  let client: PortalClient;
  let election: ElectionContext;
  before(async () => {
    portal = await TestPortal.start();
    client = new PortalClient(portal.device());
    election = await openElection(client, portal.election.electionId);
  });
  after(() => portal.stop());

  it('challenges, casts and votes again under one permit', async () => {
    const maker = new BallotMaker(election);
    const sessions = await logIn(client, ISSUERS, 'anna', () => CODE);
    const permit = await obtainPermit(client, maker, sessions, 'council');
    assert.deepEqual(await obtainPermit(client, maker, sessions, 'council'), permit);
    const blank = { contest: 'council', marks: [0, 0, 0, 0, 0, 0, 0, 0] };
    await challengeVote(client, maker, blank);
    await castVote(client, maker, permit, blank);
    const again = { contest: 'council', marks: [1, 1, 0, 0, 0, 0, 0, 1], revision: 1 };
    const cast = await castVote(client, maker, permit, again);
    assert.deepEqual(await client.cast(cast.entry), cast.promise);
    assert.equal(portal.challenges, 1);
    assert.deepEqual(
      portal.ballots.map(({ body }) => body.core.revision),
      [0, 1],
    );
  });

  it('is refused with another seed once the issuers have served one', async () => {
    const sessions = await logIn(client, ISSUERS, 'anna', () => CODE);
    const other = new BallotMaker(election);
    await assert.rejects(obtainPermit(client, other, sessions, 'council'), {
      code: 'permits.served',
      retryable: false,
    });
  });

  it('never casts what was opened, and never seals marks that the paper does not allow', () => {
    const maker = new BallotMaker(election);
    maker.seal('question', [1, 0], { revision: 0 });
    maker.open('question');
    assert.throws(() => maker.take('question'), { code: 'session.illegal' });
    for (const marks of [[1, 1], [0, 0], [1], [2, 0], [1, 0, 0], [0.5, 0.5]]) {
      assert.throws(() => maker.seal('question', marks, { revision: 0 }), { code: 'marks.shape' });
    }
  });
});
