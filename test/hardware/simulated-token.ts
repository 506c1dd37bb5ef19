/**
 * The lab's token: a simulated PIV card that cannot leave its reader, a USB device for a
 * {@link UsbSocket}. It does what QEMU's own reader does not: speaks T=1 and leaves the blocks to the
 * driver, asks for more time, and is pulled in the middle of a signature.
 */
import { CcidDevice } from '@kabina/tokens/testing/ccid-device';
import { selfSigned } from '@kabina/tokens/testing/certificate';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import { simulatedKey } from '@kabina/tokens/testing/simulated-key';
import { HeldCard } from './held-card.ts';
import { usbToken } from './usb-token.ts';
import type { SimulatedUsbDevice } from './usbredir.ts';

/** bMessageType of PC_to_RDR_XfrBlock (CCID 1.1, 6.1.4). */
const XFR_BLOCK = 0x6f;
/** Every so many blocks the reader asks for time before it answers. */
const SLOW_BLOCK = 4;

export interface SimulatedToken {
  /** For the socket. */
  readonly device: SimulatedUsbDevice;
  readonly card: HeldCard;
  /** X.509, DER, of an ECDSA key on P-256. */
  readonly certificate: Uint8Array;
  readonly holder: string;
  readonly pin: string;
  readonly vendor: number;
  readonly product: number;
}

export function simulatedToken(): SimulatedToken {
  const pin = '314159';
  const holder = 'Ирина Лабораторная';
  const key = simulatedKey('ecdsa-p256');
  const certificate = selfSigned(key, { name: holder });
  const card = new HeldCard(pivCard({ signature: { key, certificate }, pin }));
  let blocks = 0;
  const reader = new CcidDevice({
    level: 'tpdu',
    faults: ({ type }) =>
      type === XFR_BLOCK && ++blocks % SLOW_BLOCK === 0 ? { kind: 'extend', times: 2 } : undefined,
  });
  reader.insert(card);
  const { vendorId: vendor, productId: product } = reader.identity;
  return { device: usbToken(reader), card, certificate, holder, pin, vendor, product };
}
