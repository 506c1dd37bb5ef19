/**
 * Streebog, the hash function of GOST R 34.11-2012 (RFC 6986), with 256 and 512 bits, and its HMAC
 * (RFC 7836, section 4.1.2).
 *
 * Order of bytes. RFC 6986 writes messages and hash values as numbers, most significant byte first,
 * while the first octet of a message is its *least* significant one. Here a message is a string of
 * octets, first octet first, and so is the hash value: the RFC's printed values read backwards.
 * This is the order of RFC 9215, of RFC 7836 and of OpenSSL's `dgst -md_gost12_512`.
 *
 * A 512-bit value is held as 16 words of 32 bits, least significant word first. Lookups depend on
 * the data: the running time of a cached table can tell about a secret message.
 */
import { C, L, PI } from './streebog-constants.ts';

const WORDS = 16;
const BLOCK = 64;

/**
 * Substitution, transposition and linear map at once: entry `256·j + v` is what byte `v` in the
 * 64-bit word `j` gives to the result, its low and its high half.
 */
const LOW = new Int32Array(8 * 256);
const HIGH = new Int32Array(8 * 256);
for (let j = 0; j < 8; j++) {
  for (let v = 0; v < 256; v++) {
    const s = PI[v] as number;
    let sum = 0n;
    for (let bit = 0; bit < 8; bit++) {
      if ((s >> bit) & 1) sum ^= L[63 - 8 * j - bit] as bigint;
    }
    LOW[256 * j + v] = Number(sum & 0xffffffffn);
    HIGH[256 * j + v] = Number(sum >> 32n);
  }
}

/** The round constants as words, one after another. */
const ROUND_CONSTANTS = (() => {
  const words = new Int32Array(C.length * WORDS);
  C.forEach((value, round) => {
    for (let i = 0; i < WORDS; i++) {
      words[round * WORDS + i] = Number((value >> BigInt(32 * i)) & 0xffffffffn);
    }
  });
  return words;
})();

/** `out = L(P(S(a ⊕ b[from…])))`; `out` must be neither `a` nor `b`. */
function lps(out: Int32Array, a: Int32Array, b: Int32Array, from: number): void {
  for (let half = 0; half < 2; half++) {
    const at = from + half;
    const w0 = a[half]! ^ b[at]!;
    const w1 = a[half + 2]! ^ b[at + 2]!;
    const w2 = a[half + 4]! ^ b[at + 4]!;
    const w3 = a[half + 6]! ^ b[at + 6]!;
    const w4 = a[half + 8]! ^ b[at + 8]!;
    const w5 = a[half + 10]! ^ b[at + 10]!;
    const w6 = a[half + 12]! ^ b[at + 12]!;
    const w7 = a[half + 14]! ^ b[at + 14]!;
    // Word i of the result takes byte i of each of the eight words.
    for (let i = 0; i < 4; i++) {
      const shift = 8 * i;
      const e0 = (w0 >>> shift) & 255;
      const e1 = ((w1 >>> shift) & 255) | 0x100;
      const e2 = ((w2 >>> shift) & 255) | 0x200;
      const e3 = ((w3 >>> shift) & 255) | 0x300;
      const e4 = ((w4 >>> shift) & 255) | 0x400;
      const e5 = ((w5 >>> shift) & 255) | 0x500;
      const e6 = ((w6 >>> shift) & 255) | 0x600;
      const e7 = ((w7 >>> shift) & 255) | 0x700;
      const word = 2 * (4 * half + i);
      // prettier-ignore
      out[word] =
        LOW[e0]! ^ LOW[e1]! ^ LOW[e2]! ^ LOW[e3]! ^ LOW[e4]! ^ LOW[e5]! ^ LOW[e6]! ^ LOW[e7]!;
      // prettier-ignore
      out[word + 1] =
        HIGH[e0]! ^ HIGH[e1]! ^ HIGH[e2]! ^ HIGH[e3]! ^ HIGH[e4]! ^ HIGH[e5]! ^ HIGH[e6]! ^ HIGH[e7]!;
    }
  }
}

