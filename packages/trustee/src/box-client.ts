/** Gives signed entries to the ballot box, which puts them on the board if the rules allow them. */

/** The box refused an entry, or could not be reached. */
export class BoxError extends Error {
  override readonly name = 'BoxError';
  /** The box's own code, or `box.unreachable`. */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The box checks a share and waits for its witnesses. Milliseconds. */
const PATIENCE = 60_000;

/** @param box address of the ballot box's listener */
export function entryPoster(box: string): (entry: Uint8Array) => Promise<void> {
  return async (entry) => {
    let answer: Response;
    try {
      answer = await fetch(new URL('/entries', box), {
        method: 'POST',
        headers: { 'content-type': 'application/cbor' },
        body: entry.slice(),
        credentials: 'omit',
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch (cause) {
      throw new BoxError('box.unreachable', 'the ballot box does not answer', { cause });
    }
    if (answer.ok) return;
    const { code, message } = (await answer.json().catch(() => ({}))) as {
      code?: string;
      message?: string;
    };
    throw new BoxError(code ?? 'box.unreachable', message ?? `HTTP ${answer.status}`);
  };
}
