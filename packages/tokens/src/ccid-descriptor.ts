/**
 * The smart-card class descriptor (CCID 1.1, 5.1) and its place among the other descriptors of a
 * configuration (USB 2.0, 9.6): what a reader says it can do.
 *
 * WebUSB shows no class descriptors, so the driver asks the device for its whole configuration and
 * reads it here.
 */

/** What one message of `PC_to_RDR_XfrBlock` carries: dwFeatures, bits 16-18. */
export type ExchangeLevel = 'character' | 'tpdu' | 'short' | 'extended';

/** Bits of dwFeatures that the driver looks at. */
export const FEATURE = {
  /** The reader sets its parameters from the ATR by itself. */
  autoParameters: 0x02,
  /** The reader powers a card as soon as it is put in. */
  autoActivation: 0x04,
  /** The reader chooses the card's voltage. */
  autoVoltage: 0x08,
  /** The reader negotiates parameters with the card in a way of its own. */
  autoNegotiation: 0x40,
  /** The reader does the PPS exchange that the parameters set in it call for. */
  autoPps: 0x80,
  /** The reader tells a T=1 card its IFSD as the first exchange. */
  autoIfsd: 0x400,
} as const;

const LEVEL_MASK = 0x0007_0000;
const LEVELS: Readonly<Record<number, ExchangeLevel>> = {
  0: 'character',
  0x0001_0000: 'tpdu',
  0x0002_0000: 'short',
  0x0004_0000: 'extended',
};

export const SMART_CARD_CLASS = 0x0b;
export const VENDOR_CLASS = 0xff;
/** Length of the class descriptor. */
export const DESCRIPTOR_LENGTH = 0x36;
const DESCRIPTOR_TYPE = 0x21;
const CONFIGURATION_TYPE = 0x02;
const CONFIGURATION_LENGTH = 9;
const INTERFACE_TYPE = 0x04;
const INTERFACE_LENGTH = 9;

/** A longest APDU (4 + 3 + 65,535 + 2) in one message: more than that no reader needs. */
const MOST_MESSAGE = 10 + 65_544;
/** A bulk packet at full speed, which no known reader goes below. */
const LEAST_MESSAGE = 64;
/** A short APDU (4 + 1 + 255 + 1), without and with the header. */
const SHORT_APDU = 261;
const SHORT_MESSAGE = 10 + SHORT_APDU;

/** What the class descriptor says, as far as the driver uses it. */
export interface SmartCardDescriptor {
  readonly level: ExchangeLevel;
  /** 1 to 256. */
  readonly slots: number;
  /** bVoltageSupport: bit 0 is 5 V, bit 1 3 V, bit 2 1.8 V. */
  readonly voltages: number;
  /** Transmission protocols that the reader speaks (ISO/IEC 7816-3): 0, 1 or both. */
  readonly protocols: readonly number[];
  /** dwDefaultClock, kHz. */
  readonly clock: number;
  /** dwMaxDataRate, bit/s. */
  readonly mostRate: number;
  /** dwMaxIFSD: the longest information field of a T=1 block that the reader takes. */
  readonly ifsd: number;
  /** dwFeatures, whole. */
  readonly features: number;
  /** dwMaxCCIDMessageLength, header included; what is more than an APDU needs is cut. */
  readonly mostMessage: number;
}

/**
 * What is assumed of a reader of class 0x0B where the browser doesn't hand out descriptors: one
 * slot, short APDUs and everything automatic, which is what tokens do.
 */
export const ASSUMED_DESCRIPTOR: SmartCardDescriptor = {
  level: 'short',
  slots: 1,
  voltages: 0x07,
  protocols: [0, 1],
  clock: 4000,
  mostRate: 10_752,
  ifsd: 254,
  features:
    0x0002_0000 | FEATURE.autoParameters | FEATURE.autoVoltage | FEATURE.autoPps | FEATURE.autoIfsd,
  mostMessage: 271,
};

/**
 * The class descriptor that the bytes are, or undefined where they are none: of another length or
 * type, with a level that doesn't exist, no protocol, or messages too short for anything. The
 * release number is not looked at: readers are sold with 1.00 to 2.10 and 10.01 for the same thing.
 */
export function decodeSmartCardDescriptor(bytes: Uint8Array): SmartCardDescriptor | undefined {
  if (bytes.length !== DESCRIPTOR_LENGTH || bytes[0] !== DESCRIPTOR_LENGTH) return undefined;
  if (bytes[1] !== DESCRIPTOR_TYPE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u32 = (at: number) => view.getUint32(at, true);
  const features = u32(40);
  const level = LEVELS[features & LEVEL_MASK];
  const mostMessage = u32(44);
  const protocols = [0, 1].filter((protocol) => (u32(6) & (1 << protocol)) !== 0);
  if (level === undefined || protocols.length === 0) return undefined;
  if (mostMessage < LEAST_MESSAGE) return undefined;
  return {
    level,
    slots: bytes[4]! + 1,
    voltages: bytes[5]!,
    protocols,
    clock: u32(10),
    mostRate: u32(23),
    ifsd: u32(28),
    features,
    mostMessage: longestMessage(mostMessage),
  };
}

/** About one reader in thirty names the length of its longest APDU and forgets the header. */
function longestMessage(said: number): number {
  if (said >= SHORT_APDU && said < SHORT_MESSAGE) return SHORT_MESSAGE;
  return Math.min(said, MOST_MESSAGE);
}

/** One alternate setting of an interface, and the class descriptor that stands behind it. */
export interface InterfaceDescriptor {
  readonly interfaceNumber: number;
  readonly alternateSetting: number;
  readonly interfaceClass: number;
  /** Of the first valid class descriptor before the next interface. */
  readonly smartCard: SmartCardDescriptor | undefined;
}

/**
 * The interfaces of a configuration descriptor with everything that belongs to it (USB 2.0, 9.6.3),
 * or undefined where the bytes are none: cut off, longer than they say, or with a descriptor that
 * reaches over the end.
 *
 * A class descriptor stands between its interface and that one's endpoints; some readers put it
 * behind the endpoints.
 */
export function decodeConfiguration(bytes: Uint8Array): InterfaceDescriptor[] | undefined {
  if (bytes.length < CONFIGURATION_LENGTH) return undefined;
  if (bytes[0] !== CONFIGURATION_LENGTH || bytes[1] !== CONFIGURATION_TYPE) return undefined;
  if ((bytes[2]! | (bytes[3]! << 8)) !== bytes.length) return undefined;
  const interfaces: InterfaceDescriptor[] = [];
  for (let at = CONFIGURATION_LENGTH; at < bytes.length;) {
    const length = bytes[at]!;
    if (length < 2 || at + length > bytes.length) return undefined;
    const descriptor = bytes.subarray(at, at + length);
    at += length;
    const last = interfaces.at(-1);
    if (descriptor[1] === INTERFACE_TYPE) {
      if (length !== INTERFACE_LENGTH) return undefined;
      interfaces.push({
        interfaceNumber: descriptor[2]!,
        alternateSetting: descriptor[3]!,
        interfaceClass: descriptor[5]!,
        smartCard: undefined,
      });
    } else if (descriptor[1] === DESCRIPTOR_TYPE && last && !last.smartCard) {
      // Type 0x21 is HID's too, with another length: what isn't valid here is somebody else's.
      interfaces[interfaces.length - 1] = {
        ...last,
        smartCard: decodeSmartCardDescriptor(descriptor),
      };
    }
  }
  return interfaces;
}
