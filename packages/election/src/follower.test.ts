import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { at, election, good, insert, without } from '../test/spoil.ts';
import { BoardFollower, httpReader, type FollowerOptions } from './follower.ts';
import type { TileReader } from '@kabina/log/tiles';
import { flipped, type Step } from './testing.ts';

/** A reader whose board can be exchanged. */
function shelf(steps: readonly Step[], witnesses = Infinity) {
  let { reader } = election.build(steps, witnesses);
  const reads: TileReader = { read: (path) => reader.read(path) };
  return {
    reads,
    put: (next: readonly Step[], quorum = Infinity) => {
      ({ reader } = election.build(next, quorum));
    },
  };
}
const upTo = (name: string) => good.steps.slice(0, at(good.steps, name));
const follow = (reader: TileReader, options: Partial<FollowerOptions> = {}) =>
  new BoardFollower(reader, { electionId: election.electionId, quorum: true, ...options });

test('follows a board as it grows, entry by entry', async () => {
  const seen: string[] = [];
  const { reads, put } = shelf(upTo('opened'));
  const follower = follow(reads, { onEntry: (entry) => seen.push(entry?.type ?? '') });
  assert.equal(await follower.refresh(), true);
  assert.equal(follower.state.phase, 'ready');
  assert.equal(await follower.refresh(), false);
  put(good.steps);
  assert.deepEqual(await Promise.all([follower.refresh(), follower.refresh()]), [true, true]);
  assert.equal(follower.state.phase, 'published');
  assert.equal(seen.length, good.steps.length);
  put(upTo('closed'));
  assert.equal(await follower.refresh(), false);
});

test('names entries that the rules ignore', async () => {
  const problems: string[] = [];
  const { reads } = shelf(insert('issued registrar', { entry: good.spare.entry }));
  const onEntry: FollowerOptions['onEntry'] = (_entry, _index, problem) => {
    if (problem !== undefined) problems.push(problem);
  };
  await follow(reads, { onEntry }).refresh();
  assert.deepEqual(problems, ['ballot does not belong into the phase closed']);
});

test('does not go on without the quorum, if it asks for it', async () => {
  const { reads, put } = shelf(upTo('opened'));
  const [strict, lax] = [follow(reads), follow(reads, { quorum: false })];
  await Promise.all([strict.refresh(), lax.refresh()]);
  put(good.steps, 1);
  await assert.rejects(strict.refresh(), { code: 'quorum' });
  assert.equal(strict.state.phase, 'ready');
  assert.equal(await lax.refresh(), true);
});

test('notices a board that was written anew', async () => {
  const { reads, put } = shelf(upTo('closed'));
  const follower = follow(reads);
  await follower.refresh();
  put(without('challenge'));
  await assert.rejects(follower.refresh(), { code: 'follower.rewritten' });
});

test('goes on after a reading that broke off half-way, and still notices another board', async () => {
  const { reads, put } = shelf(upTo('anna mayor 0'));
  let broken = true;
  const onEntry: FollowerOptions['onEntry'] = (entry) => {
    if (broken && entry?.type === 'challenge') throw new Error('the listener broke');
  };
  const follower = follow(reads, { onEntry });
  await follower.refresh();
  put(good.steps);
  await assert.rejects(follower.refresh(), /the listener broke/);
  broken = false;
  put(without('challenge'));
  await assert.rejects(follower.refresh(), { code: 'follower.rewritten' });
  put(good.steps);
  assert.equal(await follower.refresh(), true);
  assert.equal(follower.state.phase, 'published');
});

test('takes no other election than the one it was told', async () => {
  const { reads } = shelf(good.steps);
  const other = follow(reads, { electionId: flipped(election.electionId, 0) });
  await assert.rejects(other.refresh(), { code: 'follower.election' });
});

test('a web server that never answers is given up, and the next look may find it', async () => {
  const { reader } = election.build(good.steps);
  let silent = true;
  const server = createServer((request, response) => {
    if (silent) return;
    void reader.read((request.url ?? '').slice('/board/'.length)).then((bytes) => {
      response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const { port } = server.address() as AddressInfo;
    const follower = follow(httpReader(`http://127.0.0.1:${port}/board`, fetch, 300));
    await assert.rejects(follower.refresh(), TypeError);
    silent = false;
    assert.equal(await follower.refresh(), true);
    assert.equal(follower.state.phase, 'published');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
