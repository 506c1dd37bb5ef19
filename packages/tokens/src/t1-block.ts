/**
 * Blocks of T=1 (ISO/IEC 7816-3:2006, 11.3): NAD, PCB and LEN, an information field of up to 254
 * bytes, and an error detection code of one byte (LRC) or two (CRC).
 */

export type Edc = 'lrc' | 'crc';

/** Types of S-blocks, the low half of their PCB (11.3.2.2). */
export const SUPERVISORY = { resync: 0, ifs: 1, abort: 2, wtx: 3 } as const;

/** The error that an R-block reports. */
export const REPORT = { none: 0, edc: 1, other: 2 } as const;

export type T1Block =
  | {
      readonly kind: 'I';
      /** N(S), 0 or 1. */
      readonly number: number;
      /** M: another block of this chain follows. */
      readonly more: boolean;
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'R';
      /** N(R): of the I-block that is expected. */
      readonly number: number;
      readonly report: number;
    }
  | {
      readonly kind: 'S';
      readonly type: number;
      readonly response: boolean;
      readonly data: Uint8Array;
    };

export const MOST_INFORMATION = 254;

/** The block's bytes, with NAD 0. */
export function encodeT1Block(block: T1Block, edc: Edc): Uint8Array {
  const data = block.kind === 'R' ? new Uint8Array() : block.data;
  const size = 3 + data.length;
  const bytes = new Uint8Array(size + (edc === 'lrc' ? 1 : 2));
  bytes[1] = controlByte(block);
  bytes[2] = data.length;
  bytes.set(data, 3);
  bytes.set(checkBytes(bytes.subarray(0, size), edc), size);
  return bytes;
}

function controlByte(block: T1Block): number {
  switch (block.kind) {
    case 'I':
      return (block.number << 6) | (block.more ? 0x20 : 0);
    case 'R':
      return 0x80 | (block.number << 4) | block.report;
    case 'S':
      return 0xc0 | (block.response ? 0x20 : 0) | block.type;
  }
}

/**
 * The block that the bytes are. `'edc'` where the check bytes are wrong, the length is not the one
 * that LEN says, or there is less than a block; `'other'` where they are right and the block breaks
 * the protocol: another NAD than 0, a LEN of 255, a PCB that doesn't exist, or an information field
 * of a length that its type doesn't have. `data` is a view.
 */
export function decodeT1Block(bytes: Uint8Array, edc: Edc): T1Block | 'edc' | 'other' {
  const [nad, pcb, length] = bytes;
  const size = bytes.length - (edc === 'lrc' ? 1 : 2);
  if (nad === undefined || pcb === undefined || length === undefined) return 'edc';
  if (size !== 3 + length) return 'edc';
  const expected = checkBytes(bytes.subarray(0, size), edc);
  if (expected.some((byte, at) => bytes[size + at] !== byte)) return 'edc';
  if (nad !== 0 || length > MOST_INFORMATION) return 'other';

  const data = bytes.subarray(3, size);
  if ((pcb & 0x80) === 0) {
    if ((pcb & 0x1f) !== 0) return 'other';
    return { kind: 'I', number: (pcb >> 6) & 1, more: (pcb & 0x20) !== 0, data };
  }
  const low = pcb & 0x0f;
  if ((pcb & 0x40) === 0) {
    if ((pcb & 0x20) !== 0 || low > REPORT.other || length !== 0) return 'other';
    return { kind: 'R', number: (pcb >> 4) & 1, report: low };
  }
  // Resynchronisation and abortion carry nothing, the two others one byte.
  const carries = low === SUPERVISORY.ifs || low === SUPERVISORY.wtx ? 1 : 0;
  if ((pcb & 0x10) !== 0 || low > SUPERVISORY.wtx || length !== carries) return 'other';
  return { kind: 'S', type: low, response: (pcb & 0x20) !== 0, data };
}

function checkBytes(bytes: Uint8Array, edc: Edc): readonly number[] {
  if (edc === 'lrc') return [bytes.reduce((sum, byte) => sum ^ byte, 0)];
  const sum = crc(bytes);
  return [sum >> 8, sum & 0xff];
}

/**
 * The polynomial x^16 + x^12 + x^5 + 1 from the low bit up, begun with ones and not inverted. ISO
 * refers to ISO/IEC 13239 and leaves room for doubt; this is what libccid and the cards tested with
 * it agree on, the high byte first (recorded exchange: OsEID, doc/T1_CRC.txt).
 */
function crc(bytes: Uint8Array): number {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) === 0 ? 0 : 0x8408);
  }
  return sum;
}
