/**
 * Base64url without padding (RFC 4648, section 5), in its one canonical form: what `decode` takes is
 * what `encode` writes. Bytes pass through buffers that are overwritten, since some are secret; the
 * text itself can't be.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SYMBOLS = Uint8Array.from(ALPHABET, (symbol) => symbol.charCodeAt(0));
const VALUES = new Uint8Array(128).fill(0xff);
SYMBOLS.forEach((symbol, value) => (VALUES[symbol] = value));

export function encodeBase64url(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let [bits, held, at] = [0, 0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      text[at++] = SYMBOLS[(held >> bits) & 0x3f]!;
    }
  }
  if (bits > 0) text[at] = SYMBOLS[(held << (6 - bits)) & 0x3f]!;
  const result = new TextDecoder().decode(text);
  text.fill(0);
  return result;
}

/** Undefined where the text is no base64url or not its canonical form. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, held, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const value = VALUES[text.charCodeAt(i)] ?? 0xff;
    if (value === 0xff) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  // Bits that belong to no byte are zero.
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
