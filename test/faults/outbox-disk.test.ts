/** The outbox when the disk is full, when its files are hurt or gone, and when storage isn't kept. */
import assert from 'node:assert/strict';
import { cp, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { openAsBlob } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { setDigest } from '@kabina/outbox/witness';
import { call, drive, Lab, NO_CHROMIUM } from './outbox-rig.ts';
import { SmallDisk } from './small-disk.ts';

async function put(page: Page, items: number): Promise<void> {
  for (let n = 0; n < items; n++) assert.equal(await call(page, 'putNew'), 'ok');
}

/** The folder of the origin's LevelDB. */
function databaseOf(lab: Lab, profile = lab.profile): string {
  const port = new URL(lab.origin).port;
  return join(profile, `Default/IndexedDB/http_127.0.0.1_${port}.indexeddb.leveldb`);
}

describe('an outbox whose storage is hurt between two starts', { skip: NO_CHROMIUM }, () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.make();
    const { context, page } = await drive(lab.profile, lab.url());
    assert.equal(await call(page, 'open'), 'ok');
    await put(page, 5);
    await context.close();
  });
  afterEach(() => lab.close());

  /** The answer of an outbox that is opened twice over a profile. */
  async function opened(profile = lab.profile, journal = true): Promise<string[]> {
    const { context, page } = await drive(profile, lab.url());
    try {
      return [await call(page, 'open', { journal }), await call(page, 'open', { journal })];
    } finally {
      await context.close();
    }
  }

  const DISAGREES = ['journal.disagrees', 'journal.disagrees'];

  const hurts: Readonly<Record<string, (folder: string) => Promise<void>>> = {
    'deleted altogether': (folder) => rm(folder, { recursive: true }),
    'without its log and tables': (folder) => removeLike(folder, /\.(log|ldb)$/),
    'with its log cut to nothing': (folder) => changeLike(folder, /\.log$/, () => 0),
    'with its log cut in half': (folder) => changeLike(folder, /\.log$/, (size) => size / 2),
  };
  for (const [name, hurt] of Object.entries(hurts)) {
    it(`stops, and the journal still knows what is missing: files ${name}`, async () => {
      const before = await lab.journal();
      await hurt(databaseOf(lab));
      assert.deepEqual(await opened(), DISAGREES);
      assert.deepEqual(await lab.journal(), before);
    });
  }

  it('opens what LevelDB itself could repair only when all of it is there', async () => {
    await removeLike(databaseOf(lab), /^(CURRENT|MANIFEST)/);
    const { context, page } = await drive(lab.profile, lab.url());
    try {
      const code = await call(page, 'open');
      if (code === 'ok') {
        const held = new Map((await call(page, 'held')).map(({ key, sha }) => [key, sha]));
        assert.deepEqual(held, new Map([...lab.acked].map((key) => [key, lab.planned.get(key)])));
      } else assert.equal(code, 'journal.disagrees');
    } finally {
      await context.close();
    }
  });

  it('stops over an older copy of its profile', async () => {
    const old = join(lab.folder, 'old');
    await cp(lab.profile, old, { recursive: true });
    const { context, page } = await drive(lab.profile, lab.url());
    assert.equal(await call(page, 'open'), 'ok');
    await put(page, 1);
    await context.close();
    assert.deepEqual(await opened(old), DISAGREES);
    assert.deepEqual(await opened(), ['ok', 'outbox.elsewhere']);
  });

  it('stops in a profile that was copied to a machine without its journal', async () => {
    const copy = join(lab.folder, 'copy');
    await cp(lab.profile, copy, { recursive: true });
    await lab.writeJournal({ committed: null, prepared: null });
    assert.deepEqual(await opened(copy), DISAGREES);
    assert.deepEqual(await lab.journal(), { committed: null, prepared: null });
  });

  it('notices nothing of that without a journal: why there is one', async () => {
    await rm(databaseOf(lab), { recursive: true });
    assert.equal((await opened(lab.profile, false))[0], 'ok');
  });
});

async function removeLike(folder: string, pattern: RegExp): Promise<void> {
  const names = (await readdir(folder)).filter((name) => pattern.test(name));
  assert.notEqual(names.length, 0);
  for (const name of names) await rm(join(folder, name));
}

async function changeLike(
  folder: string,
  pattern: RegExp,
  size: (old: number) => number,
): Promise<void> {
  const names = (await readdir(folder)).filter((name) => pattern.test(name));
  assert.notEqual(names.length, 0);
  for (const name of names) {
    const path = join(folder, name);
    await truncate(path, Math.floor(size((await openAsBlob(path)).size)));
  }
}

