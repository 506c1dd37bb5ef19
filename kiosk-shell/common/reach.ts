/**
 * `fetch` whose failures have a code. A line that is down is a `TypeError`, and so is many a fault of
 * this program: a page that tells the two apart by the class says "no network" of its own bugs.
 */

export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly code: 'network.unreachable' | 'network.server' | 'network.garbage';
  constructor(code: NetworkError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** How long an answer may take where the caller sets no limit of its own. Milliseconds. */
const PATIENCE = 60_000;

/**
 * As `fetch`; the answer is there to its end, so that reading it can't fail any more.
 *
 * @throws NetworkError `network.unreachable` where nobody answers, or the answer breaks off
 */
export const reach: typeof fetch = async (input, init) => {
  try {
    const answer = await fetch(input, { signal: AbortSignal.timeout(PATIENCE), ...init });
    const { status, statusText, headers } = answer;
    const body = answer.body === null ? null : await answer.arrayBuffer();
    return new Response(body, { status, statusText, headers });
  } catch (cause) {
    throw new NetworkError('network.unreachable', 'nobody answers', { cause });
  }
};

/** The answer's JSON. @throws NetworkError `network.server`, `network.garbage` for anything else */
export async function jsonOf(answer: Response): Promise<unknown> {
  const { status } = answer;
  if (!answer.ok) {
    const code = status >= 500 ? 'network.server' : 'network.garbage';
    throw new NetworkError(code, `HTTP ${String(status)}`);
  }
  try {
    return await answer.json();
  } catch (cause) {
    throw new NetworkError('network.garbage', 'the answer is not JSON', { cause });
  }
}
