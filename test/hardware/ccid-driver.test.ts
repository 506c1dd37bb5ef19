/**
 * Level 4: the CCID driver over the Linux kernel's USB and libusb, in Node, as the kiosk's agent runs
 * it; in pages the same driver runs. It meets a reader and a card that we have not written, QEMU's
 * `usb-ccid` with libcacard's card, and the lab's own token, which can be pulled. Half a minute.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { emulatedCard } from './emulated-card.ts';
import { Guest, twiceIfStarved } from './guest/guest.ts';
import { opensslVerifies } from './openssl.ts';
import { labIsMissing } from './packages.ts';
import { simulatedToken } from './simulated-token.ts';
import { UsbSocket } from './usbredir.ts';

/** Half a minute on a machine with nothing else to do. */
const PATIENCE_MS = 240_000;

test(
  'the CCID driver signs with QEMU’s card and with a token that is pulled',
  { skip: labIsMissing(false) },
  () => twiceIfStarved(driveReaders),
);

async function driveReaders(): Promise<void> {
  const message = randomBytes(100);
  const digest = createHash('sha256').update(message).digest('hex');
  const emulated = await emulatedCard();
  const token = simulatedToken();
  const socket = await UsbSocket.open();
  socket.plug(token.device);
  let guest: Guest | undefined;
  try {
    guest = await Guest.boot({
      name: 'ccid-driver',
      program: new URL('inside/node-signs.ts', import.meta.url).pathname,
      args: [digest, token.pin],
      devices: [...emulated.qemuArguments, ...socket.qemuArguments],
      patience: PATIENCE_MS,
    });

    const { atr, second } = await guest.report<{ atr: string; second: string }>('connected');
    // T=0 alone, with libcacard’s historical bytes.
    assert.match(atr, /^3b7a18000073667465/);
    assert.equal(second, 'transport.busy');
    await opensslVerifies(await signature(guest), message, emulated.certificate);
    const { ended, late } = await guest.report<{ ended: string; late: string }>('closed');
    assert.deepEqual({ ended, late }, { ended: 'closed', late: 'transport.closed' });

    await opensslVerifies(await signature(guest), message, token.certificate);

    const begun = token.card.holdNextSignature();
    await guest.report('pull');
    await begun;
    socket.unplug();
    const pulled = await guest.report<{ outcome: string; ended: string }>('pulled');
    assert.equal(pulled.outcome, 'transport.removed');
    assert.equal(pulled.ended, 'removed');

    socket.plug(token.device);
    await opensslVerifies(await signature(guest), message, token.certificate);
  } finally {
    await guest?.stop();
    await socket.close();
    await emulated.remove();
  }
}

async function signature(guest: Guest): Promise<Uint8Array> {
  return Buffer.from((await guest.report<{ signature: string }>('signed')).signature, 'hex');
}
