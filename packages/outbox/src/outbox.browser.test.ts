import { expect } from 'chai';
import { openDB } from 'idb';
import { OutboxError } from './errors.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';
import { MemoryJournal } from './testing/memory-journal.ts';
import { setDigest } from './witness.ts';

const SIZE = 200;
let database = '';
let opened: Outbox[] = [];

async function open(options: Partial<OutboxOptions> = {}): Promise<Outbox> {
  const outbox = await Outbox.open({ database, itemSize: SIZE, ...options });
  opened.push(outbox);
  return outbox;
}

const newKey = (): string => crypto.randomUUID().replaceAll('-', '');
const item = (length = 50): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OutboxError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

/** What a script that gets at the database sees; the lock doesn't hold it up. */
async function raw<T>(work: (db: Awaited<ReturnType<typeof openDB>>) => Promise<T>): Promise<T> {
  const db = await openDB(database);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

describe('an outbox', () => {
  beforeEach(() => {
    database = `outbox-${crypto.randomUUID()}`;
  });
  afterEach(async () => {
    for (const outbox of opened) await outbox.close();
    opened = [];
    indexedDB.deleteDatabase(database);
  });

  it('keeps items over a restart, byte for byte, empty ones and the longest included', async () => {
    const items = new Map([0, 1, 50, SIZE].map((length) => [newKey(), item(length)]));
    const first = await open();
    for (const [key, bytes] of items) await first.put(key, bytes);
    await first.close();
    const second = await open();
    expect(await second.count()).to.equal(4);
    expect((await second.keys()).sort()).to.deep.equal([...items.keys()].sort());
    for (const [key, bytes] of items) expect(await second.get(key)).to.deep.equal(bytes);
    expect(await second.get(newKey())).to.equal(undefined);
  });

  it('takes a copy: what the caller does with its buffer afterwards is nothing to it', async () => {
    const outbox = await open();
    const [key, bytes] = [newKey(), item()];
    const copy = bytes.slice();
    const put = outbox.put(key, bytes);
    bytes.fill(0);
    await put;
    expect(await outbox.get(key)).to.deep.equal(copy);
  });

  it('takes the same item twice as one, and no other under its key', async () => {
    const outbox = await open();
    const [key, bytes] = [newKey(), item()];
    await outbox.put(key, bytes);
    await outbox.put(key, bytes);
    expect(await code(outbox.put(key, item()))).to.equal('outbox.taken');
    await outbox.quarantine(key, 'ballots.proof');
    await outbox.put(key, bytes);
    expect(await code(outbox.put(key, item()))).to.equal('outbox.taken');
    expect(await outbox.count()).to.equal(0);
    expect(await outbox.quarantined()).to.have.length(1);
    expect(await outbox.get(key)).to.deep.equal(bytes);
  });

  it('refuses keys that are not 128 bits and items that are too long', async () => {
    const outbox = await open();
    for (const key of ['', '1', newKey().toUpperCase().replace(/^./, 'A'), `${newKey()}0`]) {
      expect(await outbox.put(key, item()).catch((error: unknown) => error)).instanceOf(TypeError);
    }
    const long = outbox.put(newKey(), item(SIZE + 1));
    expect(await long.catch((error: unknown) => error)).instanceOf(RangeError);
    expect(await outbox.count()).to.equal(0);
    const huge = open({ itemSize: 65_001 });
    expect(await huge.catch((error: unknown) => error)).instanceOf(RangeError);
  });

  it('keeps records of one size, with nothing in them but chance, under the caller’s keys', async () => {
    const outbox = await open();
    const keys = Array.from({ length: 8 }, newKey);
    for (const [n, key] of keys.entries()) await outbox.put(key, item(n * 25));
    await outbox.quarantine(keys[0]!, 'ballots.proof');
    await raw(async (db) => {
      expect([...db.objectStoreNames]).to.deep.equal(['fence', 'items', 'keys', 'quarantine']);
      for (const store of db.objectStoreNames) {
        const { autoIncrement, indexNames, keyPath } = db.transaction(store).store;
        expect({ autoIncrement, indexes: indexNames.length, keyPath }).to.deep.equal({
          autoIncrement: false,
          indexes: 0,
          keyPath: null,
        });
      }
      expect(await db.getAllKeys('items')).to.deep.equal(keys.slice(1).sort());
      const records = (await db.getAll('items')) as ArrayBuffer[];
      const aside = (await db.get('quarantine', keys[0]!)) as { code: string; record: ArrayBuffer };
      expect(Object.keys(aside)).to.have.members(['code', 'record']);
      // Nonce, length, item, tag.
      for (const record of [...records, aside.record]) {
        expect(record).instanceOf(ArrayBuffer);
        expect(record.byteLength).to.equal(12 + 4 + SIZE + 16);
      }
      const sealing = (await db.get('keys', 'items')) as CryptoKey;
      expect(sealing.extractable).to.equal(false);
      const out = crypto.subtle.exportKey('raw', sealing).catch((error: Error) => error.name);
      expect(await out).to.equal('InvalidAccessError');
    });
  });

  it('gives keys in another order each time', async () => {
    const outbox = await open();
    for (let n = 0; n < 20; n++) await outbox.put(newKey(), item());
    const orders = new Set<string>();
    for (let n = 0; n < 5; n++) orders.add((await outbox.keys()).join());
    expect(orders.size).to.equal(5);
  });

  it('forgets what is removed, also from quarantine, and what was never there', async () => {
    const outbox = await open();
    const [one, two] = [newKey(), newKey()];
    await outbox.put(one, item());
    await outbox.put(two, item());
    await outbox.quarantine(two, 'ballots.proof');
    await outbox.remove(one);
    await outbox.remove(two);
    await outbox.remove(newKey());
    await outbox.close();
    await raw(async (db) => {
      expect(await db.count('items')).to.equal(0);
      expect(await db.count('quarantine')).to.equal(0);
    });
  });

  it('forgets several at once, whatever of them is there', async () => {
    const points: string[] = [];
    const outbox = await open({ journal: new MemoryJournal(), onPoint: (p) => points.push(p) });
    const keys = Array.from({ length: 6 }, newKey);
    for (const key of keys) await outbox.put(key, item());
    await outbox.quarantine(keys[0]!, 'ballots.proof');
    points.length = 0;
    await outbox.remove(keys[0]!, keys[1]!, newKey(), keys[2]!, keys[1]!);
    await outbox.remove();
    expect(points).to.deep.equal([
      'remove.prepared',
      'remove.requested',
      'remove.completed',
      'remove.committed',
    ]);
    expect(await outbox.quarantined()).to.deep.equal([]);
    expect((await outbox.keys()).sort()).to.deep.equal(keys.slice(3).sort());
    await raw(async (db) => {
      expect(await db.getAllKeys('items')).to.deep.equal(keys.slice(3).sort());
      expect(await db.count('quarantine')).to.equal(0);
    });
  });

  it('sets items aside over a restart, and releases them whole', async () => {
    const first = await open();
    const items = new Map(Array.from({ length: 3 }, () => [newKey(), item()]));
    for (const [key, bytes] of items) await first.put(key, bytes);
    const [one, two, three] = [...items.keys()] as [string, string, string];
    await first.quarantine(one, 'ballots.proof');
    await first.quarantine(two, 'ballots.style');
    await first.quarantine(two, 'again');
    await first.close();
    const second = await open();
    expect(await second.keys()).to.deep.equal([three]);
    expect(await second.quarantined()).to.have.deep.members([
      { key: one, code: 'ballots.proof' },
      { key: two, code: 'ballots.style' },
    ]);
    await second.release();
    await second.release();
    expect(await second.quarantined()).to.deep.equal([]);
    expect(await second.count()).to.equal(3);
    for (const [key, bytes] of items) expect(await second.get(key)).to.deep.equal(bytes);
  });

  it('counts quarantined items against its limit', async () => {
    const outbox = await open({ limit: 2 });
    const [one, bytes] = [newKey(), item()];
    await outbox.put(one, bytes);
    await outbox.quarantine(one, 'ballots.proof');
    await outbox.put(newKey(), item());
    expect(await code(outbox.put(newKey(), item()))).to.equal('outbox.full');
    await outbox.put(one, bytes);
    await outbox.remove(one);
    await outbox.put(newKey(), item());
  });

  it('does one thing at a time, in the order asked for', async () => {
    const journal = new MemoryJournal();
    const outbox = await open({ journal });
    const keys = Array.from({ length: 10 }, newKey);
    await Promise.all([
      ...keys.map((key) => outbox.put(key, item())),
      ...keys.slice(0, 5).map((key) => outbox.quarantine(key, 'x')),
      ...keys.slice(3, 7).map((key) => outbox.remove(key)),
      outbox.release(),
    ]);
    const left = [...keys.slice(0, 3), ...keys.slice(7)];
    expect((await outbox.keys()).sort()).to.deep.equal([...left].sort());
    expect(journal.committed).to.equal(setDigest(left));
  });

  it('tells of each change', async () => {
    const outbox = await open();
    let changes = 0;
    outbox.addEventListener('change', () => changes++);
    const key = newKey();
    await outbox.put(key, item());
    await outbox.quarantine(key, 'x');
    await outbox.release();
    await outbox.remove(key);
    expect(changes).to.equal(4);
  });

  it('says of a damaged record that it is damaged, and leaves it', async () => {
    const outbox = await open();
    const [one, two] = [newKey(), newKey()];
    await outbox.put(one, item());
    await outbox.put(two, item());
    const moved = await raw((db) => db.get('items', two) as Promise<ArrayBuffer>);
    const flipped = new Uint8Array(await raw((db) => db.get('items', two) as Promise<ArrayBuffer>));
    flipped[100]! ^= 1;
    // Another item's record, a changed one, a short one, none at all.
    for (const record of [moved, flipped.buffer, new ArrayBuffer(5), 'text']) {
      await raw((db) => db.put('items', record, one));
      expect(await code(outbox.get(one))).to.equal('outbox.damaged');
      expect(await outbox.count()).to.equal(2);
    }
  });

  it('doesn’t make another key when the key of its items is gone', async () => {
    const outbox = await open();
    await outbox.put(newKey(), item());
    await outbox.close();
    await raw((db) => db.clear('keys'));
    expect(await code(open())).to.equal('outbox.damaged');
    expect(await raw((db) => db.count('items'))).to.equal(1);
  });

  it('does nothing any more once closed', async () => {
    const outbox = await open();
    await outbox.close();
    await outbox.close();
    for (const work of [
      outbox.put(newKey(), item()),
      outbox.keys(),
      outbox.get(newKey()),
      outbox.remove(newKey()),
      outbox.count(),
    ]) {
      expect(await code(work)).to.equal('outbox.closed');
    }
  });
});

describe('an outbox that several pages want', () => {
  beforeEach(() => {
    database = `outbox-${crypto.randomUUID()}`;
  });
  afterEach(async () => {
    for (const outbox of opened) await outbox.close();
    opened = [];
  });

  it('is refused to the second, and waits for the first to go', async () => {
    const first = await open();
    expect(await code(open())).to.equal('outbox.elsewhere');
    const key = newKey();
    await first.put(key, item());
    const second = open();
    await first.close();
    expect(await (await second).keys()).to.deep.equal([key]);
  });

  it('stops the first when its lock is taken away', async () => {
    const first = await open();
    const key = newKey();
    await first.put(key, item());
    let told = 0;
    first.addEventListener('change', () => told++);
    await navigator.locks.request(`kabina-outbox/${database}`, { steal: true }, () => undefined);
    const second = await open();
    expect(await code(first.remove(key))).to.equal('outbox.elsewhere');
    expect(told).to.equal(1);
    expect(await second.keys()).to.deep.equal([key]);
  });

  it('is fenced: who has not noticed the loss changes nothing', async () => {
    const journal = new MemoryJournal();
    const first = await open({ journal });
    const [one, two] = [newKey(), newKey()];
    await first.put(one, item());
    await first.put(two, item());
    await first.quarantine(two, 'x');
    const before = journal.committed;
    // What another page's opening does, its lock broken.
    await raw((db) => db.put('fence', 'another', 'fence'));
    const attempts = [
      () => first.put(newKey(), item()),
      () => first.remove(one, two),
      () => first.quarantine(one, 'x'),
      () => first.release(),
    ];
    for (const attempt of attempts) expect(await code(attempt())).to.equal('outbox.elsewhere');
    expect(await raw((db) => db.getAllKeys('items'))).to.deep.equal([one]);
    expect(await raw((db) => db.getAllKeys('quarantine'))).to.deep.equal([two]);
    expect(journal.committed).to.equal(before);
  });

  it('makes whoever wants to delete it wait', async () => {
    const outbox = await open();
    await outbox.put(newKey(), item());
    const deletion = indexedDB.deleteDatabase(database);
    await new Promise((resolve) => (deletion.onblocked = resolve));
    expect(await outbox.keys()).to.have.length(1);
    await outbox.put(newKey(), item());
    await outbox.close();
    await new Promise((resolve) => (deletion.onsuccess = resolve));
  });
});

describe('an outbox with a journal', () => {
  let journal = new MemoryJournal();
  beforeEach(() => {
    database = `outbox-${crypto.randomUUID()}`;
    journal = new MemoryJournal();
  });
  afterEach(async () => {
    for (const outbox of opened) await outbox.close();
    opened = [];
  });

  it('lets it know every set, before and after', async () => {
    const seen: string[] = [];
    const outbox = await open({
      journal,
      onPoint: (point) => {
        if (!point.startsWith('put.') && !point.startsWith('remove.')) return;
        const name = (digest: string | undefined): string =>
          ({ [setDigest([])]: 'empty', [setDigest([key])]: 'one' })[digest ?? ''] ?? 'none';
        seen.push(`${point} ${name(journal.committed)} ${name(journal.prepared)}`);
      },
    });
    const key = newKey();
    await outbox.put(key, item());
    await outbox.remove(key);
    expect(seen).to.deep.equal([
      'put.sealed none none',
      'put.prepared none one',
      'put.requested none one',
      'put.completed none one',
      'put.read none one',
      'put.committed one one',
      'remove.prepared one empty',
      'remove.requested one empty',
      'remove.completed one empty',
      'remove.committed empty empty',
    ]);
  });

  it('refuses a database that is gone, and makes none in its place', async () => {
    const outbox = await open({ journal });
    await outbox.put(newKey(), item());
    await outbox.close();
    await new Promise((resolve) => (indexedDB.deleteDatabase(database).onsuccess = resolve));
    expect(await code(open({ journal }))).to.equal('journal.disagrees');
    expect((await indexedDB.databases()).map(({ name }) => name)).not.to.include(database);
    expect(await code(open({ journal }))).to.equal('journal.disagrees');
  });

  it('refuses a database rolled back, with an item more, or without its journal; and leaves it', async () => {
    const outbox = await open({ journal });
    const [one, two, three] = [newKey(), newKey(), newKey()];
    for (const key of [one, two, three]) await outbox.put(key, item());
    await outbox.quarantine(three, 'x');
    await outbox.close();
    const all = await raw((db) => db.getAllKeys('items'));
    const record = await raw((db) => db.get('items', two) as Promise<ArrayBuffer>);
    const fence = await raw((db) => db.get('fence', 'fence') as Promise<string>);
    const aside = await raw((db) => db.get('quarantine', three) as Promise<object>);
    const changes: [(db: Awaited<ReturnType<typeof openDB>>) => Promise<unknown>, MemoryJournal][] =
      [
        [(db) => db.delete('items', two), journal],
        [(db) => db.put('items', record, newKey()), journal],
        [(db) => db.delete('quarantine', three), journal],
        [() => Promise.resolve(), new MemoryJournal()],
      ];
    for (const [change, witness] of changes) {
      await raw(change);
      const before = [witness.committed, witness.prepared];
      const keys = await raw((db) => db.getAllKeys('items'));
      expect(await code(open({ journal: witness }))).to.equal('journal.disagrees');
      expect([witness.committed, witness.prepared]).to.deep.equal(before);
      expect(await raw((db) => db.getAllKeys('items'))).to.deep.equal(keys);
      expect(await raw((db) => db.get('fence', 'fence'))).to.equal(fence);
      await raw(async (db) => {
        for (const key of await db.getAllKeys('items')) {
          if (!all.includes(key)) await db.delete('items', key);
        }
        await db.put('items', record, two);
        await db.put('quarantine', aside, three);
      });
    }
    expect(await (await open({ journal })).count()).to.equal(2);
  });

  it('opens an empty new database beside an empty journal, and after everything has left', async () => {
    const outbox = await open({ journal });
    const key = newKey();
    await outbox.put(key, item());
    await outbox.remove(key);
    await outbox.close();
    expect(await (await open({ journal })).count()).to.equal(0);
  });

  for (const method of ['prepare', 'commit'] as const) {
    for (const done of [false, true]) {
      const name = done ? 'whose answer is lost' : 'that is cut';
      it(`comes back after a ${method} ${name}: the same put succeeds`, async () => {
        const outbox = await open({ journal });
        await outbox.put(newKey(), item());
        const [key, bytes] = [newKey(), item()];
        journal.cut = { method, done };
        expect(await code(outbox.put(key, bytes))).to.equal('journal.unreachable');
        // The set may be changed on the way, as the sender does.
        if (done) await code(outbox.remove(key));
        journal.cut = undefined;
        await outbox.put(key, bytes);
        expect(await outbox.count()).to.equal(2);
        expect(journal.committed).to.equal(setDigest(await outbox.keys()));
        await outbox.remove(key);
        await outbox.close();
        expect(await (await open({ journal })).count()).to.equal(1);
      });
    }
  }

  for (const method of ['prepare', 'commit'] as const) {
    it(`forgets all of several or none of them when a ${method} is cut`, async () => {
      const outbox = await open({ journal });
      const keys = Array.from({ length: 4 }, newKey);
      for (const key of keys) await outbox.put(key, item());
      journal.cut = { method, done: false };
      expect(await code(outbox.remove(...keys.slice(1)))).to.equal('journal.unreachable');
      await outbox.close();
      journal.cut = undefined;
      const left = method === 'prepare' ? keys : keys.slice(0, 1);
      expect((await (await open({ journal })).keys()).sort()).to.deep.equal([...left].sort());
      expect(journal.committed).to.equal(setDigest(left));
    });
  }

  it('changes nothing while the journal gives no answer', async () => {
    const outbox = await open({ journal });
    const key = newKey();
    await outbox.put(key, item());
    journal.cut = { method: 'prepare', done: false };
    expect(await code(outbox.put(newKey(), item()))).to.equal('journal.unreachable');
    expect(await code(outbox.remove(key))).to.equal('journal.unreachable');
    expect(await raw((db) => db.getAllKeys('items'))).to.deep.equal([key]);
    await outbox.close();
    journal.cut = { method: 'read', done: true };
    expect(await code(open({ journal }))).to.equal('journal.unreachable');
    journal.cut = undefined;
    expect(await (await open({ journal })).keys()).to.deep.equal([key]);
  });
});
