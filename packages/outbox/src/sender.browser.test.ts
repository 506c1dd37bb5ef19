import { expect } from 'chai';
import { openDB } from 'idb';
import { Outbox } from './outbox.ts';
import { Sender, type Outcome, type SenderOptions, type SenderStatus } from './sender.ts';
import { MemoryJournal } from './testing/memory-journal.ts';

const PACE = { first: 1, most: 4 };
const TAKEN: Outcome = { is: 'taken' };
const DOWN: Outcome = { is: 'later', code: 'network.unreachable' };
let outbox: Outbox;
let senders: Sender[] = [];

const newKey = (): string => crypto.randomUUID().replaceAll('-', '');

/** Items are one byte each, so that a test can name them. */
async function put(...names: number[]): Promise<string[]> {
  const keys: string[] = [];
  for (const name of names) {
    const key = newKey();
    await outbox.put(key, Uint8Array.of(name));
    keys.push(key);
  }
  return keys;
}

interface Watched {
  readonly sender: Sender;
  /** Names in the order of sending. */
  readonly sent: number[];
  readonly statuses: SenderStatus[];
  until(reached: (status: SenderStatus) => boolean): Promise<SenderStatus>;
}

function watch(
  send: (name: number, signal: AbortSignal) => Outcome | Promise<Outcome>,
  options: Partial<SenderOptions> = {},
): Watched {
  const sent: number[] = [];
  const statuses: SenderStatus[] = [];
  let look = (): void => undefined;
  const sender = new Sender(outbox, {
    pace: PACE,
    send: async ([name], signal) => {
      sent.push(name!);
      return send(name!, signal);
    },
    onChange: (status) => {
      statuses.push(status);
      look();
    },
    ...options,
  });
  senders.push(sender);
  const until = (reached: (status: SenderStatus) => boolean): Promise<SenderStatus> =>
    new Promise((resolve) => {
      look = () => {
        if (reached(sender.status)) resolve(sender.status);
      };
      look();
    });
  return { sender, sent, statuses, until };
}

