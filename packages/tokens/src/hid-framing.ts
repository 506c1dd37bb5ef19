/**
 * APDUs in HID reports: the open framing of hardware tokens that are no CCID reader, as Ledger's
 * application documentation gives it ("Transport protocol, General transport description", the same
 * text in each app's `doc/*.asc`).
 *
 * A packet fills one report and is padded:
 *
 *     channel u16 | tag 0x05 | sequence u16 | payload
 *
 * All numbers are big-endian. The sequence counts from 0 within one APDU; the payload of packet 0
 * begins with the length of the whole APDU as a u16. What stands after the APDU's end is padding;
 * tokens leave old bytes there, so it is not looked at.
 */

const TAG_APDU = 0x05;
const HEADER = 5;
const LENGTH = 2;
/** A status word. */
const SHORTEST_RESPONSE = 2;

/** What the documentation has everybody use, and what tokens answer on. */
export const DEFAULT_CHANNEL = 0x0101;

/**
 * Cuts a command APDU into packets.
 *
 * @param apdu 1 to 65,535 bytes
 * @param size bytes of one report
 * @returns packets of `size` bytes each, padded with zeros. They are copies: the caller wipes them.
 * @throws RangeError for an APDU or a report that the framing can't carry
 */
export function toPackets(apdu: Uint8Array, size: number, channel = DEFAULT_CHANNEL): Uint8Array[] {
  if (apdu.length === 0 || apdu.length > 0xffff)
    throw new RangeError('an APDU has 1 to 65535 bytes');
  if (size <= HEADER + LENGTH) throw new RangeError('a report has to be longer than its header');
  const packets: Uint8Array[] = [];
  for (let from = 0; from < apdu.length;) {
    const packet = new Uint8Array(size);
    const view = new DataView(packet.buffer);
    view.setUint16(0, channel);
    view.setUint8(2, TAG_APDU);
    view.setUint16(3, packets.length);
    const start = packets.length === 0 ? HEADER + LENGTH : HEADER;
    if (packets.length === 0) view.setUint16(HEADER, apdu.length);
    const part = apdu.subarray(from, from + size - start);
    packet.set(part, start);
    from += part.length;
    packets.push(packet);
  }
  return packets;
}

/** Puts the packets of one response together. Strict: any packet out of turn is the end of it. */
export class Reassembly {
  #channel: number;
  #size: number;
  #response: Uint8Array | undefined;
  #filled = 0;
  #sequence = 0;

  /** @param size bytes of one report */
  constructor(size: number, channel = DEFAULT_CHANNEL) {
    this.#channel = channel;
    this.#size = size;
  }

  /**
   * @returns the response once it is whole, `undefined` while more packets are to come, or what is
   *   wrong with this packet, in words
   */
  push(packet: DataView): Uint8Array | string | undefined {
    if (packet.byteLength !== this.#size) return `a report of ${packet.byteLength} bytes`;
    if (packet.getUint16(0) !== this.#channel) return 'a packet of another channel';
    if (packet.getUint8(2) !== TAG_APDU) return 'a packet that carries no APDU';
    if (packet.getUint16(3) !== this.#sequence) return 'a packet out of sequence';
    let start = HEADER;
    if (this.#response === undefined) {
      const length = packet.getUint16(HEADER);
      if (length < SHORTEST_RESPONSE) return 'a response without a status';
      this.#response = new Uint8Array(length);
      start += LENGTH;
    }
    const response = this.#response;
    const length = Math.min(response.length - this.#filled, this.#size - start);
    response.set(new Uint8Array(packet.buffer, packet.byteOffset + start, length), this.#filled);
    this.#filled += length;
    this.#sequence += 1;
    return this.#filled === response.length ? response : undefined;
  }
}
