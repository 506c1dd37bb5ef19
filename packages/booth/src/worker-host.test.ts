import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inProcessWorker } from './in-process.ts';
import { WorkerHost } from './worker-host.ts';

test('a call that comes after the session has ended makes no worker and asks for no seed', async () => {
  let workers = 0;
  let seeds = 0;
  const host = new WorkerHost({
    create: () => {
      workers++;
      return inProcessWorker();
    },
    board: 'http://127.0.0.1:1',
    electionId: '00'.repeat(32),
    seed: () => {
      seeds++;
      return Promise.resolve(undefined);
    },
  });
  host.close();
  await assert.rejects(host.call('erase'), { code: 'worker.failed' });
  assert.deepEqual([workers, seeds], [0, 0]);
});