const ZERO = new Int32Array(WORDS);

/** The compression function `h = g_N(h, m)` (RFC 6986, section 8). */
function compress(h: Int32Array, n: Int32Array, m: Int32Array): void {
  let key = new Int32Array(WORDS);
  let nextKey = new Int32Array(WORDS);
  let state = m.slice();
  let nextState = new Int32Array(WORDS);
  lps(key, h, n, 0);
  for (let round = 0; round < C.length; round++) {
    lps(nextState, state, key, 0);
    lps(nextKey, key, ROUND_CONSTANTS, round * WORDS);
    [state, nextState] = [nextState, state];
    [key, nextKey] = [nextKey, key];
  }
  for (let i = 0; i < WORDS; i++) {
    h[i] = (h[i] as number) ^ (state[i] as number) ^ (key[i] as number) ^ (m[i] as number);
  }
}

/** `a = a + b` modulo 2⁵¹². */
function addTo(a: Int32Array, b: Int32Array): void {
  let carry = 0;
  for (let i = 0; i < WORDS; i++) {
    const sum = ((a[i] as number) >>> 0) + ((b[i] as number) >>> 0) + carry;
    a[i] = sum;
    carry = sum > 0xffffffff ? 1 : 0;
  }
}

function readBlock(out: Int32Array, block: DataView, at: number): void {
  for (let i = 0; i < WORDS; i++) out[i] = block.getInt32(at + 4 * i, true);
}

function hash(message: Uint8Array, initialByte: number): Uint8Array {
  const h = new Int32Array(WORDS).fill(initialByte * 0x01010101);
  const n = new Int32Array(WORDS); // bits hashed so far
  const sum = new Int32Array(WORDS); // of all the blocks
  const m = new Int32Array(WORDS);
  const bits = new Int32Array(WORDS);

  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  bits[0] = 8 * BLOCK;
  for (; message.length - at >= BLOCK; at += BLOCK) {
    readBlock(m, view, at);
    compress(h, n, m);
    addTo(n, bits);
    addTo(sum, m);
  }

  const rest = message.length - at;
  const last = new Uint8Array(BLOCK);
  last.set(message.subarray(at));
  last[rest] = 1;
  readBlock(m, new DataView(last.buffer), 0);
  bits[0] = 8 * rest;
  compress(h, n, m);
  addTo(n, bits);
  addTo(sum, m);
  compress(h, ZERO, n);
  compress(h, ZERO, sum);

  const out = new Uint8Array(BLOCK);
  const outView = new DataView(out.buffer);
  for (let i = 0; i < WORDS; i++) outView.setInt32(4 * i, h[i] as number, true);
  return out;
}

/** The 64 bytes of Streebog-512, first octet first. */
export function streebog512(message: Uint8Array): Uint8Array {
  return hash(message, 0);
}

/** The 32 bytes of Streebog-256, first octet first. */
export function streebog256(message: Uint8Array): Uint8Array {
  return hash(message, 1).slice(32);
}

/** HMAC_GOSTR3411_2012_512 (RFC 7836, section 4.1.2): 64 bytes. */
export function hmacStreebog512(key: Uint8Array, message: Uint8Array): Uint8Array {
  const k = new Uint8Array(BLOCK);
  k.set(key.length > BLOCK ? streebog512(key) : key);
  const inner = new Uint8Array(BLOCK + message.length);
  const outer = new Uint8Array(BLOCK + BLOCK);
  for (let i = 0; i < BLOCK; i++) {
    inner[i] = (k[i] as number) ^ 0x36;
    outer[i] = (k[i] as number) ^ 0x5c;
  }
  inner.set(message, BLOCK);
  outer.set(streebog512(inner), BLOCK);
  return streebog512(outer);
}
