/**
 * A station's kiosk whose profile, files, clock, disk or page is not as it was left: it says so in a code
 * that has words, begins no session that it could not keep, and loses nothing. Chromium mends or throws
 * away what it finds broken and says nothing.
 */
import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { knownCodes } from '@kabina/elements/error-text';
import type { OpenChoices } from './kiosk-page.ts';
import { IN_FULL } from './kill-points.ts';
import { HURTS, MENDED, withoutIndex } from './kiosk-hurts.ts';
import { kioskCall, KioskLab, statusOnce } from './kiosk-rig.ts';
import { NO_CHROMIUM } from './outbox-rig.ts';
import { SmallDisk } from './small-disk.ts';

const CARDS = 13;
const DAY = 86_400_000;

describe('a kiosk that is not as it was left', { skip: NO_CHROMIUM }, () => {
  let lab: KioskLab;
  /** The profile before its last voter came. */
  let earlier: string;
  before(async () => {
    lab = await KioskLab.make({ pool: 1, cards: CARDS });
    earlier = join(lab.portal.folder, 'earlier');
    await lab.within(lab.profile, async (page) => {
      await lab.setUp(page);
      lab.cutLine();
      await lab.visit(page);
      await kioskCall(page, 'stop');
    });
    await cp(lab.profile, earlier, { recursive: true });
    await lab.within(lab.profile, async (page) => {
      await intact(page);
      await lab.visit(page);
      await kioskCall(page, 'stop');
    });
  });
  after(() => lab.close());

  /** The kiosk votes, and has all of what was promised: nothing leaves before the last test. */
  async function intact(page: Page, choices: OpenChoices = {}): Promise<void> {
    const { phase, trouble } = await kioskCall(page, 'open', choices);
    assert.equal(phase, 'voting', trouble?.code);
    await kept(page);
  }

  /** Its queue counts in the background. */
  const kept = (page: Page): Promise<unknown> =>
    statusOnce(page, ({ queue }) => queue.waiting === lab.promised);

  /** A kiosk over that profile begins no session, and says why; undefined: it has everything. */
  async function trouble(profile: string): Promise<string | undefined> {
    return lab.within(profile, async (page) => {
      const { phase, trouble: why } = await kioskCall(page, 'open');
      if (phase === 'voting') {
        await kept(page);
        return undefined;
      }
      const code = why?.code ?? phase;
      assert.equal(phase, 'stopped', code);
      assert.ok(knownCodes.includes(code), `${code} has no words`);
      assert.equal(await kioskCall(page, 'begin'), code);
      return code;
    });
  }

  /** A copy of the profile in this folder, for so long as the work takes. */
  async function withCopy<T>(work: (copy: string) => Promise<T>): Promise<T> {
    const copy = join(lab.portal.folder, 'copy');
    await cp(lab.profile, copy, { recursive: true });
    try {
      return await work(copy);
    } finally {
      await rm(copy, { recursive: true });
    }
  }

  it('stops on a machine that does not know its cards', async () => {
    await lab.useMachine('another');
    await withCopy(async (copy) => assert.equal(await trouble(copy), 'journal.disagrees'));
    await lab.useMachine('machine');
    assert.equal(await trouble(lab.profile), undefined);
  });

  it('stops when either of its databases was deleted between two starts', async () => {
    for (const part of ['', '-outbox']) {
      await withCopy(async (copy) => {
        await lab.within(copy, (page) =>
          page.evaluate(
            (name) =>
              new Promise((resolve, reject) => {
                const deleting = indexedDB.deleteDatabase(name);
                deleting.onsuccess = resolve;
                deleting.onerror = reject;
              }),
            `faults-${lab.electionId.slice(0, 16)}${part}`,
          ),
        );
        assert.equal(await trouble(copy), 'journal.disagrees');
      });
    }
  });

  for (const [name, hurt] of Object.entries(HURTS)) {
    it(`stops with ${name}`, async () => {
      await withCopy(async (copy) => {
        await hurt({ profile: copy, databases: lab.databasesIn(copy), earlier });
        assert.equal(await trouble(copy), 'journal.disagrees');
        // What the first start has done to the files must not make the second one content.
        if (IN_FULL || name === MENDED) assert.equal(await trouble(copy), 'journal.disagrees');
      });
    });
  }

  it('without what LevelDB can mend has all of it or stops, the second time too', async (t) => {
    await withCopy(async (copy) => {
      await withoutIndex(lab.databasesIn(copy));
      const said = [await trouble(copy), await trouble(copy)];
      t.diagnostic(said.map((code) => code ?? 'whole').join(', '));
      assert.ok(said.every((code) => code === undefined || code === 'journal.disagrees'));
    });
  });

  it('loses nothing when the clock is set back a day, and opens no card at that hour', async () => {
    await lab.within(lab.profile, async (page) => {
      assert.equal((await kioskCall(page, 'open', { ahead: -DAY })).phase, 'ready');
      await kept(page);
      const next = lab.next()!;
      assert.equal(await kioskCall(page, 'vote', next), 'card.early');
      assert.equal((await kioskCall(page, 'status')).cards[0]?.received, CARDS);
    });
    await lab.within(lab.profile, async (page) => {
      await intact(page);
      await lab.visit(page);
      await kept(page);
    });
  });

  it('is open in one tab: the other is refused with words, and may take over', async () => {
    await lab.within(lab.profile, async (first, context) => {
      assert.equal((await kioskCall(first, 'open')).phase, 'voting');
      const second = await context.newPage();
      await second.goto(lab.url());
      const { phase, trouble } = await kioskCall(second, 'open');
      assert.deepEqual([phase, trouble?.code], ['stopped', 'keeper.held']);
      assert.ok(knownCodes.includes('keeper.held'));
      assert.equal(await kioskCall(second, 'begin'), 'keeper.held');
      await lab.visit(first);
      await first.close();
      await second.reload();
      assert.equal((await kioskCall(second, 'open')).phase, 'voting');
      await lab.visit(second);
    });
  });

  /** The browser keeps what this origin has, as the kiosk's policy says. */
  async function granted(context: BrowserContext, page: Page): Promise<void> {
    const devtools = await context.newCDPSession(page);
    const permissions = ['durableStorage' as const];
    await devtools.send('Browser.grantPermissions', { origin: lab.origin, permissions });
  }

  it('begins no session without permission to keep anything, or without room for its ballots', async () => {
    await lab.within(lab.profile, async (page) => {
      const { phase, trouble } = await kioskCall(page, 'open', { assure: true });
      assert.deepEqual([phase, trouble?.code], ['stopped', 'storage.not-kept']);
    });
    await lab.within(lab.profile, async (page, context) => {
      await granted(context, page);
      await intact(page, { assure: true });
      // Ten gibibytes are promised to every page, whatever there is.
      await kioskCall(page, 'want', 1e12);
      assert.equal(await kioskCall(page, 'begin'), 'outbox.full');
      assert.equal((await kioskCall(page, 'status')).queue.full, true);
      await kioskCall(page, 'want', 1);
      await lab.visit(page);
      assert.equal((await kioskCall(page, 'status')).queue.full, false);
      await kept(page);
    });
  });

  it('begins no session on a disk without a free block', async (t) => {
    const small = await SmallDisk.mount(join(lab.portal.folder, 'small'), '160m');
    if (small === undefined) {
      t.skip('only root can mount a small disk');
      return;
    }
    try {
      const profile = join(small.folder, 'profile');
      await cp(lab.profile, profile, { recursive: true });
      await lab.within(profile, async (page, context) => {
        await granted(context, page);
        assert.equal((await kioskCall(page, 'open', { assure: true })).phase, 'voting');
        await small.fill();
        const code = await kioskCall(page, 'begin');
        assert.ok(['outbox.full', 'storage.failed'].includes(code), code);
        assert.ok(knownCodes.includes(code));
        t.diagnostic(code);
      });
      await small.empty();
      await lab.within(profile, async (page, context) => {
        await granted(context, page);
        await intact(page, { assure: true });
        assert.equal(await kioskCall(page, 'begin'), 'login');
      });
    } finally {
      small.unmount();
    }
  });

  it('has all of it in the end', async () => {
    lab.mendLine();
    await lab.within(lab.profile, async (page) => {
      assert.equal((await kioskCall(page, 'open')).phase, 'voting');
      await kioskCall(page, 'sendNow');
      await statusOnce(page, ({ queue: { waiting, line } }) => waiting === 0 && line === 'up');
    });
    await lab.assertBoard();
  });
});
