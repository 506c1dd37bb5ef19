/** When the page on the screen is taken for dead, and when it is not. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PageWatch, writeSilence, type Pace } from './page-watch.ts';

const PACE: Pace = { every: 1_000, quiet: 3, patient: 5 };

function watched(): { watch: PageWatch; look: (times?: number, after?: number) => void } {
  const watch = new PageWatch(async () => undefined, PACE);
  let now = 0;
  const look = (times = 1, after = PACE.every): void => {
    for (let i = 0; i < times; i++) watch.look((now += after));
  };
  return { watch, look };
}

describe('the watch over a kiosk’s page', () => {
  it('asks for a restart when the page has gone silent, and again while no other page speaks', () => {
    const { watch, look } = watched();
    watch.beat();
    look(2);
    watch.beat();
    look(2);
    assert.deepEqual(watch.facts, { state: 'alive', restarts: 0 });
    look();
    assert.deepEqual(watch.facts, { state: 'silent', restarts: 1 });
    // A browser takes time to start.
    look(4);
    assert.equal(watch.facts.restarts, 1);
    look();
    assert.equal(watch.facts.restarts, 2);
    watch.beat();
    assert.deepEqual(watch.facts, { state: 'alive', restarts: 2 });
  });

  it('waits longer for the first word, in case the page had hung before the agent was there', () => {
    const { watch, look } = watched();
    look(4);
    assert.deepEqual(watch.facts, { state: 'waiting', restarts: 0 });
    look();
    assert.deepEqual(watch.facts, { state: 'silent', restarts: 1 });
  });

  it('gives the page its time again when the machine itself has slept or choked', () => {
    const { watch, look } = watched();
    watch.beat();
    look(2);
    look(1, 3_600_000);
    look(2);
    assert.equal(watch.facts.restarts, 0);
    // Looks that come late again and again say nothing of the page.
    look(20, 2 * PACE.every + 1);
    assert.deepEqual(watch.facts, { state: 'alive', restarts: 0 });
    look(3);
    assert.equal(watch.facts.restarts, 1);
  });

  it('lives on where the file can’t be written', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'kabina-watch-'));
    try {
      const said = context.mock.method(process.stderr, 'write', () => true);
      const watch = new PageWatch(() => writeSilence(join(folder, 'none/silent')), PACE);
      for (let i = 0; i < PACE.patient; i++) watch.look(i * PACE.every);
      while (said.mock.callCount() === 0) await new Promise(setImmediate);
      assert.match(String(said.mock.calls[0]!.arguments[0]), /^agent\.page: ENOENT/);
      await writeSilence(join(folder, 'silent'));
      assert.ok((await stat(join(folder, 'silent'))).isFile());
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
