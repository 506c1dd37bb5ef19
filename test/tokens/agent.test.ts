/**
 * The kiosk's agent as a process of its own, a real pcscd behind it and a page's source before it:
 * the agent is killed in the middle of a session, and everything comes back by itself.
 */
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { agentReaders } from '@kabina/tokens/agent-readers';
import { makePairingSecret } from '@kabina/tokens/pairing';
import { insertCard, type InsertedCard } from '@kabina/tokens/testing/vpcd';
import type { ReaderSource } from '@kabina/tokens/transport';
import { Pcscd, pcscdMissing } from './pcscd.ts';
import { CHALLENGE, ProbeCard, SLOT, VERIFY, opened, problem, until } from './probe-card.ts';

const AGENT = new URL('../../kiosk-shell/agent/main.ts', import.meta.url).pathname;

/** Browsers name the page's origin by themselves; Node's WebSocket names none. */
const PlainSocket = globalThis.WebSocket;
class PageSocket extends PlainSocket {
  constructor(url: string) {
    super(url, { headers: { origin: new URL(url).origin.replace('ws:', 'http:') } } as never);
  }
}

describe('the kiosk’s agent with pcscd', { skip: pcscdMissing() }, () => {
  let folder: string;
  let pcscd: Pcscd;
  let agent: ChildProcess;
  let inserted: InsertedCard;
  let page: ReaderSource;
  const card = new ProbeCard();
  const secret = makePairingSecret();

  const slot = () => page.readers.find((reader) => reader.name === SLOT);
  const start = async (port: number): Promise<number> => {
    agent = fork(AGENT, ['--config', join(folder, 'agent.json'), '--port', `${port}`], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [message] = (await once(agent, 'message')) as [{ port: number }];
    return message.port;
  };

  before(async () => {
    globalThis.WebSocket = PageSocket as typeof WebSocket;
    folder = await mkdtemp(join(tmpdir(), 'kabina-agent-'));
    await mkdir(join(folder, 'pages/kiosk-shell/terminal'), { recursive: true });
    await writeFile(join(folder, 'pages/kiosk-shell/terminal/index.html'), '<!doctype html>');
    await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
    const config = {
      port: 0,
      pages: join(folder, 'pages'),
      tokens: 'pcsc',
      secretFile: join(folder, 'secret'),
    };
    await writeFile(join(folder, 'agent.json'), JSON.stringify(config));
    pcscd = await Pcscd.open();
    inserted = await insertCard(card);
  });
  after(async () => {
    globalThis.WebSocket = PlainSocket;
    await page.close();
    agent.kill('SIGKILL');
    inserted.remove();
    await pcscd.close();
    await rm(folder, { recursive: true });
  });

  it('comes back to the page after it was killed, and the card has forgotten the PIN', async () => {
    const port = await start(0);
    page = agentReaders({ url: `ws://127.0.0.1:${port}/bridge`, secret });
    opened(await page.open());
    await until(page, () => slot()?.present === true);
    const session = opened(await slot()!.connect());
    opened(await session.transmit(VERIFY));
    assert.equal(card.verified, true);
    const forgotten = new Promise<void>((resolve) => (card.onForgotten = resolve));
    agent.kill('SIGKILL');
    assert.equal(await session.ended, 'removed');
    // pcscd resets the card of a program that died; nobody else had to connect first.
    await forgotten;
    assert.equal(problem(await page.open()), 'transport.unreachable');

    await start(port);
    await until(page, () => slot()?.present === true);
    const again = opened(await slot()!.connect());
    assert.deepEqual(opened(await again.transmit(CHALLENGE)), Uint8Array.of(0, 5, 0x90, 0));
    await again.close();
  });

  it('stops when it is told to, and powers the card off first', async () => {
    const session = opened(await slot()!.connect());
    opened(await session.transmit(VERIFY));
    const forgotten = new Promise<void>((resolve) => (card.onForgotten = resolve));
    const exited = once(agent, 'exit');
    agent.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    await forgotten;
    assert.equal(await session.ended, 'removed');
  });
});
