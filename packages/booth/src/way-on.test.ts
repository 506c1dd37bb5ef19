// What the voter meets besides faults of the road: pauses and closing, candidates who leave, changing
// one's mind, a dead worker, the end of a session. And what must be seen nowhere.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { sessionOn } from '../test/devices.ts';
import { TestPortal } from '../test/portal.ts';
import { CODE, vote, type Wish } from '../test/robot.ts';
import { inProcessWorker } from './in-process.ts';
import { MemoryKeeper } from './keeper.ts';
import { VotingSession, type SessionState } from './session.ts';
import type { WorkerEndpoint } from './worker-client.ts';

const wish: Wish = {
  credentials: { method: 'training', login: 'anna' },
  contest: 'mayor',
  marks: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
};

describe('the way on', () => {
  let portal: TestPortal;
  let keeper: MemoryKeeper;
  let session: VotingSession;
  const states: SessionState[] = [];

  beforeEach(async () => {
    portal = await TestPortal.start();
    keeper = new MemoryKeeper();
    session = sessionOn(portal, keeper, 'own-device');
    states.length = 0;
    session.addEventListener('change', () => states.push(session.state));
  });
  afterEach(async () => {
    await session.end();
    await portal.stop();
  });

  /** The state, which must be this one. */
  function shown<A extends SessionState['at']>(at: A): Extract<SessionState, { at: A }> {
    const { state } = session;
    assert.equal(state.at, at, JSON.stringify(state));
    return state as Extract<SessionState, { at: A }>;
  }

  async function upTo(at: SessionState['at']): Promise<void> {
    await vote(session, wish, () => session.state.at === at);
    shown(at);
  }

  it('through a suspension: the ballot waits, and is accepted when voting goes on', async () => {
    await upTo('sealed');
    portal.phase = 'suspended';
    await session.cast();
    assert.match(shown('casting').error?.code ?? '', /\.closed$/);
    session.list();
    assert.equal(shown('ballots').voting, 'suspended');
    assert.throws(() => session.finish(), { code: 'session.pending' });
    portal.phase = 'open';
    await session.retry();
    assert.equal(portal.ballots.length, 1);
    session.finish();
    shown('finished');
  });

  it('after closing: the paper says that it was too late, and the session can be finished', async () => {
    await upTo('sealed');
    // Trying again opens nothing that the voter didn't ask to open.
    await assert.rejects(session.retry(), { code: 'session.illegal' });
    portal.phase = 'closed';
    await session.cast();
    assert.match(shown('ballots').error?.code ?? '', /\.closed$/);
    const [mayor] = session.papers;
    assert.equal(mayor?.state, 'failed');
    await assert.rejects(session.openPaper('mayor'), { code: 'session.illegal' });
    session.finish();
    assert.equal(portal.ballots.length, 0);
  });

  it('hears of a candidate who left and of the tally', async () => {
    await upTo('receipt');
    const left = portal.election.sign('withdrawn', 'commission', {
      contest: 'mayor',
      option: 'mayor-10',
    });
    portal.publish({ entry: left });
    session.list();
    await session.retry();
    assert.deepEqual([...(session.withdrawn.get('mayor') ?? [])], ['mayor-10']);
    assert.equal(session.papers[0]?.state, 'recorded');
    portal.publish(
      { entry: portal.election.sign('closed', 'commission', { stations: [] }) },
      { entry: portal.election.sign('tally', 'box', { size: portal.board.entries.length }) },
    );
    portal.phase = 'tally';
    await session.retry();
    assert.equal(shown('ballots').voting, 'counted');
    assert.equal(session.papers[0]?.state, 'counted');
  });

  it('back from a sealed ballot erases it: another core is sealed, and one is cast', async () => {
    await upTo('sealed');
    const first = shown('sealed').coreHash;
    session.back();
    shown('marking');
    session.review();
    await session.seal([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.notEqual(shown('sealed').coreHash, first);
    await session.cast();
    assert.equal(portal.ballots.length, 1);
  });

  it('votes again where revoting is allowed, under the same permit', async () => {
    await upTo('receipt');
    session.list();
    assert.equal(session.papers[0]?.mayRevise, true);
    await session.openPaper('mayor');
    session.review();
    await session.seal([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    await session.cast();
    assert.equal(shown('receipt').receipt.revision, 1);
    const [a, b] = portal.ballots.map(({ body }) => body);
    assert.deepEqual(a?.permit, b?.permit);
  });

  it('a challenge that failed half-way is never cast', async () => {
    await upTo('sealed');
    portal.fault = (request) => (request.includes('challenges') ? 'lost' : undefined);
    await session.challenge();
    assert.deepEqual([shown('sealed').opened, shown('sealed').error?.retryable], [true, true]);
    await assert.rejects(session.cast(), { code: 'session.illegal' });
    portal.fault = () => undefined;
    await session.retry();
    assert.deepEqual(shown('challenged').opening.marks, wish.marks);
    session.back();
    await vote(session, wish);
    assert.deepEqual([portal.challenges, portal.ballots.length], [1, 1]);
  });

  it('a worker that dies takes what was sealed with it, and nothing else', async () => {
    const { box, issuers } = portal.device();
    let worker: WorkerEndpoint | undefined;
    const mortal = new VotingSession({
      electionId: portal.electionId,
      box,
      issuers,
      mode: 'own-device',
      keeper: new MemoryKeeper(),
      createWorker: () => (worker = inProcessWorker()),
    });
    try {
      await vote(mortal, wish, () => mortal.state.at === 'sealed');
      (worker as unknown as EventTarget).dispatchEvent(new Event('error'));
      const screens = await vote(mortal, wish);
      assert.ok(screens.includes('marking:worker.failed'), screens.join(' '));
      assert.equal(portal.ballots.length, 1);
    } finally {
      await mortal.end();
    }
  });

  it('wrong logins and codes are said and tried again', async () => {
    await session.start();
    await session.login({ method: 'training', login: 'nobody' });
    assert.equal(shown('login').error?.code, 'login.unknown');
    await session.login(wish.credentials);
    await session.submitCode('000000');
    assert.deepEqual([shown('code').error?.code, shown('code').triesLeft], ['codes.wrong', 4]);
    await session.resendCode();
    assert.equal(shown('code').error?.code, 'codes.too-soon');
    assert.ok(shown('code').resendAt > Date.now() + 50_000);
    session.back();
    assert.equal(shown('login').issuer, 'registrar');
    await vote(session, wish);
  });

  it('another voter of the household has another seed and other papers', async () => {
    await vote(session, wish);
    await session.end();
    const next = sessionOn(portal, keeper, 'own-device');
    await vote(next, { ...wish, credentials: { method: 'training', login: 'boris' } });
    const keys = new Set(portal.ballots.map(({ body }) => body.permit.key.join()));
    assert.equal(keys.size, 2);
    await next.forget();
    assert.equal(next.state.at, 'ended');
    // The first voter's receipt is still there for the first voter.
    const again = sessionOn(portal, keeper, 'own-device');
    await again.start();
    await again.login(wish.credentials);
    await again.submitCode(CODE);
    await again.submitCode(CODE);
    assert.equal(again.papers[0]?.receipt?.revision, 0);
    await again.forget();
    assert.deepEqual(await keeper.names(''), []);
  });

  it('a member ends a kiosk’s interrupted sessions, and nothing is left', async () => {
    const disk = new MemoryKeeper();
    const crashed = sessionOn(portal, disk, 'kiosk');
    const code = { method: 'access-code', code: '12345-12345' } as const;
    await vote(crashed, { ...wish, credentials: code }, () => crashed.state.at === 'marking');
    const other = new MemoryKeeper();
    for (const name of await disk.names('')) await other.write(name, (await disk.read(name))!);
    const next = sessionOn(portal, other, 'kiosk');
    await next.start();
    assert.equal((await other.names('')).length, 1);
    await next.forget();
    assert.deepEqual(await other.names(''), []);
    await crashed.end();
    assert.deepEqual(await disk.names(''), []);
  });

  it('refuses what a state does not allow, and changes nothing', async () => {
    const illegal = { code: 'session.illegal' };
    await assert.rejects(session.cast(), illegal);
    await assert.rejects(session.seal([1]), illegal);
    assert.throws(() => session.review(), illegal);
    assert.throws(() => session.back(), illegal);
    await assert.rejects(session.openPaper('mayor'), illegal);
    shown('starting');
    await upTo('ballots');
    await assert.rejects(session.openPaper('nonsense'), illegal);
    await upTo('review');
    for (const marks of [[], [1], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]) {
      await session.seal(marks);
      assert.equal(shown('review').error?.code, 'marks.shape');
    }
  });

  it('shows tokens, seed, login and choice to nobody who must not see them', async () => {
    await vote(session, { ...wish, credentials: { method: 'training', login: 'canary-login' } });
    const code = await session.recoveryCode();
    const shown = JSON.stringify(states);
    for (const secret of ['token-', 'canary-login', CODE, code, 'marks', '[1,0,0']) {
      assert.ok(!shown.includes(secret), secret);
    }
    const box = portal.seen.filter((request) => request.includes('/box/'));
    assert.ok(box.length > 5);
    for (const secret of ['token-', 'canary-login', 'authorization', 'cookie']) {
      assert.ok(!box.some((request) => request.includes(secret)), secret);
    }
    const issuers = portal.seen.filter((request) => !request.includes('/box/'));
    const [ballot] = portal.ballots;
    for (const hidden of [ballot!.body.permit.key, ballot!.body.core.tag]) {
      const base64 = Buffer.from(hidden).toString('base64url');
      assert.ok(!issuers.some((request) => request.includes(base64)));
    }
  });
});
