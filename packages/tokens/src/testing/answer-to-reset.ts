/** An answer to reset (ISO/IEC 7816-3, 8.2) for a simulated card. */

/**
 * T=1 with 254 bytes of information at once, no guard time beyond the protocol's, and the check
 * byte TCK, as USB tokens answer.
 *
 * @param historical up to 15 historical bytes (ISO/IEC 7816-4, 12.1.1)
 */
export function answerToReset(historical: Uint8Array): Uint8Array {
  const bytes = [
    0x3b, // TS: direct convention
    0x80 | historical.length, // T0: TD1 follows
    0x81, // TD1: T=1, TD2 follows
    0x31, // TD2: T=1, TA3 and TB3 follow
    0xfe, // TA3: IFSC
    0x45, // TB3: waiting times
    ...historical,
  ];
  const check = bytes.slice(1).reduce((sum, byte) => sum ^ byte, 0);
  return Uint8Array.of(...bytes, check);
}
