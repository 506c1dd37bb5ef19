/**
 * SIGKILL leaves the page cache alive, so durability is shown apart: between the beginning of a write
 * and its acknowledgement, of a ballot to the queue as of a card's record before its ballots are shown,
 * Chromium has had the database's log synchronised, as strace sees it.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Lab, NO_CHROMIUM, Victim } from './outbox-rig.ts';

const STRACE = '/usr/bin/strace';
const skip = existsSync(STRACE) ? NO_CHROMIUM : 'no strace';

type Kind = 'queue' | 'cards' | 'relaxed';

interface Sync {
  readonly path: string;
  /** Seconds since the epoch. */
  readonly begun: number;
  readonly ended: number;
}

/** `PID TIME fdatasync(FD</path>) = 0 <DURATION>`, or the same in two lines when threads interleave. */
function syncsIn(trace: string): Sync[] {
  const syncs: Sync[] = [];
  const open = new Map<string, { path: string; begun: number }>();
  for (const line of trace.split('\n')) {
    const begin = /^(\d+) +([\d.]+) f(?:data)?sync\(\d+<([^>]*)>(.*)$/.exec(line);
    if (begin !== null) {
      const [, pid, time, path, rest] = begin as unknown as [
        string,
        string,
        string,
        string,
        string,
      ];
      const whole = /\) += 0 <([\d.]+)>$/.exec(rest);
      if (whole === null) open.set(pid, { path, begun: Number(time) });
      else syncs.push({ path, begun: Number(time), ended: Number(time) + Number(whole[1]) });
      continue;
    }
    const end = /^(\d+) +([\d.]+) <\.\.\. f(?:data)?sync resumed>.*= 0 <([\d.]+)>$/.exec(line);
    const begun = open.get(end?.[1] ?? '');
    if (end === null || begun === undefined) continue;
    open.delete(end[1]!);
    syncs.push({ ...begun, ended: begun.begun + Number(end[3]) });
  }
  return syncs;
}

describe('what a kiosk’s browser has acknowledged', { skip, timeout: 120_000 }, () => {
  let lab: Lab;
  let syncs: Sync[] = [];
  const spans: Record<Kind, [from: number, to: number][]> = { queue: [], cards: [], relaxed: [] };

  before(async () => {
    lab = await Lab.make();
    const trace = join(lab.folder, 'trace');
    const flags = ['-f', '--seccomp-bpf', '-ttt', '-T', '-y', '-e', 'trace=fdatasync,fsync'];
    const done = Promise.withResolvers<undefined>();
    let from = 0;
    lab.onTimed = (what) => {
      const now = Date.now() / 1000;
      if (what === 'begin') from = now;
      else if (what === 'end') done.resolve(undefined);
      else spans[what as Kind].push([from, now]);
    };
    const url = lab.url({ timed: '1' });
    const victim = new Victim(lab.profile, url, [STRACE, ...flags, '-o', trace]);
    await victim.until(done.promise, 'the page has not written everything');
    assert.deepEqual(lab.failures, []);
    syncs = syncsIn(await readFile(trace, 'utf8'));
  });
  after(() => lab.close());

  /** Synchronisations of the database's log that lie whole in a span. */
  const within = ([from, to]: readonly [number, number]): Sync[] =>
    syncs.filter(
      ({ path, begun, ended }) =>
        /\.indexeddb\.leveldb\/\d+\.log$/.test(path) && begun >= from - 0.001 && ended <= to,
    );

  for (const [kind, what] of [
    ['queue', 'a ballot in the queue'],
    ['cards', 'a card’s record'],
  ] as const) {
    it(`was synchronised to the disk before, every time: ${what}`, () => {
      assert.equal(spans[kind].length, 10);
      for (const span of spans[kind]) assert.notEqual(within(span).length, 0);
    });
  }

  it('which a write of relaxed durability is not: the test would notice', () => {
    assert.equal(spans.relaxed.length, 10);
    const some = spans.relaxed.filter((span) => within(span).length > 0);
    assert.deepEqual(some, []);
  });
});
