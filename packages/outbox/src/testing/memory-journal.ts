// A journal for tests: what the agent keeps on the disk, kept in memory, with a line that can be cut.

import type { SetJournal } from '../journal.ts';

export class MemoryJournal implements SetJournal {
  committed: string | undefined;
  prepared: string | undefined;
  /** The method that gives no answer; its effect may be there all the same. */
  cut: { readonly method: 'read' | 'prepare' | 'commit'; readonly done: boolean } | undefined;

  read(): Promise<{ committed: string | undefined; prepared: string | undefined }> {
    return this.#answer('read', () => ({ committed: this.committed, prepared: this.prepared }));
  }

  prepare(digest: string): Promise<void> {
    return this.#answer('prepare', () => void (this.prepared = digest));
  }

  commit(): Promise<void> {
    return this.#answer('commit', () => void (this.committed = this.prepared));
  }

  #answer<T>(method: 'read' | 'prepare' | 'commit', effect: () => T): Promise<T> {
    const { cut } = this;
    const isCut = cut?.method === method;
    const result = isCut && !cut.done ? undefined : effect();
    if (isCut) return Promise.reject(new TypeError('Failed to fetch'));
    return Promise.resolve(result as T);
  }
}
