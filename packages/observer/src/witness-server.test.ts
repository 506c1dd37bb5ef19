/** A witness process over HTTP, killed and started again: it remembers, and never signs two histories. */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { randomBytes } from '@kabina/crypto/bytes';
import { signCheckpoint } from '@kabina/log/checkpoint';
import { addCosignatures, verifyQuorum } from '@kabina/log/cosignature';
import { leafHash, nodeHash } from '@kabina/log/merkle';
import { formatVerifierKey, parseVerifierKey, signerKey } from '@kabina/log/note';
import { formatAddCheckpoint } from '@kabina/log/witness';

const COMMAND = new URL('./cli/witness.ts', import.meta.url).pathname;
const logKey = signerKey('board.test', randomBytes(32));
const [a, b, c] = ['a', 'b', 'c'].map((text) => leafHash(Buffer.from(text))) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

function note(size: number, root: Uint8Array): string {
  return signCheckpoint({ origin: 'board.test', size, root, extensions: [] }, [logKey]);
}

describe('a witness process', () => {
  let state: string;
  let child: ChildProcess;
  let url: string;

  const start = async (): Promise<void> => {
    const log = formatVerifierKey(logKey);
    child = fork(COMMAND, ['serve', '--state', state, '--name', 'w.test', '--log', log]);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    url = `http://127.0.0.1:${port}`;
  };
  const ask = (body: string): Promise<Response> =>
    fetch(`${url}/add-checkpoint`, { method: 'POST', body });

  before(async () => {
    state = await mkdtemp(join(tmpdir(), 'kabina-witness-'));
    const keys = fork(COMMAND, ['keys', '--state', state, '--name', 'w.test']);
    await once(keys, 'exit');
    await start();
  });
  after(async () => {
    child.kill('SIGKILL');
    await rm(state, { recursive: true });
  });

  it('cosigns what continues, and a client finds the quorum', async () => {
    const first = note(1, a);
    const answer = await ask(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: first }));
    assert.equal(answer.status, 200);
    const { vkey } = JSON.parse(await readFile(join(state, 'public.json'), 'utf8')) as {
      vkey: string;
    };
    const witnesses = [parseVerifierKey(vkey)];
    const cosigned = addCosignatures(first, await answer.text(), witnesses);
    const { checkpoint } = verifyQuorum(cosigned, { logKey, witnesses, quorum: 1 });
    assert.equal(checkpoint.size, 1);
  });

  it('after SIGKILL still refuses a history that is not a continuation', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await start();
    const good = formatAddCheckpoint({
      oldSize: 1,
      proof: [b],
      checkpoint: note(2, nodeHash(a, b)),
    });
    assert.equal((await ask(good)).status, 200);
    const again = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: note(1, c) });
    const conflict = await ask(again);
    assert.equal(conflict.status, 409);
    assert.equal(await conflict.text(), '2\n');
    const fork2 = formatAddCheckpoint({
      oldSize: 2,
      proof: [],
      checkpoint: note(2, nodeHash(a, c)),
    });
    assert.equal((await ask(fork2)).status, 422);
    const latest = await (await fetch(`${url}/checkpoint`)).text();
    assert.match(latest, /^board\.test\n2\n/);
  });

  it('refuses garbage, what is too long, and what it does not serve', async () => {
    assert.equal((await ask('garbage')).status, 400);
    assert.equal((await ask('x'.repeat(3_000_000))).status, 413);
    assert.equal((await fetch(`${url}/elsewhere`)).status, 404);
  });
});
