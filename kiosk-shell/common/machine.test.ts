/** The page's way to its agent: real routes on a real server, and servers that answer nonsense. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { frame, randomBytes } from '@kabina/crypto/bytes';
import { publicKey, verify } from '@kabina/crypto/ed25519';
import { JournalFolder } from '../agent/journal-file.ts';
import { machineRoutes, type MachineParts } from '../agent/machine-routes.ts';
import { machineFacts } from '../agent/preflight.ts';
import { MachineError, openMachine } from './machine.ts';

const digest = 'a1'.repeat(32);
const seed = randomBytes(32);

describe('the machine as its pages see it', () => {
  let folder: string;
  let server: Server | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-page-machine-'));
  });
  afterEach(async () => {
    mock.restoreAll();
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true });
  });

  /** A page's `fetch` knows its origin and says it. */
  const serve = async (listener: RequestListener): Promise<void> => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const real = globalThis.fetch;
    mock.method(globalThis, 'fetch', (path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      if (init.method === 'POST') headers.set('origin', origin);
      return real(origin + path, { ...init, headers });
    });
  };
  const serveParts = (parts: Partial<MachineParts>): Promise<void> => {
    const handler = machineRoutes({ preflight: () => machineFacts(folder, undefined), ...parts });
    return serve((request, response) => {
      void handler(request, response).then((done) => {
        if (!done) response.writeHead(404).end();
      });
    });
  };
  const code = (wanted: string) => (error: unknown) =>
    error instanceof MachineError && error.code === wanted;

  it('signs and keeps a journal through the agent’s routes', async () => {
    const key = { role: 'kiosk', id: 'K1', seed } as const;
    await serveParts({ key, journals: new JournalFolder(folder) });
    const machine = (await openMachine())!;
    assert.deepEqual([machine.role, machine.kiosk], ['kiosk', 'K1']);
    assert.deepEqual(machine.publicKey, publicKey(seed));
    const input = frame('kabina/v1/promise', 'body');
    assert.ok(verify(await machine.sign(input), input, machine.publicKey));
    await assert.rejects(machine.sign(frame('other')), code('machine.domain'));
    const journal = machine.journal('outbox-0123456789abcdef');
    assert.deepEqual(await journal.read(), { committed: undefined, prepared: undefined });
    await assert.rejects(journal.commit(), code('journal.order'));
    await journal.prepare(digest);
    assert.deepEqual(await journal.read(), { committed: undefined, prepared: digest });
    await journal.commit();
    assert.deepEqual(await journal.read(), { committed: digest, prepared: undefined });
    await rm(join(folder, 'outbox-0123456789abcdef.journal'));
    await assert.rejects(journal.read(), code('journal.damaged'));
    await assert.rejects(journal.prepare(digest), code('journal.damaged'));
  });

  it('is none where the pages’ server is none', async () => {
    await serveParts({});
    assert.equal(await openMachine(), undefined);
  });

  it('is unreachable when nobody answers', async () => {
    const key = { role: 'desk', id: '101', seed } as const;
    await serveParts({ key, journals: new JournalFolder(folder) });
    const machine = (await openMachine())!;
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    await assert.rejects(openMachine(), code('machine.unreachable'));
    await assert.rejects(machine.sign(frame('kabina/v1/entry')), code('machine.unreachable'));
    const journal = machine.journal('desk-0123456789abcdef');
    await assert.rejects(journal.read(), code('journal.unreachable'));
    await assert.rejects(journal.prepare(digest), code('journal.unreachable'));
    await assert.rejects(journal.commit(), code('journal.unreachable'));
  });

  it('is unreachable when what answers is no agent', async () => {
    const answers = [
      '<!doctype html>',
      'null',
      '{"role":"kiosk","id":"K1","publicKey":"AAAA"}',
      '{"role":"box","id":"K1","publicKey":"' + 'A'.repeat(43) + '"}',
      '{"committed":"x","prepared":null}',
      '{"committed":null}',
    ];
    let answer = '';
    await serve((request, response) => {
      request.resume();
      response.end(answer);
    });
    const good = { role: 'kiosk', id: 'K1', publicKey: 'A'.repeat(43) };
    answer = JSON.stringify(good);
    const machine = (await openMachine())!;
    for (answer of answers) {
      await assert.rejects(openMachine(), code('machine.unreachable'), answer);
      await assert.rejects(
        machine.journal('outbox-0123456789abcdef').read(),
        code('journal.unreachable'),
        answer,
      );
      await assert.rejects(machine.sign(new Uint8Array()), code('machine.unreachable'), answer);
    }
  });
});
