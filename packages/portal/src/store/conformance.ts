/**
 * The one suite that every driver of the two stores must pass. A driver's own test calls these with
 * a way to open it on a place that outlives the store object, so that durability across a reopening
 * is tested too.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { AnonymousStore, PooledBallot, PooledChallenge } from './anonymous.ts';
import type { IdentifiedStore, Served, Session, Voter } from './identified.ts';

/** Opens a store on the given place; the same place again finds what was committed. */
export type Open<Store> = (place: string) => Promise<Store>;

/** A way to write tests each of which has a store on a place of its own. */
export function storeTest<Store extends { close(): Promise<void> }>(
  driver: string,
  open: Open<Store>,
  newPlace: () => Promise<string>,
): (name: string, work: (store: Store) => Promise<void>) => void {
  return (name, work) => {
    test(`${driver}: ${name}`, async () => {
      const store = await open(await newPlace());
      try {
        await work(store);
      } finally {
        await store.close();
      }
    });
  };
}

const plain = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function voter(position: number, over: Partial<Voter> = {}): Voter {
  return {
    position,
    number: `N-${String(position).padStart(4, '0')}`,
    name: `Ёлкина Анна ${position}`,
    document: `4500 ${String(position).padStart(6, '0')}`,
    style: position % 2 === 0 ? 'even' : 'odd',
    phone: '+79990000000',
    login: `voter${position}`,
    salt: randomBytes(16),
    list: 'online',
    ...over,
  };
}

const served = (over: Partial<Served> = {}): Served => ({
  mark: randomBytes(32),
  contest: 'mayor',
  list: 'online',
  style: 'even',
  place: 'remote',
  blinded: randomBytes(384),
  answer: randomBytes(384),
  ...over,
});

const session = (over: Partial<Session> = {}): Session => ({
  token: randomBytes(32),
  number: 'N-0001',
  place: 'remote',
  ready: false,
  expires: 100,
  ...over,
});

