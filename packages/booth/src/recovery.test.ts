// The recovery code, and going on with it on another device.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { sessionOn } from '../test/devices.ts';
import { TestPortal } from '../test/portal.ts';
import { CODE, vote } from '../test/robot.ts';
import { MemoryKeeper } from './keeper.ts';
import { recoveryCode, seedFromRecoveryCode } from './recovery.ts';
import type { VotingSession } from './session.ts';

const election = new Uint8Array(32).fill(3);
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('the recovery code', () => {
  it('gives the seed back, however it is typed', () => {
    fc.assert(
      fc.property(seed, (bytes) => {
        const code = recoveryCode(election, bytes);
        assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
        const typed = code
          .toLowerCase()
          .replaceAll('-', ' ')
          .replaceAll('0', 'o')
          .replaceAll('1', 'l');
        assert.deepEqual(seedFromRecoveryCode(election, code), bytes);
        assert.deepEqual(seedFromRecoveryCode(election, typed), bytes);
      }),
    );
  });

  it('is refused with a wrong symbol, another length or in another election', () => {
    const code = recoveryCode(election, new Uint8Array(32).fill(9));
    const refused = { code: 'recovery.form' };
    for (let at = 0; at < code.length; at++) {
      if (code[at] === '-') continue;
      const other = code[at] === '7' ? '8' : '7';
      const wrong = code.slice(0, at) + other + code.slice(at + 1);
      assert.throws(() => seedFromRecoveryCode(election, wrong), refused);
    }
    for (const wrong of ['', code.slice(0, -1), `${code}0`, `${code.slice(0, -1)}U`]) {
      assert.throws(() => seedFromRecoveryCode(election, wrong), refused);
    }
    assert.throws(() => seedFromRecoveryCode(new Uint8Array(32), code), refused);
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.throws(() => seedFromRecoveryCode(election, text), refused);
      }),
    );
  });
});

describe('another device of the same voter', () => {
  let portal: TestPortal;
  const open: VotingSession[] = [];
  before(async () => {
    portal = await TestPortal.start();
  });
  after(async () => {
    for (const session of open) await session.end();
    await portal.stop();
  });

  const wish = {
    credentials: { method: 'training', login: 'restoring' },
    contest: 'mayor',
    marks: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
  } as const;

  function device(): VotingSession {
    const session = sessionOn(portal, new MemoryKeeper(), 'own-device');
    open.push(session);
    return session;
  }

  async function refusedDevice(): Promise<VotingSession> {
    const session = device();
    await session.start();
    await session.login(wish.credentials);
    await session.submitCode(CODE);
    await session.submitCode(CODE);
    const refused = Promise.withResolvers<undefined>();
    const look = (): void => {
      if (session.state.at === 'ballots' && session.state.mayRestore) refused.resolve(undefined);
    };
    session.addEventListener('change', look);
    look();
    await refused.promise;
    return session;
  }

  it('is told that another one was served, and goes on with its code', async () => {
    const first = device();
    await vote(first, wish);
    const code = await first.recoveryCode();

    const second = await refusedDevice();
    const paper = second.papers.find(({ contest }) => contest === wish.contest);
    assert.deepEqual([paper?.state, paper?.error?.code], ['failed', 'permits.served']);
    await second.restore('0000-not-a-code');
    assert.equal(second.state.at === 'ballots' && second.state.error?.code, 'recovery.form');
    await second.restore(recoveryCode(portal.election.electionId, new Uint8Array(32)));
    assert.equal(second.state.at === 'ballots' && second.state.error?.code, 'recovery.other');
    await second.restore(code);
    assert.equal(second.state.at === 'ballots' && second.state.error, undefined);

    const screens = await vote(second, wish);
    // It can't know how often the first device has voted: the box refuses, then a later one counts.
    assert.ok(screens.includes('marking:ballots.revision-taken'), screens.join(' '));
    const revisions = portal.ballots.map(({ body }) => body.core.revision);
    assert.deepEqual(revisions, [0, 1]);
    const keys = new Set(portal.ballots.map(({ body }) => body.permit.key.join()));
    assert.equal(keys.size, 1);

    // And the first device hears of it.
    portal.publish();
    await first.retry();
    await first.retry();
    const told = first.papers.find(({ contest }) => contest === wish.contest);
    assert.equal(told?.error?.code, 'receipts.foreign-revision');
    assert.equal(told?.receipt?.state, 'replaced');
  });
});
