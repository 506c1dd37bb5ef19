#!/usr/bin/env node
/**
 * A holder's seat as a process with storage of its own.
 *
 *     node trustee.ts keys  --state DIR --index I
 *     node trustee.ts serve --state DIR --index I --election HEX --box URL
 *
 * `keys` makes the holder's keys and writes their public halves to DIR/public.json for the manifest.
 * `serve` follows the board and does what is due. The passphrase comes as the first line of standard
 * input, or from a parent process as the message `{secret: "…"}`; never as an argument.
 */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { BoardFollower, httpReader } from '@kabina/election/follower';
import { entryPoster } from '../box-client.ts';
import { folderStore } from '../folder-store.ts';
import { takeSeat } from '../seat.ts';
import { Trustee } from '../trustee.ts';
import { Vault } from '../vault.ts';

/** How often the board is looked at while nothing is due, in milliseconds. */
const POLL = 500;

async function readPassphrase(): Promise<string> {
  if (process.send !== undefined) {
    const [message] = (await once(process, 'message')) as [{ secret?: unknown }];
    if (typeof message.secret === 'string') return message.secret;
    throw new Error('the parent sent no passphrase');
  }
  for await (const line of createInterface({ input: process.stdin })) return line;
  throw new Error('no passphrase on standard input');
}

function tell(message: object): void {
  if (process.send !== undefined) process.send(message);
  else console.log(JSON.stringify(message));
}

const { values, positionals } = parseArgs({
  options: {
    state: { type: 'string' },
    index: { type: 'string' },
    election: { type: 'string' },
    box: { type: 'string' },
  },
  allowPositionals: true,
});
const [command] = positionals;
const { state, index, election, box } = values;
const serving = command === 'serve' && election !== undefined && box !== undefined;
if (state === undefined || index === undefined || (command !== 'keys' && !serving)) {
  console.error('usage: trustee.ts keys|serve --state DIR --index I [--election HEX --box URL]');
  process.exit(2);
}

await mkdir(state, { recursive: true, mode: 0o700 });
const vault = await Vault.open(folderStore(state), await readPassphrase());

if (command === 'keys') {
  const keys = await takeSeat(vault);
  const publicKeys = {
    index: Number(index),
    signingKey: bytesToHex(keys.signingKey),
    hpkeKey: bytesToHex(keys.hpkeKey),
  };
  await writeFile(join(state, 'public.json'), `${JSON.stringify(publicKeys)}\n`);
  tell({ ready: true, ...publicKeys });
  process.disconnect?.();
} else {
  const reader = httpReader(new URL('/board/', box).href);
  const follower = new BoardFollower(reader, {
    electionId: hexToBytes(election!),
    quorum: true,
  });
  const trustee = new Trustee({
    index: Number(index),
    vault,
    follower,
    reader,
    post: entryPoster(box!),
  });
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  tell({ ready: true });
  let last = '';
  for (;;) {
    let now: string;
    let pause = POLL;
    try {
      const progress = await trustee.step();
      now = JSON.stringify(progress);
      if (progress.at === 'did') pause = 0;
      if (progress.at === 'done') pause = 4 * POLL;
    } catch (error) {
      const { code = 'trustee.failed', message } = error as { code?: string; message: string };
      now = JSON.stringify({ at: 'failed', code, message });
    }
    // Told once, not at every look: what the holder's screen would show.
    if (now !== last) tell(JSON.parse(now) as object);
    last = now;
    await sleep(pause);
  }
}