export function identifiedStoreConformance(
  driver: string,
  open: Open<IdentifiedStore>,
  newPlace: () => Promise<string>,
): void {
  const withStore = storeTest(driver, open, newPlace);

  withStore('voters: import, look-up, order, replacement', async (store) => {
    const list = [voter(0), voter(1), voter(2)];
    await store.importVoters([list[2]!, list[0]!, list[1]!]);
    assert.equal(await store.voterCount(), 3);
    assert.deepEqual((await store.voterByNumber('N-0001'))?.position, 1);
    assert.deepEqual(plain((await store.voterByLogin('voter2'))!.salt), plain(list[2]!.salt));
    assert.equal(await store.voterByLogin('voter9'), undefined);
    assert.equal(await store.voterByNumber("' OR 1=1 --"), undefined);
    assert.deepEqual(
      (await store.votersFrom(1, 5)).map((v) => v.position),
      [1, 2],
    );
    assert.deepEqual(Object.fromEntries(await store.voterCountByStyle()), { even: 2, odd: 1 });
    await store.importVoters([voter(0)]);
    assert.equal(await store.voterCount(), 1);
  });

  withStore('voters: a refused import leaves the former list', async (store) => {
    await store.importVoters([voter(0)]);
    await assert.rejects(store.importVoters([voter(1), voter(2, { login: 'voter1' })]));
    assert.deepEqual(
      (await store.votersFrom(0, 9)).map((v) => v.position),
      [0],
    );
  });

  withStore('voters: search knows no case, no ё, no wildcards', async (store) => {
    await store.importVoters([voter(0), voter(1, { name: 'Петров Пётр' })]);
    assert.equal((await store.findVoters('ЕЛКИНА', 9)).length, 1);
    assert.equal((await store.findVoters('петр', 9)).length, 1);
    assert.equal((await store.findVoters('4500 0000', 9)).length, 2);
    assert.equal((await store.findVoters('4500 0000', 1)).length, 1);
    assert.equal((await store.findVoters('%', 9)).length, 0);
    assert.equal((await store.findVoters('_', 9)).length, 0);
  });

  withStore('served: the first answer stays, counts add up', async (store) => {
    await store.importVoters([voter(0), voter(1, { list: 'station/1' })]);
    const first = served();
    const again = await store.serve('N-0000', first);
    assert.equal(plain(again!.answer), plain(first.answer));
    const rival = { ...first, blinded: randomBytes(384), place: 'premises' as const };
    const other = await store.serve('N-0000', rival);
    assert.equal(plain(other!.blinded), plain(first.blinded));
    await store.serve('N-0000', { ...first, contest: 'duma', place: 'premises' });
    await store.serve('N-0001', served({ style: 'odd', list: 'station/1' }));
    assert.equal(await store.serve('N-0001', served()), undefined, 'not on the online list');
    assert.equal(await store.serve('N-0000', served({ list: 'station/1' })), undefined);
    assert.equal(await store.serve('N-0009', served()), undefined, 'on no list');
    assert.deepEqual(
      (await store.servedOf(first.mark)).map((s) => s.contest),
      ['duma', 'mayor'],
    );
    assert.deepEqual(await store.issuedCounts(), [
      { list: 'online', contest: 'duma', remote: 0, premises: 1 },
      { list: 'online', contest: 'mayor', remote: 1, premises: 0 },
      { list: 'station/1', contest: 'mayor', remote: 1, premises: 0 },
    ]);
    assert.deepEqual(Object.fromEntries(await store.turnoutByStyle()), { even: 1, odd: 1 });
  });

  withStore('sessions: expiry, one ready session per voter', async (store) => {
    const first = session({ ready: true });
    await store.openSession(first);
    const second = session();
    await store.openSession(second);
    assert.ok(await store.session(first.token, 99));
    assert.equal(await store.session(first.token, 100), undefined, 'expired');
    assert.equal((await store.session(second.token, 0))?.ready, false);
    await store.readySession(second.token);
    assert.equal((await store.session(second.token, 0))?.ready, true);
    assert.equal(await store.session(first.token, 0), undefined);
    const third = session({ ready: true, place: 'premises' });
    await store.openSession(third);
    assert.equal(await store.session(second.token, 0), undefined);
    assert.equal((await store.session(third.token, 0))?.place, 'premises');
    await store.endSession(third.token);
    assert.equal(await store.session(third.token, 0), undefined);
    await store.readySession(randomBytes(32));
  });

  withStore('sessions: what has expired is swept', async (store) => {
    const old = session({ expires: 10 });
    const young = session({ expires: 11 });
    await store.openSession(old);
    await store.openSession(young);
    await store.sweep(10);
    assert.equal(await store.session(old.token, 0), undefined);
    assert.ok(await store.session(young.token, 0));
  });

  withStore('one-time codes: no resend too soon, tries run out, expiry', async (store) => {
    const owner = randomBytes(32);
    const hash = randomBytes(32);
    const code = { owner, hash, expires: 1300, tries: 2 };
    const wait = (sent: number): number => 60 * sent;
    assert.equal(await store.startCode(code, 1000, wait), 0);
    assert.equal(await store.startCode({ ...code, hash: randomBytes(32) }, 1010, wait), 50);
    assert.deepEqual(await store.codeState(owner, 1010), { wait: 50, triesLeft: 2 });
    assert.deepEqual(await store.tryCode(owner, randomBytes(32), 1011), {
      outcome: 'wrong',
      triesLeft: 1,
    });
    assert.deepEqual(await store.tryCode(owner, randomBytes(32), 1011), {
      outcome: 'wrong',
      triesLeft: 0,
    });
    assert.deepEqual(await store.tryCode(owner, hash, 1011), { outcome: 'expired' });
    assert.equal(await store.startCode(code, 1060, wait), 0);
    assert.deepEqual(await store.codeState(owner, 1060), { wait: 120, triesLeft: 2 });
    assert.deepEqual(await store.tryCode(owner, hash, 1300), { outcome: 'expired' });
    assert.deepEqual(await store.tryCode(owner, hash, 1299), { outcome: 'right' });
    assert.deepEqual(await store.tryCode(owner, hash, 1299), { outcome: 'expired' }, 'used once');
    assert.deepEqual(await store.codeState(owner, 1299), { wait: 0, triesLeft: 0 });
    assert.deepEqual(await store.tryCode(randomBytes(32), hash, 1299), { outcome: 'expired' });
  });

  withStore('access codes: unique, replaced, few openings, expiry', async (store) => {
    const hash = randomBytes(32);
    const code = { hash, number: 'N-0001', expires: 50, openings: 2 };
    assert.equal(await store.putAccessCode(code), true);
    assert.equal(await store.putAccessCode({ ...code, number: 'N-0002' }), false);
    assert.equal(await store.redeemAccessCode(hash, 50), undefined);
    assert.equal(await store.redeemAccessCode(hash, 49), 'N-0001');
    assert.equal(await store.redeemAccessCode(hash, 49), 'N-0001');
    assert.equal(await store.redeemAccessCode(hash, 49), undefined);
    const next = randomBytes(32);
    assert.equal(await store.putAccessCode(code), true);
    assert.equal(await store.putAccessCode({ ...code, hash: next }), true);
    assert.equal(await store.redeemAccessCode(hash, 0), undefined, 'the former code is gone');
    assert.equal(await store.redeemAccessCode(next, 0), 'N-0001');
  });

  test(`${driver}: what was stored outlives a reopening; visitors are forgotten`, async () => {
    const place = await newPlace();
    const answer = served();
    const visit = session();
    let store = await open(place);
    await store.importVoters([voter(0)]);
    await store.serve('N-0000', answer);
    await store.openSession(visit);
    await store.putAccessCode({ hash: visit.token, number: 'N-0000', expires: 9, openings: 1 });
    await store.close();
    store = await open(place);
    assert.equal(plain((await store.servedOf(answer.mark))[0]!.answer), plain(answer.answer));
    assert.ok(await store.session(visit.token, 0));
    await store.forgetVisitors();
    await store.compact();
    assert.equal(await store.session(visit.token, 0), undefined);
    assert.equal(await store.redeemAccessCode(visit.token, 0), undefined);
    assert.equal(await store.voterCount(), 1);
    await store.close();
  });
}