describe('a sender', () => {
  beforeEach(async () => {
    outbox = await Outbox.open({ database: `sender-${crypto.randomUUID()}`, itemSize: 10 });
  });
  afterEach(async () => {
    for (const sender of senders) await sender.stop();
    senders = [];
    await outbox.close();
    indexedDB.deleteDatabase(outbox.database);
  });

  it('sends everything once, and removes what was taken', async () => {
    await put(1, 2, 3);
    const { sender, sent, until } = watch(() => TAKEN);
    sender.start();
    const status = await until(({ waiting, sent: n }) => n === 3 && waiting === 0);
    expect(status).to.deep.equal({ waiting: 0, quarantined: 0, sent: 3, line: 'up' });
    expect([...sent].sort()).to.deep.equal([1, 2, 3]);
    expect(await outbox.count()).to.equal(0);
    await put(4);
    await until(({ sent: n }) => n === 4);
  });

  it('removes nothing before the other side has taken it', async () => {
    await put(1);
    let during: number | undefined;
    const { sender, until } = watch(async () => {
      during = await outbox.count();
      return TAKEN;
    });
    sender.start();
    await until(({ sent }) => sent === 1);
    expect(during).to.equal(1);
  });

  it('removes together what is taken in quick succession', async () => {
    await put(...Array.from({ length: 100 }, (_, n) => n));
    let removals = 0;
    outbox.addEventListener('change', () => removals++);
    const { sender, sent, statuses } = watch(() => TAKEN);
    sender.start();
    await sender.flush();
    expect(new Set(sent).size).to.equal(100);
    expect(sent).to.have.length(100);
    expect(await outbox.count()).to.equal(0);
    expect(removals).to.be.within(2, 99);
    await sender.stop();
    for (const { sent: n, waiting } of statuses) expect(n + waiting).to.be.at.most(200);
    expect(sender.status.sent).to.equal(100);
  });

  it('removes what was taken before it tries a bad line again, or sets poison aside', async () => {
    for (const bad of [DOWN, { is: 'poison', code: 'ballots.proof' } as const]) {
      await put(0, 1, 2, 3, 4, 5, 6, 7);
      const left: number[] = [];
      const { sender, sent } = watch(
        async () => {
          if (sent.length < 5) return TAKEN;
          left.push((await outbox.count()) + (await outbox.quarantined()).length);
          return bad;
        },
        { pace: { first: 1e8, most: 1e8 } },
      );
      sender.start();
      await sender.flush();
      await sender.stop();
      // Four were taken, of eight; at the first bad answer some of them may still be here.
      expect(left.length).to.be.greaterThan(1);
      expect(new Set(left.slice(1))).to.deep.equal(new Set([4]));
      for (const key of await outbox.keys()) await outbox.remove(key);
      for (const { key } of await outbox.quarantined()) await outbox.remove(key);
    }
  });

  it('sends nothing again that it could not remove at once', async () => {
    await outbox.close();
    const journal = new MemoryJournal();
    outbox = await Outbox.open({ database: outbox.database, itemSize: 10, journal });
    for (const done of [false, true]) {
      for (const method of ['prepare', 'commit'] as const) {
        await put(1, 2, 3, 4);
        const { sender, sent, until } = watch(() => {
          if (sent.length === 2) journal.cut = { method, done };
          return TAKEN;
        });
        sender.start();
        const { trouble } = await until((status) => status.trouble !== undefined);
        expect(trouble).to.deep.equal({ code: 'journal.unreachable', retryable: true });
        journal.cut = undefined;
        await until((status) => status.sent === 4 && status.waiting === 0);
        expect([...sent].sort()).to.deep.equal([1, 2, 3, 4]);
        await sender.stop();
      }
    }
  });

  it('sends in an order that has nothing to do with that of putting', async () => {
    const orders = new Set<string>();
    for (let run = 0; run < 4; run++) {
      await put(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      const { sender, sent, until } = watch(() => TAKEN);
      sender.start();
      await until(({ sent: n, waiting }) => n === 10 && waiting === 0);
      await sender.stop();
      orders.add(sent.join());
    }
    expect(orders.size).to.equal(4);
  });

  it('waits for `least` items, then sends them all', async () => {
    const { sender, sent, until } = watch(() => TAKEN, { least: 3 });
    sender.start();
    await put(1, 2);
    await until(({ waiting }) => waiting === 2);
    // A round that shouldn't be would have begun before this one, which comes after it.
    await outbox.keys();
    expect(sent).to.deep.equal([]);
    await put(3);
    await until(({ sent: n }) => n === 3);
    await put(4);
    await until(({ waiting }) => waiting === 1);
    expect(sent).to.have.length(3);
  });

  it('flushes what waits when asked to, and then waits for `least` again', async () => {
    const { sender, sent, until } = watch(() => TAKEN, { least: 3 });
    await sender.flush();
    sender.start();
    await put(1, 2);
    expect(sent).to.deep.equal([]);
    await sender.flush();
    expect([...sent].sort()).to.deep.equal([1, 2]);
    await put(3);
    await until(({ waiting }) => waiting === 1);
    await sender.stop();
    // Another sender, as after a restart, knows nothing of a flush.
    const next = watch(() => TAKEN, { least: 3 });
    next.sender.start();
    await next.until(({ waiting }) => waiting === 1);
    expect(next.sent).to.deep.equal([]);
  });

  it('goes on with a flush when the line comes back, and with nothing that came since', async () => {
    let line = false;
    const { sender, sent, until } = watch(() => (line ? TAKEN : DOWN), { least: 4 });
    sender.start();
    await put(1, 2);
    await sender.flush();
    expect(sender.status.line).to.equal('down');
    expect(sender.status.sent).to.equal(0);
    await put(3);
    line = true;
    await until(({ sent: n, waiting }) => n === 2 && waiting === 1);
    expect(sent).not.to.include(3);
  });

  it('tries again while the line is down, and says so', async () => {
    await put(1);
    let tries = 0;
    const { sender, statuses, until } = watch(() => (++tries < 5 ? DOWN : TAKEN));
    sender.start();
    const status = await until(({ sent, waiting }) => sent === 1 && waiting === 0);
    expect(tries).to.equal(5);
    expect(status.line).to.equal('up');
    expect(status.trouble).to.equal(undefined);
    const trouble = { code: 'network.unreachable', retryable: true };
    expect(statuses.some(({ line }) => line === 'down')).to.equal(true);
    expect(statuses.find(({ line }) => line === 'down')!.trouble).to.deep.equal(trouble);
  });

  it('takes a `send` that rejects for one that asks to be repeated', async () => {
    await put(1);
    let tries = 0;
    const { sender, statuses, until } = watch(() => {
      tries += 1;
      if (tries === 1) throw Object.assign(new Error('no'), { code: 'network.garbage' });
      if (tries === 2) throw new Error('no code');
      return TAKEN;
    });
    sender.start();
    await until(({ sent }) => sent === 1);
    const codes = statuses.map(({ trouble }) => trouble?.code);
    expect(codes).to.include.members(['network.garbage', 'send.failed']);
  });

  it('isn’t held up by an item that is never ripe', async () => {
    await put(0, 1, 2, 3, 4, 5);
    const { sender, until } = watch((name) =>
      name === 0 ? { is: 'later', code: 'late.not-held' } : TAKEN,
    );
    sender.start();
    const { line } = await until(({ sent, waiting }) => sent === 5 && waiting === 1);
    expect(line).to.equal('up');
  });

  it('ends a round after three refusals in a row, or when asked to come later', async () => {
    await put(1, 2, 3, 4, 5, 6);
    const slow = { pace: { first: 1e8, most: 1e8 } };
    const cut = watch(() => DOWN, slow);
    cut.sender.start();
    await cut.sender.flush();
    expect(cut.sent).to.have.length(3);
    await cut.sender.stop();
    const busy = watch(() => ({ ...DOWN, retryAt: Date.now() + 1e8 }), slow);
    busy.sender.start();
    await busy.sender.flush();
    expect(busy.sent).to.have.length(1);
    // A new item doesn't end that pause: when the line was tried would tell when somebody came.
    await put(7);
    await busy.until(({ waiting }) => waiting === 7);
    expect(busy.sent).to.have.length(1);
    globalThis.dispatchEvent(new Event('online'));
    await busy.sender.flush();
    expect(busy.sent.length).to.be.oneOf([2, 3]);
  });

  it('sets poison aside, goes on with the others, and sends it again when released', async () => {
    await put(0, 1, 2);
    let cured = false;
    const { sender, sent, until } = watch((name) =>
      name === 0 && !cured ? { is: 'poison', code: 'ballots.proof' } : TAKEN,
    );
    sender.start();
    await until(({ sent: n, quarantined }) => n === 2 && quarantined === 1);
    expect((await outbox.quarantined()).map(({ code }) => code)).to.deep.equal(['ballots.proof']);
    expect(sent.filter((name) => name === 0)).to.have.length(1);
    cured = true;
    await outbox.release();
    await until(({ sent: n, quarantined }) => n === 3 && quarantined === 0);
  });

  it('sets a damaged record aside and goes on', async () => {
    const [damaged] = await put(0, 1);
    const db = await openDB(outbox.database);
    await db.put('items', new ArrayBuffer(42), damaged);
    db.close();
    const { sender, until } = watch(() => TAKEN);
    sender.start();
    await until(({ sent, quarantined }) => sent === 1 && quarantined === 1);
    expect(await outbox.quarantined()).to.deep.equal([{ key: damaged, code: 'outbox.damaged' }]);
  });

  it('stops in the middle: the signal fires, and a late yes still counts', async () => {
    await put(1, 2);
    const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>();
    const { sender, sent } = watch(
      (_name, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(TAKEN));
          begin(undefined);
        }),
    );
    sender.start();
    await begun;
    await sender.stop();
    expect(sent).to.have.length(1);
    expect(await outbox.count()).to.equal(1);
    sender.start();
    await sender.stop();
  });

  it('is one of all under its lock', async () => {
    await put(1, 2, 3);
    const first = watch(() => DOWN, { pace: { first: 1e8, most: 1e8 } });
    const second = watch(() => TAKEN);
    first.sender.start();
    await first.until(({ line }) => line === 'down');
    second.sender.start();
    await put(4);
    await second.until(({ waiting }) => waiting === 4);
    expect(second.sent).to.deep.equal([]);
    await first.sender.stop();
    await second.until(({ sent }) => sent === 4);
  });

  it('gives up, and removes nothing, once another page has the queue', async () => {
    const [key] = await put(1);
    const { sender, until } = watch(async () => {
      // What another page's opening does, with the lock broken, while this one sends.
      const db = await openDB(outbox.database);
      await db.put('fence', 'another', 'fence');
      db.close();
      return TAKEN;
    });
    sender.start();
    const { trouble } = await until((status) => status.trouble !== undefined);
    expect(trouble).to.deep.equal({ code: 'outbox.elsewhere', retryable: false });
    const db = await openDB(outbox.database);
    expect(await db.getAllKeys('items')).to.deep.equal([key]);
    db.close();
    await sender.flush();
  });
});