describe('an outbox whose disk is full', { skip: NO_CHROMIUM }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.make();
  });
  after(() => lab.close());

  /** Puts until it is refused; answers the code. */
  async function fill(page: Page): Promise<string> {
    for (let n = 0; n < 20_000; n++) {
      const code = await call(page, 'putNew');
      if (code !== 'ok') return code;
    }
    return 'never refused';
  }

  /** Everything that was acknowledged is there, whole; what was refused may be there, whole. */
  async function nothingLost(page: Page): Promise<void> {
    const held = new Map((await call(page, 'held')).map(({ key, sha }) => [key, sha]));
    for (const key of lab.acked) assert.equal(held.get(key), lab.planned.get(key));
    for (const [key, sha] of held) assert.equal(lab.planned.get(key), sha);
    const { committed } = await lab.journal();
    assert.equal(committed, setDigest(held.keys()));
  }

  it('says that it is full when the quota is used up, and goes on when there is room', async () => {
    const profile = join(lab.folder, 'quota');
    const { context, page } = await drive(profile, lab.url());
    try {
      const devtools = await context.newCDPSession(page);
      const quota = (quotaSize?: number): Promise<unknown> =>
        devtools.send('Storage.overrideQuotaForOrigin', {
          origin: lab.origin,
          ...(quotaSize === undefined ? {} : { quotaSize }),
        });
      // From the beginning: Chromium remembers for half a minute how much room there was.
      await quota(60_000);
      assert.equal(await call(page, 'open'), 'ok');
      assert.equal(await fill(page), 'outbox.full');
      assert.ok(lab.acked.size > 10);
      await nothingLost(page);
      assert.equal(await call(page, 'putNew'), 'outbox.full');
      await quota();
      await put(page, 3);
      await nothingLost(page);
    } finally {
      await context.close();
    }
  });

  it('says that it is full at its own limit', async () => {
    const { context, page } = await drive(join(lab.folder, 'quota'), lab.url());
    try {
      const kept = lab.acked.size;
      assert.equal(await call(page, 'open', { limit: kept + 2 }), 'ok');
      await put(page, 2);
      assert.equal(await call(page, 'putNew'), 'outbox.full');
      await nothingLost(page);
    } finally {
      await context.close();
    }
  });

  it('loses nothing when the disk itself has no block left', async (t) => {
    const small = await SmallDisk.mount(join(lab.folder, 'small'), '96m');
    if (small === undefined) {
      t.skip('only root can mount a small disk');
      return;
    }
    lab.planned.clear();
    lab.acked.clear();
    await lab.writeJournal({ committed: null, prepared: null });
    let context: BrowserContext | undefined;
    try {
      const profile = join(small.folder, 'profile');
      let page: Page;
      ({ context, page } = await drive(profile, lab.url()));
      assert.equal(await call(page, 'open'), 'ok');
      await put(page, 3);
      await small.fill(256 * 1024);
      const code = await fill(page);
      assert.ok(['outbox.full', 'storage.failed', 'outbox.closed'].includes(code), code);
      t.diagnostic(`${code} after ${lab.acked.size} items`);
      await context.close();
      await small.empty();
      ({ context, page } = await drive(profile, lab.url()));
      assert.equal(await call(page, 'open'), 'ok');
      await nothingLost(page);
      await put(page, 1);
      await call(page, 'start');
      await call(page, 'drained');
      await call(page, 'stop');
    } finally {
      await context?.close();
      small.unmount();
    }
  });
});

describe('assureStorage', { skip: NO_CHROMIUM }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.make();
  });
  after(() => lab.close());

  it('is content once the browser keeps its storage, unless there is too little of it', async () => {
    const { context, page } = await drive(lab.profile, lab.url());
    try {
      assert.equal(await call(page, 'assure', 1), 'storage.not-kept');
      const devtools = await context.newCDPSession(page);
      await devtools.send('Browser.grantPermissions', {
        origin: lab.origin,
        permissions: ['durableStorage'],
      });
      const { origin } = lab;
      await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 100_000 });
      assert.equal(await call(page, 'assure', 1_000_000), 'outbox.full');
      await devtools.send('Storage.overrideQuotaForOrigin', { origin });
      // Chromium looks at the room anew only now and then.
      const deadline = Date.now() + 90_000;
      let answer = await call(page, 'assure', 1_000_000);
      while (answer !== 'ok' && Date.now() < deadline) {
        await new Promise((go) => setTimeout(go, 1_000));
        answer = await call(page, 'assure', 1_000_000);
      }
      assert.equal(answer, 'ok');
      assert.equal(await call(page, 'assure', 1e15), 'outbox.full');
      const left = await page.evaluate(async () => (await indexedDB.databases()).length);
      assert.equal(left, 0);
    } finally {
      await context.close();
    }
  });
});
