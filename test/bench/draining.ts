/**
 * What a station's kiosk waits for: keeping a ballot while others wait already, opening with all of
 * them, and sending them when the line is back. A real Chromium with a profile on the disk; journals
 * on the disk behind the machine's own routes; a receiving process that makes an item durable before
 * it signs that it has it.
 *
 * Items are random bytes of a ballot's size: a queue doesn't look into them, and what checking a
 * ballot takes is measured elsewhere. The receiver is quick, so that the page has hardly a pause.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { suiteById } from '@kabina/crypto/suites';
import { vectorLengths } from '@kabina/crypto/vector';
import { makeKeyFile } from '@kabina/kiosk-shell/agent/machine-key';
import { machineHandler } from '@kabina/kiosk-shell/start/station-machines';
import { launchPersistent } from '../browser/chromium.ts';
import { Receiver } from '../faults/outbox-rig.ts';
import type { Drained, Kiosk } from './draining-page.ts';
import { chooseOne } from './sealing.ts';

/** A ballot of one of ten under permits of three issuers. */
const OPTIONS = 10;
const PERMIT = 3 * (384 + 3);
/** What an entry has around its vector and its permits. */
const AROUND = 300;

export interface QueueTimes {
  /** Milliseconds of each `put`, by how many items were there. */
  readonly put: ReadonlyMap<number, readonly number[]>;
  /** Milliseconds with all items, each time in a browser that has just been started. */
  readonly open: readonly number[];
  readonly drain: Drained;
}

/**
 * @param items the most that wait
 * @param puts measured at none, a fifth and all of them
 */
export function measureQueue(items: number, puts: number, opens: number): Promise<QueueTimes> {
  const { cells, proofs, sum } = vectorLengths(
    suiteById('ristretto255-sha512'),
    chooseOne(OPTIONS),
  );
  const size = cells + proofs + sum + PERMIT + AROUND;
  return withMachine(async (folder, kiosk) => {
    const put = new Map<number, number[]>();
    await kiosk(async (call) => {
      await call('openQueue', size);
      let there = 0;
      for (const level of [0, Math.floor(items / 5), items]) {
        const times = await call('put', level - there + puts, size);
        put.set(level, times.slice(level - there));
        there = level + puts;
      }
    });
    const open: number[] = [];
    for (let n = 0; n < opens; n++) {
      await kiosk(async (call) => void open.push(await call('openQueue', size)));
    }
    const receiver = await Receiver.start(join(folder, 'received.sqlite'));
    try {
      const drain = await kiosk(async (call) => {
        await call('openQueue', size);
        const key = Buffer.from(receiver.publicKey, 'base64url').toString('hex');
        return call('drain', `http://127.0.0.1:${receiver.port}`, key);
      });
      return { put, open, drain };
    } finally {
      await receiver.kill();
    }
  });
}

/** Milliseconds until a kiosk knows its places again, each time in a browser just started. */
export function measurePlaces(places: number, opens: number): Promise<number[]> {
  return withMachine(async (_folder, kiosk) => {
    await kiosk((call) => call('fillPlaces', places));
    const times: number[] = [];
    for (let n = 0; n < opens; n++) {
      await kiosk(async (call) => void times.push(await call('openStation')));
    }
    return times;
  });
}

type Call = <K extends keyof Kiosk>(
  name: K,
  ...args: Parameters<Kiosk[K]>
) => Promise<Awaited<ReturnType<Kiosk[K]>>>;

/** Starts a browser over the profile of this machine's, works in its page and ends it. */
type Browse = <T>(work: (call: Call) => Promise<T>) => Promise<T>;

async function withMachine<T>(work: (folder: string, kiosk: Browse) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kabina-bench-'));
  const script = await bundle();
  const keyFile = join(folder, 'machine.key');
  await makeKeyFile(keyFile);
  const machine = await machineHandler({ role: 'kiosk', id: 'K1', keyFile }, join(folder, 'state'));
  const server = createServer((request, response) => {
    void machine(request, response).then((answered) => {
      if (answered) return;
      const page = `<!doctype html><title>bench</title><script type="module">${script}</script>`;
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    return await work(folder, async (inPage) => {
      const context = await launchPersistent(join(folder, 'profile'));
      try {
        const page = context.pages()[0] ?? (await context.newPage());
        await page.goto(url);
        await page.waitForFunction('globalThis.kiosk !== undefined');
        return await inPage((name, ...args) =>
          page.evaluate(`kiosk.${name}(${args.map((arg) => JSON.stringify(arg)).join()})`),
        );
      } finally {
        await context.close();
      }
    });
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'draining-page.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}
