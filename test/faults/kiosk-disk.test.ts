/**
 * A station's kiosk whose profile, clock, disk or page is not as it was left: it says so in a code that
 * has words, begins no session that it could not keep, and loses nothing.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { knownCodes } from '@kabina/elements/error-text';
import type { OpenChoices } from './kiosk-page.ts';
import { kioskCall, KioskLab, statusOnce } from './kiosk-rig.ts';
import { drive, NO_CHROMIUM } from './outbox-rig.ts';

const CARDS = 12;
const DAY = 86_400_000;

describe('a kiosk that is not as it was left', { skip: NO_CHROMIUM }, () => {
  let lab: KioskLab;
  before(async () => {
    lab = await KioskLab.make({ pool: 1, cards: CARDS });
    await within(lab.profile, async (page) => {
      await lab.setUp(page);
      lab.cutLine();
      await visit(page);
      await kioskCall(page, 'stop');
    });
  });
  after(() => lab.close());

  async function within<T>(
    profile: string,
    work: (page: Page, context: BrowserContext) => Promise<T>,
  ): Promise<T> {
    const { context, page } = await drive(profile, lab.url());
    try {
      return await work(page, context);
    } finally {
      await context.close();
    }
  }

  /** A voter comes, and is promised both papers or one. */
  async function visit(page: Page): Promise<void> {
    const next = lab.next()!;
    lab.left(next.card, await kioskCall(page, 'vote', next));
    assert.deepEqual(lab.failures, []);
  }

  /** The kiosk votes, and has all of what was promised: nothing leaves before the last test. */
  async function intact(page: Page, choices: OpenChoices = {}): Promise<void> {
    const { phase, trouble } = await kioskCall(page, 'open', choices);
    assert.equal(phase, 'voting', trouble?.code);
    await kept(page);
  }

  /** Its queue counts in the background. */
  const kept = (page: Page): Promise<unknown> =>
    statusOnce(page, ({ queue }) => queue.waiting === promised());

  const promised = (): number => [...lab.shown.values()].reduce((sum, { size }) => sum + size, 0);

  async function stopsWith(code: string, profile: string): Promise<void> {
    assert.ok(knownCodes.includes(code), `${code} has no words`);
    await within(profile, async (page) => {
      const { phase, trouble } = await kioskCall(page, 'open');
      assert.deepEqual([phase, trouble?.code], ['stopped', code]);
      assert.equal(await kioskCall(page, 'begin'), code);
    });
  }

  it('stops on a machine that does not know its cards', async () => {
    const copy = join(lab.portal.folder, 'copy');
    await cp(lab.profile, copy, { recursive: true });
    await lab.useMachine('another');
    await stopsWith('journal.disagrees', copy);
    await lab.useMachine('machine');
    await within(lab.profile, async (page) => {
      await intact(page);
    });
  });

  it('stops when either of its databases was deleted between two starts', async () => {
    for (const part of ['', '-outbox']) {
      const copy = join(lab.portal.folder, `without${part}`);
      await cp(lab.profile, copy, { recursive: true });
      await within(copy, (page) =>
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
      await stopsWith('journal.disagrees', copy);
    }
  });

  it('loses nothing when the clock is set back a day, and opens no card at that hour', async () => {
    await within(lab.profile, async (page) => {
      assert.equal((await kioskCall(page, 'open', { ahead: -DAY })).phase, 'ready');
      await kept(page);
      const next = lab.next()!;
      assert.equal(await kioskCall(page, 'vote', next), 'card.early');
      assert.equal((await kioskCall(page, 'status')).cards[0]?.received, CARDS);
    });
    await within(lab.profile, async (page) => {
      await intact(page);
      await visit(page);
      await kept(page);
    });
  });

  it('is open in one tab: the other is refused with words, and may take over', async () => {
    await within(lab.profile, async (first, context) => {
      assert.equal((await kioskCall(first, 'open')).phase, 'voting');
      const second = await context.newPage();
      await second.goto(lab.url());
      const { phase, trouble } = await kioskCall(second, 'open');
      assert.deepEqual([phase, trouble?.code], ['stopped', 'keeper.held']);
      assert.ok(knownCodes.includes('keeper.held'));
      assert.equal(await kioskCall(second, 'begin'), 'keeper.held');
      await visit(first);
      await first.close();
      await second.reload();
      assert.equal((await kioskCall(second, 'open')).phase, 'voting');
      await visit(second);
    });
  });

  /** The browser keeps what this origin has, as the kiosk's policy says. */
  async function granted(context: BrowserContext, page: Page): Promise<void> {
    const devtools = await context.newCDPSession(page);
    const permissions = ['durableStorage' as const];
    await devtools.send('Browser.grantPermissions', { origin: lab.origin, permissions });
  }

  it('begins no session without permission to keep anything, or without room for its ballots', async () => {
    await within(lab.profile, async (page) => {
      const { phase, trouble } = await kioskCall(page, 'open', { assure: true });
      assert.deepEqual([phase, trouble?.code], ['stopped', 'storage.not-kept']);
    });
    await within(lab.profile, async (page, context) => {
      await granted(context, page);
      await intact(page, { assure: true });
      // Ten gibibytes are promised to every page, whatever there is.
      await kioskCall(page, 'want', 1e12);
      assert.equal(await kioskCall(page, 'begin'), 'outbox.full');
      assert.equal((await kioskCall(page, 'status')).queue.full, true);
      await kioskCall(page, 'want', 1);
      await visit(page);
      assert.equal((await kioskCall(page, 'status')).queue.full, false);
      await kept(page);
    });
  });

  it('begins no session on a disk without a free block', async (t) => {
    const small = join(lab.portal.folder, 'small');
    await mkdir(small);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'kabina', small]);
    if (mounted.status !== 0) {
      t.skip('only root can mount a small disk');
      return;
    }
    try {
      const profile = join(small, 'profile');
      await cp(lab.profile, profile, { recursive: true });
      await within(profile, async (page, context) => {
        await granted(context, page);
        assert.equal((await kioskCall(page, 'open', { assure: true })).phase, 'voting');
        const { bavail, bsize } = await statfs(small);
        await writeFile(join(small, 'filler'), Buffer.alloc(bavail * bsize));
        const code = await kioskCall(page, 'begin');
        assert.ok(['outbox.full', 'storage.failed'].includes(code), code);
        assert.ok(knownCodes.includes(code));
        t.diagnostic(code);
      });
      await rm(join(small, 'filler'));
      await within(profile, async (page, context) => {
        await granted(context, page);
        await intact(page, { assure: true });
        assert.equal(await kioskCall(page, 'begin'), 'login');
      });
    } finally {
      spawnSync('umount', [small]);
    }
  });

  it('has all of it in the end', async () => {
    lab.mendLine();
    await within(lab.profile, async (page) => {
      assert.equal((await kioskCall(page, 'open')).phase, 'voting');
      await kioskCall(page, 'sendNow');
      await statusOnce(page, ({ queue: { waiting, line } }) => waiting === 0 && line === 'up');
    });
    await lab.box.post([lab.portal.signed('suspended', 'commission', { reason: 'проверка' })]);
    const shown = [...lab.shown.values()].flatMap((own) => [...own.values()]).sort();
    const { cores } = await lab.board();
    assert.deepEqual([...cores.values()].flatMap((under) => [...under]).sort(), shown);
  });
});
