/**
 * Does the order in which ballots leave a station's kiosk, or what lies on its disk, tell the order in
 * which voters cast them? The bound is a probability of less than one in a million that chance alone
 * comes so far (`inversions.ts`: exact, for the orders that were seen); a sender that keeps the order is
 * found out by the same test.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { bytesToHex } from '@kabina/crypto/bytes';
import { coreHash } from '@kabina/election/ballot';
import { castBallot, decodeEntry, encodeEntry } from '@kabina/election/entries';
import { leafHash } from '@kabina/log/merkle';
import { correlation } from './inversions.ts';
import { kioskCall, KioskLab, statusOnce } from './kiosk-rig.ts';
import { drive, NO_CHROMIUM } from './outbox-rig.ts';

const CHANCE = 1e-6;
const RUNS = 3;
const BALLOTS = 60;
const CONTROL = 16;

describe('what an order tells', () => {
  it('is found where there is one, and not where there is none', () => {
    const ordered = Array.from({ length: CONTROL }, (_, i) => i);
    assert.ok(correlation([ordered]).p < CHANCE);
    assert.ok(correlation([ordered.toReversed()]).p < CHANCE);
    // Mixed within tens only, as a sender would that sends each ten as soon as it is there.
    const tens = Array.from({ length: BALLOTS }, (_, i) => i - 2 * (i % 10) + 9);
    assert.ok(correlation([tens]).p < CHANCE);
    // One of six orders of three has no inversion, and one has three; of two, all are as far.
    const near = (found: number, wanted: number): boolean => Math.abs(found - wanted) < 1e-12;
    assert.ok(near(correlation([[0, 1, 2]]).p, 2 / 6));
    assert.ok(
      near(
        correlation([
          [0, 1, 2],
          [0, 1],
        ]).p,
        2 / 12,
      ),
    );
    assert.ok(near(correlation([[1, 0, 2]]).p, 1));
    assert.equal(
      correlation([
        [0, 1, 2],
        [1, 0],
      ]).tau,
      0.5,
    );
  });
});

describe('the order in which ballots leave a kiosk', { skip: NO_CHROMIUM }, () => {
  let lab: KioskLab;
  /** Hashes of cores in the order of casting, all runs. */
  const cast: string[] = [];

  before(async () => {
    lab = await KioskLab.make({ pool: 4, cards: (RUNS * BALLOTS + CONTROL) / 2 });
    const page = await open();
    await lab.setUp(page);
    await closePage(page);
    for (const voter of lab.voters) {
      voter.papers = (['question', 'few'] as const).map((contest) => ({ contest, option: 0 }));
    }
  });
  after(() => lab.close());

  async function open(): Promise<Page> {
    return (await drive(lab.profile, lab.url())).page;
  }

  async function closePage(page: Page): Promise<void> {
    await kioskCall(page, 'stop');
    await page.context().close();
  }

  /** Voters come while the line is down; what they have cast, in order. */
  async function castOffline(page: Page, ballots: number): Promise<string[]> {
    lab.cutLine();
    const before = cast.length;
    while (cast.length < before + ballots) {
      const visit = lab.next()!;
      lab.left(visit.card, await kioskCall(page, 'vote', visit));
      assert.deepEqual(lab.failures, []);
      cast.push(...lab.shown.get(visit.card)!.values());
    }
    await statusOnce(page, ({ queue }) => queue.waiting === ballots);
    return cast.slice(before);
  }

  /** The line is back: ranks of casting in the order in which the box is asked to take them. */
  async function drain(page: Page, order: readonly string[]): Promise<number[]> {
    const arrived = new Set<string>();
    page.on('request', (request) => {
      const body = request.postDataBuffer();
      if (!request.url().endsWith('/ballots') || body === null) return;
      const ballot = castBallot(decodeEntry(Uint8Array.from(body)))!;
      arrived.add(bytesToHex(coreHash(ballot.body.core)));
    });
    lab.mendLine();
    await kioskCall(page, 'sendNow');
    await statusOnce(page, ({ queue }) => queue.waiting === 0);
    page.removeAllListeners('request');
    assert.equal(arrived.size, order.length);
    return [...arrived].map((core) => order.indexOf(core));
  }

  it('tells nothing of the order in which they were cast', { timeout: 900_000 }, async (t) => {
    const runs: number[][] = [];
    for (let run = 0; run < RUNS; run++) {
      const page = await open();
      try {
        assert.equal((await kioskCall(page, 'open')).phase, 'voting');
        const order = await castOffline(page, BALLOTS);
        if (run === 0) await lookAtDisk(page, order, (line) => t.diagnostic(line));
        runs.push(await drain(page, order));
      } finally {
        await closePage(page);
      }
    }
    const { tau, p } = correlation(runs);
    t.diagnostic(
      `${RUNS} runs of ${BALLOTS} ballots: tau ${tau.toFixed(3)}, p ${p.toPrecision(2)}`,
    );
    assert.ok(p >= CHANCE, `tau ${tau}, p ${p}`);
  });

  it('would tell it of a sender that keeps the order', { timeout: 300_000 }, async (t) => {
    const page = await open();
    try {
      await kioskCall(page, 'open', { ordered: true });
      const order = await castOffline(page, CONTROL);
      const { tau, p } = correlation([await drain(page, order)]);
      t.diagnostic(`${CONTROL} ballots in order: tau ${tau.toFixed(3)}, p ${p.toPrecision(2)}`);
      assert.ok(p < CHANCE, `tau ${tau}, p ${p}`);
    } finally {
      await closePage(page);
    }
  });

  /**
   * What IndexedDB's files say to whoever has them without the browser's key. LevelDB's log keeps the
   * order of writing: that is printed, and no claim. Claimed is that names, sizes and bytes of the
   * records have no relation to ballots on the board.
   */
  async function lookAtDisk(
    page: Page,
    order: readonly string[],
    say: (line: string) => void,
  ): Promise<void> {
    const queued = await kioskCall(page, 'queued');
    assert.equal(queued.length, order.length);
    const ballots = queued.map(({ key, size, bytes }) => {
      const ballot = castBallot(decodeEntry(Uint8Array.from(bytes)))!;
      return { key, size, ballot, core: coreHash(ballot.body.core) };
    });
    const rank = ({ core }: { readonly core: Uint8Array }): number =>
      order.indexOf(bytesToHex(core));

    const byName = ballots.toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const names = correlation([byName.map(rank)]);
    say(`names of records: tau ${names.tau.toFixed(3)}, p ${names.p.toPrecision(2)}`);
    assert.ok(names.p >= CHANCE);
    assert.equal(new Set(ballots.map(({ size }) => size)).size, 1, 'records have one size');

    const files = await databaseFiles(lab);
    assert.ok(files.size > 0);
    const all = [...files.values()];
    for (const { ballot, core } of ballots) {
      const { permit } = ballot.body;
      const found = [core, ballot.body.core.tag, permit.key, leafHash(encodeEntry(ballot))];
      for (const bytes of [...found, ...permit.signatures.map((one) => one.subarray(0, 32))]) {
        assert.ok(
          !all.some((file) => file.includes(Buffer.from(bytes))),
          'a file has bytes of a ballot',
        );
      }
    }

    // Where each record was first written, by its name.
    const log = Buffer.concat([...files].filter(([name]) => name.endsWith('.log')).map(logRecords));
    const written = ballots
      .map((one) => ({ one, at: log.indexOf(Buffer.from(one.key, 'utf16le').swap16()) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)
      .map(({ one }) => rank(one));
    const ranks = [...written].sort((a, b) => a - b);
    const { tau, p } = correlation([written.map((one) => ranks.indexOf(one))]);
    say(
      `LevelDB's log: ${written.length} of ${ballots.length} records, ` +
        `tau of writing and casting ${tau.toFixed(3)}, p ${p.toPrecision(2)}`,
    );
  }
});

/** Files of the origin's LevelDB, by name. */
async function databaseFiles(lab: KioskLab): Promise<Map<string, Buffer>> {
  const folder = lab.databasesIn(lab.profile);
  const names = (await readdir(folder)).filter((name) => /\.(log|ldb)$/.test(name)).sort();
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, name))] as const),
    ),
  );
}

/** Contents of a LevelDB log: blocks of 32 KiB, records with a head of 7 bytes. */
function logRecords([, file]: readonly [string, Buffer]): Buffer {
  const parts: Buffer[] = [];
  for (let block = 0; block < file.length; block += 32_768) {
    const end = Math.min(block + 32_768, file.length);
    for (let at = block; at + 7 <= end;) {
      const length = file.readUInt16LE(at + 4);
      if (length === 0 && file[at + 6] === 0) break;
      parts.push(file.subarray(at + 7, at + 7 + length));
      at += 7 + length;
    }
  }
  return Buffer.concat(parts);
}
