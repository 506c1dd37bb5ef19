/**
 * The descriptors of a simulated CCID device, as it answers them to GET_DESCRIPTOR (USB 2.0, 9.6;
 * CCID 1.1, 5.1).
 */
import {
  DESCRIPTOR_LENGTH,
  FEATURE,
  SMART_CARD_CLASS,
  type ExchangeLevel,
} from '../ccid-descriptor.ts';

export interface CcidIdentity {
  readonly level: ExchangeLevel;
  readonly slots: number;
  /** 0x0B, or 0xFF for a token that a plain page may drive. */
  readonly interfaceClass: number;
  /** Whether there is an interrupt endpoint. */
  readonly interrupt: boolean;
  readonly mostMessage: number;
  /** dwFeatures without the exchange level. */
  readonly features: number;
  /** Transmission protocols of the reader, as bits. */
  readonly protocols: number;
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer: string;
  readonly product: string;
  readonly serial: string;
}

/** Readers that exchange APDUs do everything by themselves; those of TPDUs leave it to the driver. */
const AUTOMATIC =
  FEATURE.autoParameters | FEATURE.autoVoltage | FEATURE.autoPps | FEATURE.autoIfsd | 0x30;
const MANUAL = FEATURE.autoVoltage | 0x30;

/** A reader of extended APDUs with one slot, unless something else is said. */
export function ccidIdentity(options: Partial<CcidIdentity> = {}): CcidIdentity {
  const { level = 'extended' } = options;
  return {
    level,
    slots: 1,
    interfaceClass: SMART_CARD_CLASS,
    interrupt: true,
    mostMessage: level === 'extended' ? 3072 : 271,
    features: level === 'tpdu' ? MANUAL : AUTOMATIC,
    protocols: 0x03,
    // The pid.codes test identifier: no product has it.
    vendorId: 0x1209,
    productId: 0x0001,
    manufacturer: 'Kabina',
    product: 'Simulated Reader',
    serial: '0001',
    ...options,
  };
}

/** Endpoints: bulk out 1, bulk in 2, interrupt in 3. */
export const ENDPOINTS = { bulkOut: 1, bulkIn: 2, interruptIn: 3 } as const;
/** High speed, as the specification has it. */
export const BULK_PACKET = 512;
export const INTERRUPT_PACKET = 64;

const LEVEL_BITS: Readonly<Record<ExchangeLevel, number>> = {
  character: 0,
  tpdu: 0x1_0000,
  short: 0x2_0000,
  extended: 0x4_0000,
};

/** The smart-card class descriptor, 54 bytes. */
export function classDescriptor(identity: CcidIdentity): Uint8Array {
  const bytes = new Uint8Array(DESCRIPTOR_LENGTH);
  const view = new DataView(bytes.buffer);
  const u32 = (at: number, value: number) => {
    view.setUint32(at, value, true);
  };
  bytes.set([DESCRIPTOR_LENGTH, 0x21, 0x10, 0x01, identity.slots - 1, 0x07]);
  u32(6, identity.protocols);
  u32(10, 4000);
  u32(14, 4000);
  u32(19, 10_752);
  u32(23, 344_086);
  u32(28, 254);
  u32(40, identity.features | LEVEL_BITS[identity.level]);
  u32(44, identity.mostMessage);
  // bClassGetResponse and bClassEnvelope: as the command's.
  bytes.set([0xff, 0xff], 48);
  bytes[53] = 1;
  return bytes;
}

export function deviceDescriptor(identity: CcidIdentity): Uint8Array {
  const { vendorId, productId } = identity;
  return Uint8Array.of(
    ...[18, 0x01, 0x00, 0x02, 0, 0, 0, 64],
    ...[vendorId & 0xff, vendorId >> 8, productId & 0xff, productId >> 8],
    ...[0x00, 0x01, 1, 2, 3, 1],
  );
}

/** The configuration with its interface, class descriptor and endpoints. */
export function configurationDescriptor(identity: CcidIdentity): Uint8Array {
  const { interrupt, interfaceClass } = identity;
  const count = interrupt ? 3 : 2;
  const endpoint = (address: number, type: number, packet: number, interval: number) => [
    ...[7, 0x05, address, type, packet & 0xff, packet >> 8, interval],
  ];
  const body = [
    ...[9, 0x04, 0, 0, count, interfaceClass, 0, 0, 0],
    ...classDescriptor(identity),
    ...endpoint(ENDPOINTS.bulkOut, 0x02, BULK_PACKET, 0),
    ...endpoint(ENDPOINTS.bulkIn | 0x80, 0x02, BULK_PACKET, 0),
    ...(interrupt ? endpoint(ENDPOINTS.interruptIn | 0x80, 0x03, INTERRUPT_PACKET, 8) : []),
  ];
  const total = 9 + body.length;
  return Uint8Array.of(9, 0x02, total & 0xff, total >> 8, 1, 1, 0, 0x80, 50, ...body);
}

/** A string descriptor: 0 is the list of languages, then maker, product and serial number. */
export function stringDescriptor(identity: CcidIdentity, index: number): Uint8Array | undefined {
  if (index === 0) return Uint8Array.of(4, 0x03, 0x09, 0x04);
  const text = [identity.manufacturer, identity.product, identity.serial][index - 1];
  if (text === undefined) return undefined;
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return Uint8Array.of(
    2 + 2 * units.length,
    0x03,
    ...units.flatMap((unit) => [unit & 0xff, unit >> 8]),
  );
}
