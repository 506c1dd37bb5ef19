/** Decompression of what a card stores (gzip, RFC 1952), with a bound on what comes out. */

/** No certificate is longer; a hostile card's few bytes could become gigabytes. */
const MOST = 65_536;

/** The bytes, or undefined where they are no gzip or more than a certificate has. */
export async function gunzip(packed: Uint8Array): Promise<Uint8Array | undefined> {
  const source = new Blob([packed.slice()]).stream();
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  const plain = new Uint8Array(MOST);
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return plain.slice(0, length);
      if (length + value.length > MOST) return undefined;
      plain.set(value, length);
      length += value.length;
    }
  } catch {
    return undefined;
  } finally {
    // Whatever the stream still holds is not wanted; it may have failed already.
    reader.cancel().catch(() => undefined);
  }
}
