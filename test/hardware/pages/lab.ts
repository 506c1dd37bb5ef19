/**
 * A page of the lab, with nothing on it: what a test evaluates in it to drive devices with the
 * product's own drivers. Bytes go in and out as hexadecimal digits.
 */
import { findCard } from '@kabina/tokens/find-card';
import { hidScanner } from '@kabina/tokens/hid-scanner';
import type { Result } from '@kabina/tokens/result';
import type { ApduTransport } from '@kabina/tokens/transport';
import { usbReaders } from '@kabina/tokens/usb-readers';
import { signWithCac } from '../cac.ts';

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** The value; a problem is thrown, for the test to see. */
function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.problem.code}: ${result.problem.message}`);
}

/** Opens a session with the card in a reader of this name, and closes it in any case. */
async function withCard<T>(
  reader: string,
  work: (transport: ApduTransport) => Promise<T>,
): Promise<T> {
  const source = usbReaders(navigator.usb);
  try {
    value(await source.open());
    const found = source.readers.find(({ name }) => name.includes(reader));
    if (found === undefined) throw new Error(`no ${reader} among the readers`);
    return await work(value(await found.connect()));
  } finally {
    await source.close();
  }
}

const scanned: string[] = [];
const scanner = hidScanner(navigator.hid, { take: (text) => scanned.push(text) > 0 });

const lab = {
  /** What the browser itself says against claiming the first interface of the first device. */
  async claim(): Promise<string> {
    const [device] = await navigator.usb.getDevices();
    if (device === undefined) return 'no device';
    await device.open();
    try {
      if (device.configuration === null) await device.selectConfiguration(1);
      await device.claimInterface(0);
      return 'claimed';
    } catch (error) {
      return (error as Error).name;
    } finally {
      await device.close();
    }
  },

  /** What the driver answers: names of readers, or the code of its problem. */
  async readers(): Promise<string> {
    const source = usbReaders(navigator.usb);
    const opened = await source.open();
    const answer = opened.ok
      ? opened.value.map(({ name }) => name).join(', ')
      : opened.problem.code;
    await source.close();
    return answer;
  },

  signWithCac: (digest: string): Promise<string> =>
    withCard('QEMU', async (transport) => hex(await signWithCac(transport, bytes(digest)))),

  /** Signs with whatever card the product finds in the simulated reader. */
  signWithToken: (
    digest: string,
    pin: string,
  ): Promise<{ application: string; certificate: string; signature: string }> =>
    withCard('Kabina', async (transport) => {
      const card = value(await findCard(transport));
      const { der } = value(await card.certificate());
      const signature = value(await card.sign(bytes(digest), new TextEncoder().encode(pin)));
      return { application: card.application, certificate: hex(der), signature: hex(signature) };
    }),

  /** Begins to listen to scanners; whether one is there. */
  async listen(): Promise<boolean> {
    await scanner.open();
    return scanner.connected;
  },

  /** Texts that were scanned. */
  scanned,
};

(globalThis as { lab?: typeof lab }).lab = lab;
