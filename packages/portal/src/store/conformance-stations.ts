/** What every driver of an issuer's store must do for stations: deliveries of cards, lists, marks. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { storeTest, type Open } from './conformance.ts';
import type { Delivery } from './deliveries.ts';
import type { IdentifiedStore, Served, Voter } from './identified.ts';
import type { Marked } from './lists.ts';

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('hex');

const HOME = 'station/1';
const OTHER = 'station/2';

const voter = (position: number, list: string): Voter => ({
  position,
  number: `N-${position}`,
  name: `Избиратель ${position}`,
  document: `4500 ${position}`,
  style: 'town',
  phone: '+79990000000',
  login: `voter${position}`,
  salt: randomBytes(16),
  list,
});

const served = (over: Partial<Served> = {}): Served => ({
  mark: randomBytes(32),
  contest: 'mayor',
  list: 'online',
  style: 'town',
  place: 'remote',
  blinded: randomBytes(384),
  answer: randomBytes(384),
  ...over,
});

const marked = (number: string, mark: Uint8Array): Marked => ({
  number,
  mark,
  style: 'town',
  contests: ['mayor', 'duma'],
});

const delivery = (over: Partial<Delivery> = {}): Delivery => ({
  kiosk: 'K1',
  batch: 1,
  station: '1',
  style: 'town',
  cards: 3,
  request: randomBytes(32),
  answer: randomBytes(5_000),
  ...over,
});

export function stationStoreConformance(
  driver: string,
  open: Open<IdentifiedStore>,
  newPlace: () => Promise<string>,
): void {
  const withStore = storeTest(driver, open, newPlace);
  const numbersOf = async (store: IdentifiedStore, list: string): Promise<string[]> =>
    (await store.lists.take(list, 0, 99)).map(({ number }) => number);

  withStore('deliveries: the first answer of a batch stays, up to the limit', async (store) => {
    const { deliveries } = store;
    const first = delivery();
    assert.equal(await deliveries.delivery('K1', 1), undefined);
    assert.deepEqual((await deliveries.deliver(first, 5, randomBytes(48)))?.answer, first.answer);
    const again = await deliveries.deliver(delivery(), 5, randomBytes(48));
    assert.equal(hex(again?.answer), hex(first.answer));
    assert.equal(hex((await deliveries.delivery('K1', 1))?.request), hex(first.request));
    assert.equal(await deliveries.deliver(delivery({ batch: 2 }), 5), undefined, 'six of five');
    assert.equal(await deliveries.delivery('K1', 2), undefined);
    assert.ok(await deliveries.deliver(delivery({ batch: 2 }), 6));
    // Other kiosks of the station count, other styles and stations don't.
    assert.equal(await deliveries.deliver(delivery({ kiosk: 'K2' }), 8), undefined);
    assert.ok(await deliveries.deliver(delivery({ kiosk: 'K2', style: 'village' }), 3));
    assert.ok(await deliveries.deliver(delivery({ kiosk: 'K3', station: '2' }), 3));
    assert.equal(await deliveries.delivered('1', 'town'), 6);
    assert.equal(await deliveries.delivered('3', 'town'), 0);
  });

  withStore('cards: listed once on the board, secret until erased', async (store) => {
    const { deliveries } = store;
    const secrets = randomBytes(48);
    await deliveries.deliver(delivery(), 99, secrets);
    await deliveries.deliver(delivery({ batch: 2 }), 99);
    assert.equal(await deliveries.confirmation('K1', 1), undefined);
    const entry = randomBytes(300);
    assert.equal(hex(await deliveries.confirm('K1', 1, entry)), hex(entry));
    assert.equal(hex(await deliveries.confirm('K1', 1, randomBytes(300))), hex(entry));
    assert.equal(hex(await deliveries.confirmation('K1', 1)), hex(entry));
    assert.deepEqual(await deliveries.batchesOf('1'), []);
    await deliveries.onBoard('K1', 1);
    const state = { kiosk: 'K1', style: 'town', batch: 1, cards: 3 };
    assert.deepEqual(await deliveries.batchesOf('1'), [{ ...state, printed: false }]);
    assert.deepEqual(await deliveries.batchesOf('2'), []);
    assert.equal(hex(await deliveries.secrets('K1', 1)), hex(secrets));
    await deliveries.erase('K1', 1);
    await deliveries.erase('K1', 1);
    assert.equal(await deliveries.secrets('K1', 1), undefined);
    assert.deepEqual(await deliveries.batchesOf('1'), [{ ...state, printed: true }]);
    assert.ok(await deliveries.delivery('K1', 1), 'the answer stays');
    assert.equal(await deliveries.secrets('K1', 2), undefined, 'not the card issuer');
  });

  withStore('lists: taken in slices, kept by those who have them in hand', async (store) => {
    const voters = [voter(0, 'online'), voter(1, HOME), voter(2, OTHER), voter(3, HOME)];
    await store.importVoters([...voters, voter(4, OTHER)]);
    const { lists } = store;
    const mark = randomBytes(32);
    const styles = await lists.listed();
    assert.deepEqual(styles.map(({ list, style }) => `${list} ${style}`).sort(), [
      'online town',
      'station/1 town',
      'station/2 town',
    ]);
    assert.equal((await lists.take(HOME, 0, 1)).length, 1);
    assert.deepEqual(
      (await lists.take(HOME, 2, 9)).map(({ position }) => position),
      [3],
    );
    assert.equal(await lists.transfer('N-1', mark, HOME), 'there');
    assert.equal(await lists.transfer('N-1', mark, OTHER), 'elsewhere', 'in hand');
    assert.equal(await lists.transfer('N-2', mark, HOME), 'moved', 'nobody had that list yet');
    assert.equal(await lists.transfer('N-0', mark, HOME), 'moved');
    assert.deepEqual(await numbersOf(store, HOME), ['N-0', 'N-1', 'N-2', 'N-3']);
    assert.equal(await lists.release('N-0', mark, OTHER), 'elsewhere');
    assert.equal(await lists.release('N-0', mark, HOME), 'moved');
    assert.equal(await lists.release('N-0', mark, HOME), 'there');
    assert.equal((await store.voterByNumber('N-0'))?.list, 'online');
    // A transfer takes the list in hand as well.
    assert.equal(await lists.transfer('N-0', mark, OTHER), 'moved');
    assert.equal(await lists.transfer('N-4', mark, HOME), 'elsewhere');
  });

  withStore('lists: whoever was served stays where they are', async (store) => {
    await store.importVoters([voter(0, 'online'), voter(1, HOME)]);
    const online = served();
    await store.serve('N-0', online);
    assert.equal(await store.lists.transfer('N-0', online.mark, HOME), 'served');
    const mark = randomBytes(32);
    assert.deepEqual(await store.lists.mark(HOME, [marked('N-1', mark)], false), ['marked']);
    assert.equal(await store.lists.release('N-1', mark, HOME), 'served');
    assert.equal((await store.serve('N-1', served({ mark })))?.list, HOME, 'was served there');
  });

  withStore(
    'marks: every contest once, on the premises, for the list alone, until the end',
    async (store) => {
      await store.importVoters([voter(0, 'online'), voter(1, HOME), voter(2, HOME)]);
      const { lists } = store;
      const [one, two, other] = [randomBytes(32), randomBytes(32), randomBytes(32)];
      const voters = [marked('N-1', one), marked('N-0', other), marked('N-9', other)];
      const outcomes = ['marked', 'elsewhere', 'elsewhere'];
      assert.deepEqual(await lists.mark(HOME, voters, false), outcomes);
      assert.deepEqual(await lists.mark(HOME, voters, false), outcomes);
      assert.deepEqual(await lists.completed(), []);
      assert.deepEqual(await lists.mark(HOME, [marked('N-2', two)], true), ['marked']);
      assert.deepEqual(await lists.completed(), [HOME]);
      assert.deepEqual(await store.issuedCounts(), [
        { list: HOME, contest: 'duma', remote: 0, premises: 2 },
        { list: HOME, contest: 'mayor', remote: 0, premises: 2 },
      ]);
      assert.deepEqual(Object.fromEntries(await store.turnoutByStyle()), { town: 2 });
      const rows = await store.servedOf(one);
      assert.deepEqual(
        rows.map(({ contest, blinded, answer }) => [contest, blinded.length, answer.length]),
        [
          ['duma', 0, 0],
          ['mayor', 0, 0],
        ],
      );
      await lists.endMarking();
      await lists.endMarking();
      assert.equal(await lists.mark(HOME, [marked('N-1', one)], false), undefined);
    },
  );

  test(`${driver}: a register imported again leaves moved voters where they are`, async () => {
    const place = await newPlace();
    const register = [voter(0, 'online'), voter(1, HOME), voter(2, 'online')];
    let store = await open(place);
    await store.importVoters(register);
    await store.lists.transfer('N-0', randomBytes(32), OTHER);
    await store.lists.release('N-1', randomBytes(32), HOME);
    await store.close();
    store = await open(place);
    await store.importVoters(register);
    const now = await store.votersFrom(0, 9);
    assert.deepEqual(
      now.map(({ list }) => list),
      [OTHER, 'online', 'online'],
    );
    assert.equal(await store.lists.transfer('N-0', randomBytes(32), HOME), 'elsewhere');
    await store.close();
  });

  test(`${driver}: two processes at once serve and move each voter once`, async () => {
    const place = await newPlace();
    const first = await open(place);
    const voters = Array.from({ length: 40 }, (_, i) => voter(i, 'online'));
    await first.importVoters(voters);
    const second = await open(place);
    const marks = voters.map(() => randomBytes(32));
    const races = await Promise.all(
      voters.map(async ({ number }, i) => {
        const mark = marks[i] as Uint8Array;
        const serve = () => first.serve(number, served({ mark }));
        const move = () => second.lists.transfer(number, mark, HOME);
        if (i % 2 === 0) return Promise.all([serve(), move()]);
        const [moved, answer] = await Promise.all([move(), serve()]);
        return [answer, moved] as const;
      }),
    );
    for (const [answer, moved] of races) {
      assert.equal(answer === undefined, moved === 'moved');
      assert.ok(moved === 'moved' || moved === 'served');
    }
    await second.close();
    await first.close();
  });
}
