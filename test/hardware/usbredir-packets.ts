/**
 * Packets of the USB network redirection protocol 0.7
 * (https://gitlab.freedesktop.org/spice/usbredir, docs/usb-redirection-protocol.md), those that a
 * device with control, bulk and interrupt endpoints needs. Every integer is little-endian.
 */

export const TYPE = {
  hello: 0,
  deviceConnect: 1,
  deviceDisconnect: 2,
  reset: 3,
  interfaceInfo: 4,
  endpointInfo: 5,
  setConfiguration: 6,
  getConfiguration: 7,
  configurationStatus: 8,
  setAltSetting: 9,
  getAltSetting: 10,
  altSettingStatus: 11,
  startInterrupt: 15,
  stopInterrupt: 16,
  interruptStatus: 17,
  cancelData: 21,
  filterReject: 22,
  filterFilter: 23,
  disconnectAck: 24,
  control: 100,
  bulk: 101,
  interrupt: 103,
} as const;

export const STATUS = { success: 0, cancelled: 1, invalid: 2, ioError: 3, stall: 4 } as const;

/** Capabilities, as numbers of bits. xHCI in QEMU asks for the last two. */
const CAPABILITY = {
  connectDeviceVersion: 1,
  disconnectAck: 3,
  endpointMaxPacketSize: 4,
  ids64: 5,
  bulkLength32: 6,
} as const;

export interface Packet {
  readonly type: number;
  /** Of the transfer; answers repeat it. */
  readonly id: bigint;
  readonly body: Buffer;
}

/** No packet of a device like ours is longer: QEMU is at fault, or not QEMU. */
const LONGEST = 1 << 20;

/** Cuts the stream from QEMU into packets. Hello alone has ids of 32 bits. */
export class PacketReader {
  #bytes = Buffer.alloc(0);
  #greeted = false;

  /** @throws {RangeError} on a packet that is too long */
  read(bytes: Uint8Array): Packet[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const packets: Packet[] = [];
    for (;;) {
      const header = this.#greeted ? 16 : 12;
      if (this.#bytes.length < header) return packets;
      const length = this.#bytes.readUInt32LE(4);
      if (length > LONGEST) throw new RangeError(`a usbredir packet of ${length} bytes`);
      if (this.#bytes.length < header + length) return packets;
      const type = this.#bytes.readUInt32LE(0);
      const id = this.#greeted
        ? this.#bytes.readBigUInt64LE(8)
        : BigInt(this.#bytes.readUInt32LE(8));
      packets.push({ type, id, body: this.#bytes.subarray(header, header + length) });
      this.#bytes = this.#bytes.subarray(header + length);
      this.#greeted = true;
    }
  }
}

/** One packet for QEMU. Hello goes with an id of 32 bits, all others with 64. */
export function packet(type: number, id: bigint, ...body: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(type === TYPE.hello ? 12 : 16);
  const content = Buffer.concat(body);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(content.length, 4);
  if (type === TYPE.hello) header.writeUInt32LE(Number(id), 8);
  else header.writeBigUInt64LE(id, 8);
  return Buffer.concat([header, content]);
}

/** The version, 64 bytes, and the capabilities, 4. */
export function helloBody(): Buffer {
  const body = Buffer.alloc(68);
  body.write('kabina hardware lab', 'latin1');
  const bits = Object.values(CAPABILITY).reduce((sum, bit) => sum | (1 << bit), 0);
  body.writeUInt32LE(bits, 64);
  return body;
}

/** What QEMU must know of the device before it asks for descriptors. */
export interface DeviceOutline {
  /** USB device descriptor (USB 2.0, 9.6.1), 18 bytes. */
  readonly device: Uint8Array;
  /** Configuration descriptor with all that belongs to it (9.6.3). */
  readonly configuration: Uint8Array;
}

const INTERFACE_DESCRIPTOR = 4;
const ENDPOINT_DESCRIPTOR = 5;
const HIGH_SPEED = 2;

/** The packets that plug a device in: interfaces, endpoints, and the device itself. */
export function connectPackets(outline: DeviceOutline): Buffer[] {
  const interfaces = Buffer.alloc(4 + 4 * 32);
  // type, interval and interface of 32 endpoints (16 out, 16 in), then their packet sizes.
  const endpoints = Buffer.alloc(3 * 32 + 2 * 32);
  endpoints.fill(255, 0, 32);
  const control = { type: 0, packetSize: outline.device[7]! };
  for (const slot of [0, 16]) {
    endpoints[slot] = control.type;
    endpoints.writeUInt16LE(control.packetSize, 96 + 2 * slot);
  }
  let count = 0;
  let current = 0;
  for (const descriptor of descriptorsIn(outline.configuration)) {
    if (descriptor[1] === INTERFACE_DESCRIPTOR) {
      current = descriptor[2]!;
      interfaces[4 + count] = current;
      for (const field of [0, 1, 2]) interfaces[36 + 32 * field + count] = descriptor[5 + field]!;
      count++;
    } else if (descriptor[1] === ENDPOINT_DESCRIPTOR) {
      const address = descriptor[2]!;
      const slot = (address & 0x0f) | ((address & 0x80) >> 3);
      endpoints[slot] = descriptor[3]! & 3;
      endpoints[32 + slot] = descriptor[6]!;
      endpoints[64 + slot] = current;
      endpoints.writeUInt16LE(descriptor[4]! | (descriptor[5]! << 8), 96 + 2 * slot);
    }
  }
  interfaces.writeUInt32LE(count, 0);
  const { device } = outline;
  return [
    packet(TYPE.interfaceInfo, 0n, interfaces),
    packet(TYPE.endpointInfo, 0n, endpoints),
    // Speed; class, subclass and protocol; vendor, product and version.
    packet(
      TYPE.deviceConnect,
      0n,
      Uint8Array.of(HIGH_SPEED, ...device.subarray(4, 7), ...device.subarray(8, 14)),
    ),
  ];
}

function* descriptorsIn(configuration: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < configuration.length; at += configuration[at]!) {
    yield configuration.subarray(at, at + configuration[at]!);
  }
}
