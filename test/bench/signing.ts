/**
 * One member's signature through the whole stack but the system's own: a simulated card in a
 * simulated reader, the CCID driver over WebUSB, the card's application, CMS.
 */
import { createAuthority, generateKey, issue } from '@kabina/cms/authority';
import { openSignedData, prepareSignature } from '@kabina/cms/signed-data';
import { randomBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { findCard } from '@kabina/tokens/find-card';
import type { Result } from '@kabina/tokens/result';
import { CcidDevice } from '@kabina/tokens/testing/ccid-device';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import { SimulatedUsb } from '@kabina/tokens/testing/simulated-usb';
import { usbReaders } from '@kabina/tokens/usb-readers';

const PIN = '271828';
const algorithm = 'ecdsa-p256';
const DAY_MS = 86_400_000;

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.code);
  return result.value;
}

/** Milliseconds from the card's power-on to a finished CMS, and of checking one. */
export async function measureToken(rounds: number): Promise<{ sign: number[]; check: number[] }> {
  const validity = {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
  };
  const authority = createAuthority({ algorithm, name: 'CA', ...validity });
  const key = generateKey(algorithm);
  const { publicKey } = key;
  const certificate = issue(authority, { name: 'Member', algorithm, publicKey, ...validity });
  const device = new CcidDevice();
  device.insert(pivCard({ signature: { key, certificate }, pin: PIN }));
  const usb = new SimulatedUsb();
  usb.plug(device);
  const readers = usbReaders(usb);
  const [reader] = valueOf(await readers.open());
  const content = randomBytes(8_000);
  const times = { sign: [] as number[], check: [] as number[] };
  for (let round = -2; round < rounds; round++) {
    const started = performance.now();
    const transport = valueOf(await reader!.connect());
    const card = valueOf(await findCard(transport));
    const { der } = valueOf(await card.certificate());
    const prepared = prepareSignature({ certificate: der, content });
    const cms = prepared.finish(valueOf(await card.sign(prepared.input, utf8ToBytes(PIN))));
    const signed = performance.now();
    openSignedData(cms, content);
    const checked = performance.now();
    await transport.close();
    if (round < 0) continue;
    times.sign.push(signed - started);
    times.check.push(checked - signed);
  }
  await readers.close();
  return times;
}
