/** The issuers' RSA keys of test elections, which are public, and what an issuer does with them. */
import { bytesToHex, hexToBytes } from '@kabina/crypto/bytes';
import { testingPrimes } from './testing-keys.ts';
import { stationPrimes } from './testing-station-keys.ts';

/** The public exponent of all test keys. */
export const EXPONENT = 65_537;

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1];
  }
  return ((t0 % modulus) + modulus) % modulus;
}

const number = (bytes: Uint8Array) => BigInt(`0x${bytesToHex(bytes)}`);
const fixed = (value: bigint, length: number) =>
  hexToBytes(value.toString(16).padStart(length * 2, '0'));

const primes = [...testingPrimes, ...stationPrimes];

/** The modulus of the n-th test key: ten for online lists, six for a station's. */
export function testModulus(n: number): Uint8Array {
  const [p, q] = primes[n] as readonly [string, string];
  return fixed(BigInt(`0x${p}`) * BigInt(`0x${q}`), (p.length + q.length) / 2);
}

/** What an issuer does: the private operation on a blinded message. Test keys only. */
export function testBlindSign(modulus: Uint8Array, blinded: Uint8Array): Uint8Array {
  const found = primes.findIndex((_, n) => bytesToHex(testModulus(n)) === bytesToHex(modulus));
  const [p, q] = (primes[found] as readonly [string, string]).map((h) => BigInt(`0x${h}`)) as [
    bigint,
    bigint,
  ];
  // By the Chinese remainder theorem, four times as fast.
  const message = number(blinded);
  const d = (prime: bigint) => inverse(BigInt(EXPONENT), prime - 1n);
  const [mp, mq] = [power(message, d(p), p), power(message, d(q), q)];
  const h = ((((mp - mq) * inverse(q, p)) % p) + p) % p;
  return fixed(mq + h * q, modulus.length);
}