const ballot = (over: Partial<PooledBallot> = {}): PooledBallot => ({
  permit: randomBytes(32),
  revision: 0,
  contest: 'mayor',
  core: randomBytes(32),
  leaf: randomBytes(32),
  promise: randomBytes(200),
  entry: randomBytes(5000),
  ...over,
});

const challenge = (over: Partial<PooledChallenge> = {}): PooledChallenge => ({
  core: randomBytes(32),
  leaf: randomBytes(32),
  entry: randomBytes(3000),
  ...over,
});

export function anonymousStoreConformance(
  driver: string,
  open: Open<AnonymousStore>,
  newPlace: () => Promise<string>,
): void {
  const withStore = storeTest(driver, open, newPlace);

  withStore('ballots: accepted once, repeated, refused for another', async (store) => {
    const first = ballot();
    const rival = ballot({ permit: first.permit });
    const revised = ballot({ permit: first.permit, revision: 1 });
    const sameCore = ballot({ core: first.core });
    assert.deepEqual(await store.acceptBallots([first, first, rival, revised, sameCore]), [
      'accepted',
      'repeated',
      'revision-taken',
      'accepted',
      'revision-taken',
    ]);
    assert.deepEqual(await store.acceptBallots([first]), ['repeated']);
    const elsewhere = ballot({ permit: first.permit, contest: 'few', revision: 2 });
    assert.deepEqual(await store.acceptBallots([elsewhere]), ['other-contest']);
    const stored = await store.revision(first.permit, 0);
    assert.equal(plain(stored!.promise), plain(first.promise));
    assert.equal(await store.revision(first.permit, 2), undefined);
    assert.equal(await store.poolSize(), 2);
    const revisions = await store.revisionsOf(first.permit);
    assert.deepEqual(
      revisions.map((r) => [r.revision, plain(r.core), plain(r.leaf)]),
      [
        [0, plain(first.core), plain(first.leaf)],
        [1, plain(revised.core), plain(revised.leaf)],
      ],
    );
    assert.deepEqual(await store.revisionsOf(randomBytes(32)), []);
  });

  withStore('cores: what is cast is not opened, what is opened is not cast', async (store) => {
    const cast = ballot();
    await store.acceptBallots([cast]);
    assert.equal(await store.acceptChallenge(challenge({ core: cast.core })), 'core-cast');
    const opened = challenge();
    assert.equal(await store.acceptChallenge(opened), 'accepted');
    assert.equal(await store.acceptChallenge(opened), 'repeated');
    assert.deepEqual(await store.acceptBallots([ballot({ core: opened.core })]), ['core-opened']);
    assert.equal(await store.poolSize(), 2);
  });

  withStore(
    'pool: in order of hash, whatever order they came in; leaves by hash',
    async (store) => {
      const all = Array.from({ length: 20 }, () => ballot());
      await store.acceptBallots(all);
      const leaves = (await store.pool()).map((w) => plain(w.leaf));
      assert.deepEqual(leaves, all.map((b) => plain(b.leaf)).sort());
      const first = (await store.pool())[0]!;
      const source = all.find((b) => plain(b.leaf) === plain(first.leaf))!;
      assert.equal(plain(first.entry), plain(source.entry));
      await store.leavePool([first.leaf, randomBytes(32)]);
      await store.leavePool([first.leaf]);
      assert.equal(await store.poolSize(), 19);
      assert.deepEqual(await store.acceptBallots([source]), ['repeated'], 'not pooled again');
      assert.equal(await store.poolSize(), 19);
    },
  );

  withStore('late ballots: known by their own hash, pooled by the entry’s', async (store) => {
    const own = ballot();
    const late = ballot({ late: randomBytes(32) });
    assert.deepEqual(await store.acceptBallots([own, late, late]), [
      'accepted',
      'accepted',
      'repeated',
    ]);
    const leaves = (await store.pool()).map(({ leaf }) => plain(leaf));
    assert.deepEqual(leaves, [plain(own.leaf), plain(late.late!)].sort());
    assert.equal(plain((await store.revision(late.permit, 0))!.leaf), plain(late.leaf));
    // The same ballot by the other road, either way.
    const { permit, revision, contest, core, leaf, promise, entry } = late;
    const plainly = { permit, revision, contest, core, leaf, promise, entry };
    assert.deepEqual(await store.acceptBallots([plainly]), ['repeated']);
    const again = { leaf: randomBytes(32), entry: randomBytes(3000) };
    await store.poolLate(again);
    await store.poolLate(again);
    assert.equal(await store.poolSize(), 3);
    await store.leavePool([again.leaf]);
    assert.equal(await store.poolSize(), 2);
  });

  withStore('look-up by a range of core hashes finds casts only', async (store) => {
    const core = (last: number): Uint8Array => Uint8Array.from({ length: 32 }, () => last);
    await store.acceptBallots([ballot({ core: core(5) }), ballot({ core: core(6) })]);
    await store.acceptChallenge(challenge({ core: core(7) }));
    const found = await store.ballotsByCore(core(5), core(5));
    assert.deepEqual(
      found.map((f) => plain(f.core)),
      [plain(core(5))],
    );
    assert.equal((await store.ballotsByCore(core(0), core(255))).length, 2);
  });

  withStore('adopting a board twice changes nothing and pools nothing', async (store) => {
    const { entry, ...adopted } = ballot();
    assert.ok(entry);
    const opened = randomBytes(32);
    await store.adopt([adopted], [opened]);
    await store.adopt([adopted], [opened]);
    assert.equal(await store.poolSize(), 0);
    assert.equal(plain((await store.revision(adopted.permit, 0))!.leaf), plain(adopted.leaf));
    assert.equal(await store.isOpened(opened), true);
    assert.equal(await store.isOpened(adopted.core), false);
    assert.equal(await store.acceptChallenge(challenge({ core: opened })), 'repeated');
  });

  test(`${driver}: what was accepted outlives a reopening and a rewriting`, async () => {
    const place = await newPlace();
    const kept = ballot();
    let store = await open(place);
    await store.acceptBallots([kept]);
    await store.close();
    store = await open(place);
    assert.equal(await store.poolSize(), 1);
    await store.compact();
    assert.deepEqual(await store.acceptBallots([kept]), ['repeated']);
    await store.close();
  });
}
