/**
 * A board served over HTTP by somebody who need not be honest: no file is read longer than the log's
 * largest, and nobody waits for ever. What the files say is judged by whoever reads them.
 */
import { ElectionError } from '@kabina/election/errors';
import { httpReader } from '@kabina/election/follower';
import { MAX_BUNDLE_BYTES, type TileReader } from '@kabina/log/tiles';

/** A file takes a second or two; a minute is a bad line and not a dead one. */
const TIMEOUT_MS = 60_000;

/** The address of a board as a person types it, with a slash at its end. */
export function boardAddress(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch (cause) {
    throw new ElectionError('board.address', `${text} is not an address`, { cause });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ElectionError('board.address', 'the address of a board begins with http or https');
  }
  url.search = '';
  url.hash = '';
  // People copy the address of the checkpoint itself.
  url.pathname = url.pathname.replace(/\/checkpoint$/, '/');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}

async function readLimited(answer: Response, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Not for-await: not every browser's streams have it.
  const reader = answer.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    length += value.length;
    if (length > MAX_BUNDLE_BYTES) {
      await reader?.cancel();
      throw new ElectionError('board.too-long', `${path} is longer than any file of a board`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const limitedFetch: typeof fetch = async (input, init) => {
  const url = input as URL;
  const path = url.pathname;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // The checkpoint changes, and a kept copy of it would hide how the board grew.
    const cache = path.endsWith('/checkpoint') ? 'no-store' : 'default';
    const answer = await fetch(url, { ...init, signal, cache });
    if (!answer.ok) return new Response(null, { status: answer.status });
    return new Response(await readLimited(answer, path));
  } catch (cause) {
    if (cause instanceof ElectionError) throw cause;
    throw new ElectionError('board.unreachable', `${url.href} does not answer`, { cause });
  }
};

/**
 * Reads the board at an address that {@link boardAddress} gave.
 *
 * Its `read` throws ElectionError `board.unreachable` if the server can't be reached or answers
 * with an error, `board.too-long`.
 */
export function httpBoard(address: string): TileReader {
  return httpReader(address, limitedFetch);
}
