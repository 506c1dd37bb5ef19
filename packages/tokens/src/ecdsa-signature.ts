/**
 * The two ways to write an ECDSA signature: DER `ECDSA-Sig-Value` (RFC 3279, 2.2.3), as certificates
 * and CMS have it, and r ‖ s of fixed length (BSI TR-03111, 5.2.1), as some cards answer.
 */
import { concatBytes } from './bytes.ts';
import { TokenError } from './errors.ts';
import { decodeOne, decodeTlv, encodeTlv, type Tlv } from './tlv.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** DER of the signature, whose bytes are r ‖ s of one length. */
export function toDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return encodeTlv(SEQUENCE, [integer(raw.subarray(0, half)), integer(raw.subarray(half))]);
}

/**
 * r ‖ s of the DER signature, or undefined where it is none: not the shortest encoding, a number
 * that is negative, zero or longer than the curve's.
 *
 * @param size bytes of one number: 32 for P-256, 48 for P-384
 */
export function fromDer(der: Uint8Array, size: number): Uint8Array | undefined {
  try {
    const [r, s, more] = decodeTlv(decodeOne(SEQUENCE, der, 'der'), 'der');
    const numbers = [natural(r, size), natural(s, size)];
    const [left, right] = numbers;
    return left && right && !more ? concatBytes(left, right) : undefined;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

/** Whether both halves of r ‖ s are numbers other than zero, as those of a signature are. */
export function plausible(raw: Uint8Array, size: number): boolean {
  const some = (half: Uint8Array) => half.some((byte) => byte !== 0);
  return raw.length === 2 * size && some(raw.subarray(0, size)) && some(raw.subarray(size));
}

function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? new Uint8Array(1) : bytes.subarray(first);
  const positive = short[0]! < 0x80 ? short : concatBytes(new Uint8Array(1), short);
  return encodeTlv(INTEGER, positive);
}

function natural(object: Tlv | undefined, size: number): Uint8Array | undefined {
  if (object?.tag !== INTEGER) return undefined;
  const [first, second] = object.value;
  if (first === undefined || first >= 0x80) return undefined;
  if (first === 0 && (second === undefined || second < 0x80)) return undefined;
  const digits = first === 0 ? object.value.subarray(1) : object.value;
  if (digits.length > size) return undefined;
  const padded = new Uint8Array(size);
  padded.set(digits, size - digits.length);
  return padded;
}
