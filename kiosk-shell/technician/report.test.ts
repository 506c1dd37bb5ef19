/** The judgement of facts, the words for it, the trial ballot, and what a bundle leaves out. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { decodeEntry } from '@kabina/election/entries';
import type { MachineFacts } from '../agent/preflight.ts';
import { makeBundle } from './bundle.ts';
import { judge, LINES, verdict, type Facts, type LineState } from './report.ts';
import { WORDS } from './technician-text.ts';
import { trialBallot } from './trial.ts';

const OUTBOX = 'outbox-0123456789abcdef';
const CARDS = 'cards-0123456789abcdef';
const AGENT: MachineFacts = {
  clockSynchronised: true,
  disk: { free: 50 * 2 ** 30, total: 100 * 2 ** 30 },
  build: { id: 'ab'.repeat(32), files: 40, changed: 0 },
  journals: { [OUTBOX]: 'kept', [CARDS]: 'prepared' },
  page: { state: 'alive', restarts: 0 },
  versions: { agent: '0.1.0', node: '24.21.0', system: 'linux 6.12.9+deb13-amd64 x64' },
};
const GOOD: Facts = {
  machine: { role: 'kiosk', id: 'K1' },
  agent: AGENT,
  key: 'right',
  ahead: 1.2,
  line: true,
  queue: { waiting: 7, quarantined: 1, sent: 50 },
  storage: { persisted: true, free: 10 * 2 ** 30 },
  trial: { ok: true, ms: 40 },
  screen: { width: 1080, height: 1920, touch: true },
  printer: 'printed',
  scanner: 'read',
  readers: 1,
};

describe('the preflight report', () => {
  it('is good when everything is, and says nothing while a fact is missing', () => {
    assert.equal(verdict(judge(GOOD)), 'ok');
    for (const name of Object.keys(GOOD) as (keyof Facts)[]) {
      // Of the bundle alone.
      if (name === 'queue') continue;
      const less: Record<string, unknown> = { ...GOOD };
      Reflect.deleteProperty(less, name);
      assert.equal(verdict(judge(less as Facts)), undefined, name);
    }
    assert.equal(verdict(judge({ trial: { ok: false } })), 'fault');
  });

  it('tells faults, with which nobody may open, from remarks', () => {
    const agent = (change: Partial<MachineFacts>): Facts => ({ agent: { ...AGENT, ...change } });
    const build = { ...AGENT.build };
    const journals = { [OUTBOX]: 'kept', [CARDS]: 'damaged' } as const;
    const disk = (free: number) => ({ disk: { free, total: 2 ** 40 } });
    const cases: [Facts, string, LineState][] = [
      [{ key: 'foreign' }, 'key.foreign', 'fault'],
      [{ key: 'unlisted' }, 'key.unlisted', 'fault'],
      [{ key: 'unread' }, 'key.unread', 'warning'],
      [{ machine: null }, 'agent.no-machine', 'warning'],
      [{ machine: null, agent: null }, 'agent.none', 'warning'],
      [agent({ journals }), 'journal.damaged', 'fault'],
      [agent({ journals: null }), 'journal.none', 'warning'],
      [agent({ page: { state: 'alive', restarts: 1 } }), 'page.hung', 'warning'],
      [agent({ page: null }), 'page.unwatched', 'ok'],
      [agent({ build: { ...build, changed: 1 } }), 'build.changed', 'fault'],
      [agent({ build: { ...build, id: null } }), 'build.unlisted', 'warning'],
      [agent(disk(2 ** 27)), 'disk.full', 'fault'],
      [agent(disk(2 ** 30)), 'disk.low', 'warning'],
      [{ ahead: 61 }, 'clock.fast', 'fault'],
      [{ ahead: -86_400 }, 'clock.slow', 'fault'],
      [{ ahead: -20 }, 'clock.slow', 'warning'],
      [{ ahead: null }, 'clock.synchronised', 'ok'],
      [{ ahead: null, ...agent({ clockSynchronised: false }) }, 'clock.free', 'warning'],
      [{ ahead: null, ...agent({ clockSynchronised: null }) }, 'clock.unknown', 'warning'],
      [{ line: false }, 'line.down', 'warning'],
      [{ storage: { persisted: false, free: 2 ** 40 } }, 'storage.not-kept', 'fault'],
      [{ storage: { persisted: true, free: 2 ** 20 } }, 'storage.small', 'fault'],
      [{ trial: { ok: false } }, 'ballot.failed', 'fault'],
      [{ trial: { ok: true, ms: 4_000 } }, 'ballot.slow', 'warning'],
      [{ screen: { width: 1080, height: 1920, touch: false } }, 'screen.no-touch', 'warning'],
      [{ screen: { width: 640, height: 480, touch: true } }, 'screen.small', 'warning'],
      [{ printer: 'printer.none' }, 'printer.none', 'warning'],
      [{ printer: 'printer.paper' }, 'printer.fails', 'fault'],
      [{ scanner: 'unknown' }, 'scanner.unknown', 'warning'],
      [{ readers: 0 }, 'token.none', 'warning'],
      [{ readers: 'token.unpaired' }, 'token.unpaired', 'warning'],
      [{ readers: 'transport.unreachable' }, 'token.fails', 'warning'],
    ];
    for (const [change, code, state] of cases) {
      const lines = judge({ ...GOOD, ...change });
      const line = lines.find((one) => one.code === code);
      assert.equal(line?.state, state, `${code}: ${JSON.stringify(lines)}`);
      if (state === 'fault') assert.equal(verdict(lines), 'fault', code);
    }
  });

  it('has words for every code, the same codes in every language', async () => {
    const source = await readFile(new URL('./report.ts', import.meta.url), 'utf8');
    const named = new Set(source.match(/(?<=')[a-z]+\.[a-z-]+(?=')/g));
    const all = Object.keys(WORDS.ru.sentences);
    for (const code of named) assert.ok(all.includes(code), code);
    for (const language of Object.values(WORDS)) {
      assert.deepEqual(Object.keys(language.sentences), all);
      assert.deepEqual(Object.keys(language.lines).sort(), [...LINES].sort());
      for (const said of Object.values(language.sentences)) {
        const n = new Proxy({}, { get: () => '7' });
        const text = typeof said === 'function' ? said({ n, name: 'X' }) : said;
        assert.ok(text.length > 5 && !text.includes('undefined'), text);
      }
    }
  });
});

describe('the trial ballot', () => {
  it('is sealed, checked and opened in both suites, and is no entry of any board', () => {
    for (const suite of ['ristretto255-sha512', 'gost256b-streebog'] as const) {
      const result = trialBallot(suite);
      assert.ok(result.ok && result.ms > 0, suite);
    }
    assert.deepEqual(trialBallot('none' as 'ristretto255-sha512'), { ok: false });
    assert.throws(() => decodeEntry(new TextEncoder().encode(JSON.stringify(trialBallot))));
  });
});

describe('the diagnostic bundle', () => {
  const now = new Date('2026-09-18T14:33:21.456+03:00');
  const userAgent =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36';

  it('has versions, results, journals and counts of troubles', () => {
    const lines = judge({ ...GOOD, ahead: 70 });
    const troubles = { 'storage.failed': 2, 'card.used': 1 };
    const bundle = makeBundle({ facts: GOOD, lines, troubles, userAgent, now });
    assert.equal(bundle.day, '2026-09-18');
    assert.deepEqual(bundle.machine, { role: 'kiosk', id: 'K1' });
    assert.deepEqual(bundle.versions, {
      ...AGENT.versions,
      browser: '156.0.0.0',
      build: 'ab'.repeat(32),
    });
    assert.deepEqual(bundle.journals, AGENT.journals);
    assert.deepEqual(bundle.queue, { waiting: 7, quarantined: 1, sent: 50 });
    const untold = makeBundle({
      facts: { ...GOOD, queue: null },
      lines: judge({ ...GOOD, agent: { ...AGENT, page: { state: 'alive', restarts: 3 } } }),
      troubles,
      userAgent,
      now,
    });
    assert.equal(untold.queue, null);
    assert.deepEqual(
      untold.report.find(({ id }) => id === 'page'),
      { id: 'page', state: 'warning', code: 'page.hung', numbers: { restarts: 3 } },
    );
    assert.deepEqual(Object.entries(bundle.troubles), [
      ['card.used', 1],
      ['storage.failed', 2],
    ]);
    const clock = { id: 'clock', state: 'fault', code: 'clock.fast', numbers: { seconds: 70 } };
    assert.deepEqual(
      bundle.report.find(({ id }) => id === 'clock'),
      clock,
    );
  });

  it('has none of what was planted wherever something else could get in', () => {
    const canary = 'кенар-CANARY-7Q2MX';
    const planted = {
      machine: { role: 'kiosk', id: canary, seed: canary },
      agent: {
        ...AGENT,
        secret: canary,
        versions: { agent: canary, node: `24 ${canary}\n`, system: canary.repeat(9), key: canary },
        journals: {
          [OUTBOX]: canary,
          [CARDS]: 'kept',
          [`cards-${canary}`]: 'kept',
          cards: 'kept',
          digest: canary,
        },
        build: { id: canary, files: 1, changed: 0, path: canary },
      },
      queue: { waiting: 2, quarantined: 0, sent: canary, keys: [canary] },
      printer: canary,
      readers: canary,
      scanned: canary,
    } as unknown as Facts;
    const lines = judge({ ...GOOD, ...planted }).map((line) => ({ ...line, note: canary }));
    const troubles = {
      [canary]: 1,
      'card.used': canary as unknown as number,
      'outbox.full': 1,
      'ballot.choice: CANARY': 1,
    };
    const bundle = makeBundle({ facts: planted, lines, troubles, userAgent: canary, now });
    const text = JSON.stringify(bundle);
    assert.ok(!text.includes('CANARY') && !text.includes('кенар'), text);
    // Nor a moment of the day, in any of the ways to write one.
    assert.ok(!/\d\d:\d\d|T\d\d|14\.33|1789\d{6}/.test(text), text);
    assert.deepEqual(bundle.troubles, { 'outbox.full': 1 });
    assert.deepEqual(bundle.journals, { [CARDS]: 'kept' });
    assert.deepEqual(bundle.queue, { waiting: 2, quarantined: 0, sent: null });
  });
});
