/** Asks witnesses to cosign checkpoints (c2sp.org/tlog-witness, the client's side). */
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { addCosignatures } from '@kabina/log/cosignature';
import { parseVerifierKey, type VerifierKey } from '@kabina/log/note';
import { formatAddCheckpoint, parseConflict } from '@kabina/log/witness';

/** A witness that doesn't answer in this time is asked again with the next checkpoint. */
const TIMEOUT_MS = 5_000;

export type ConsistencyProof = (oldSize: number) => Promise<readonly Uint8Array[]>;

export class Witnesses {
  readonly #urls: readonly string[];
  readonly #keys: readonly VerifierKey[];
  /** What each witness has cosigned last, as far as we know. */
  readonly #sizes = new Map<string, number>();

  /** `urls` are the witnesses' submission prefixes; `vkeys` those of the manifest. */
  constructor(urls: readonly string[], vkeys: readonly string[]) {
    this.#urls = urls.map((url) => (url.endsWith('/') ? url : `${url}/`));
    this.#keys = vkeys.map((key) => parseVerifierKey(key));
  }

  /** The checkpoint with the cosignatures of those witnesses that answered well. */
  async cosign(checkpoint: string, proof: ConsistencyProof): Promise<string> {
    const { size } = peekCheckpoint(checkpoint);
    const answers = await Promise.allSettled(
      this.#urls.map((url) => this.#ask(url, size, checkpoint, proof)),
    );
    let note = checkpoint;
    for (const answer of answers) {
      if (answer.status === 'rejected') continue;
      try {
        note = addCosignatures(note, answer.value, this.#keys);
      } catch {
        // A witness that answers nonsense counts as one that didn't answer.
      }
    }
    return note;
  }

  async #ask(
    url: string,
    size: number,
    checkpoint: string,
    proof: ConsistencyProof,
  ): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      const oldSize = this.#sizes.get(url) ?? 0;
      const hashes = oldSize === 0 ? [] : await proof(oldSize);
      const answer = await fetch(new URL('add-checkpoint', url), {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: formatAddCheckpoint({ oldSize, proof: hashes, checkpoint }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const body = await answer.text();
      if (answer.ok) {
        this.#sizes.set(url, size);
        return body;
      }
      if (answer.status !== 409 || attempt > 0) throw new Error(`witness: HTTP ${answer.status}`);
      const known = parseConflict(body);
      if (known > size) throw new Error('the witness knows a larger log');
      this.#sizes.set(url, known);
    }
  }
}
