/**
 * In the guest: Node drives readers through libusb, with the very driver that pages use, as the
 * kiosk's agent may. First QEMU's reader with libcacard's card, then the lab's own token, which is
 * pulled out while it signs. Arguments: the digest in hexadecimal digits, and the token's PIN.
 */
import { findCard } from '@kabina/tokens/find-card';
import type { Result } from '@kabina/tokens/result';
import type { ApduTransport, CardReader, ReaderSource } from '@kabina/tokens/transport';
import { usbReaders } from '@kabina/tokens/usb-readers';
import { WebUSB } from 'usb';
import { signWithCac } from '../cac.ts';
import { main, report } from './line.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const digest = Uint8Array.from(Buffer.from(process.argv[2]!, 'hex'));
const pin = process.argv[3]!;

function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.problem.code}: ${result.problem.message}`);
}

/** The code of the problem, or `ok`. */
const outcome = (result: Result<unknown>): string => (result.ok ? 'ok' : result.problem.code);

/** Waits until a reader of this name is there with a card in it. */
async function readerOf(source: ReaderSource, name: string): Promise<CardReader> {
  for (;;) {
    const changed = new Promise((resolve) => {
      source.addEventListener('change', resolve, { once: true });
    });
    const found = source.readers.find((reader) => reader.present && reader.name.includes(name));
    if (found !== undefined) return found;
    await changed;
  }
}

async function signWithToken(transport: ApduTransport): Promise<Result<Uint8Array>> {
  const card = value(await findCard(transport));
  return card.sign(digest, new TextEncoder().encode(pin));
}

await main(async () => {
  const source = usbReaders(new WebUSB({ allowAllDevices: true }));
  value(await source.open());

  const emulated = await readerOf(source, 'QEMU');
  let transport = value(await emulated.connect());
  report('connected', { atr: hex(transport.atr), second: outcome(await emulated.connect()) });
  report('signed', { signature: hex(await signWithCac(transport, digest)) });
  await transport.close();
  const late = await transport.transmit(Uint8Array.of(0, 0xa4, 4, 0));
  report('closed', { ended: await transport.ended, late: outcome(late) });

  transport = value(await (await readerOf(source, 'Kabina')).connect());
  report('signed', { signature: hex(value(await signWithToken(transport))) });
  await transport.close();

  transport = value(await (await readerOf(source, 'Kabina')).connect());
  report('pull');
  const pulled = await signWithToken(transport);
  report('pulled', { outcome: outcome(pulled), ended: await transport.ended });

  // The test has plugged it in again.
  transport = value(await (await readerOf(source, 'Kabina')).connect());
  report('signed', { signature: hex(value(await signWithToken(transport))) });
  await transport.close();
  await source.close();
});
