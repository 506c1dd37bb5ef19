/** A journal's record: replaced whole, sealed, and never begun anew by itself. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { JournalError, JournalFolder, openRecord, sealRecord } from './journal-file.ts';

const OUTBOX = 'outbox-0123456789abcdef';
const CARDS = 'cards-0123456789abcdef';
const DESK = 'desk-0123456789abcdef';

const digest = (n: number): string => n.toString(16).padStart(64, '0');

describe('the machine’s journals', () => {
  let folder: string;
  let journals: JournalFolder;
  const at = (name: string): string => join(folder, name);
  const damaged = (promise: Promise<unknown>) =>
    assert.rejects(
      promise,
      (error) => error instanceof JournalError && error.code === 'journal.damaged',
    );

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-journal-'));
    journals = new JournalFolder(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps two digests of a set, over a restart, for each set apart', async () => {
    assert.deepEqual(await journals.read(OUTBOX), { committed: null, prepared: null });
    await assert.rejects(journals.commit(OUTBOX), { code: 'journal.order' });
    await journals.prepare(OUTBOX, digest(1));
    assert.deepEqual(await journals.read(OUTBOX), { committed: null, prepared: digest(1) });
    await journals.commit(OUTBOX);
    await journals.prepare(OUTBOX, digest(2));
    await journals.prepare(OUTBOX, digest(3));
    const kept = { committed: digest(1), prepared: digest(3) };
    assert.deepEqual(await new JournalFolder(folder).read(OUTBOX), kept);
    await journals.commit(OUTBOX);
    await journals.commit(OUTBOX);
    assert.deepEqual(await journals.read(OUTBOX), { committed: digest(3), prepared: null });
    assert.deepEqual(await journals.read(CARDS), { committed: null, prepared: null });
    assert.deepEqual(
      [await journals.state(OUTBOX), await journals.state(CARDS)],
      ['kept', 'empty'],
    );
  });

  it('keeps no history and nothing that others may read', async () => {
    for (let i = 1; i <= 20; i++) {
      await journals.prepare(CARDS, digest(i));
      await journals.commit(CARDS);
    }
    const names = (await readdir(folder)).sort();
    assert.deepEqual(names, [`${CARDS}.began`, `${CARDS}.journal`, 'journal.key']);
    for (const name of names) assert.equal((await stat(at(name))).mode & 0o777, 0o600, name);
    const text = await readFile(at(`${CARDS}.journal`), 'utf8');
    for (let i = 1; i < 20; i++) assert.ok(!text.includes(digest(i)));
  });

  it('says so when a record is gone, cut, changed, another set’s or sealed by another key', async () => {
    const harms: (() => Promise<unknown>)[] = [
      () => rm(at(`${OUTBOX}.journal`)),
      () => truncate(at(`${OUTBOX}.journal`), 40),
      () => truncate(at(`${OUTBOX}.journal`), 0),
      () => copyFile(at(`${CARDS}.journal`), at(`${OUTBOX}.journal`)),
      async () => {
        const text = await readFile(at(`${OUTBOX}.journal`), 'utf8');
        await writeFile(at(`${OUTBOX}.journal`), text.replace(digest(2), digest(1)));
      },
      () => rm(at('journal.key')),
      () => writeFile(at('journal.key'), randomBytes(32).toString('hex')),
      () => truncate(at('journal.key'), 10),
    ];
    for (const harm of harms) {
      await rm(folder, { recursive: true });
      folder = await mkdtemp(join(tmpdir(), 'kabina-journal-'));
      journals = new JournalFolder(folder);
      for (const name of [OUTBOX, CARDS] as const) {
        await journals.prepare(name, digest(2));
        await journals.commit(name);
      }
      await harm();
      // Told at every asking, and not written over.
      await damaged(journals.read(OUTBOX));
      await damaged(journals.prepare(OUTBOX, digest(3)));
      await damaged(journals.commit(OUTBOX));
      await damaged(new JournalFolder(folder).read(OUTBOX));
      assert.equal(await journals.state(OUTBOX), 'damaged');
    }
  });

  it('begins anew only when it was told to', async () => {
    await journals.prepare(DESK, digest(1));
    await journals.prepare(OUTBOX, digest(2));
    await rm(at(`${DESK}.journal`));
    assert.equal(await journals.reset(DESK), true);
    assert.equal(await journals.reset(DESK), false);
    assert.deepEqual(await journals.read(DESK), { committed: null, prepared: null });
    assert.deepEqual(await journals.read(OUTBOX), { committed: null, prepared: digest(2) });
    // Without the key every journal is damaged; when all were forgotten there is a new key.
    await rm(at('journal.key'));
    await damaged(journals.prepare(DESK, digest(1)));
    await journals.reset(OUTBOX);
    await journals.prepare(DESK, digest(1));
    assert.deepEqual(await journals.read(DESK), { committed: null, prepared: digest(1) });
  });

  it('does one thing after another, whoever asks at once', async () => {
    const all = Array.from({ length: 12 }, (_, i) => journals.prepare(OUTBOX, digest(i)));
    await Promise.all([...all, journals.commit(OUTBOX)]);
    assert.deepEqual(await journals.read(OUTBOX), { committed: digest(11), prepared: null });
  });

  it('reads exactly what it writes', () => {
    const key = randomBytes(32);
    const maybe = fc.option(fc.integer({ min: 0, max: 2 ** 31 }).map(digest));
    fc.assert(
      fc.property(maybe, maybe, (committed, prepared) => {
        const text = sealRecord(key, OUTBOX, { committed, prepared });
        assert.deepEqual(openRecord(key, OUTBOX, text), { committed, prepared });
      }),
    );
    const good = sealRecord(key, OUTBOX, { committed: digest(1), prepared: null });
    const change = fc.tuple(fc.nat(good.length - 1), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(change, ([place, put]) => {
        const text = good.slice(0, place) + put + good.slice(place + 1);
        fc.pre(text !== good);
        assert.throws(() => openRecord(key, OUTBOX, text), { code: 'journal.damaged' });
      }),
    );
    const json = fc.jsonValue().map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(fc.string(), json), (text) => {
        assert.throws(() => openRecord(key, OUTBOX, text), { code: 'journal.damaged' });
      }),
    );
  });
});
