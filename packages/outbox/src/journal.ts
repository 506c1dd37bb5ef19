// A witness outside of the browser for what should be in a set: Chromium deletes a database that it
// finds corrupted, and a copied profile or an old backup looks like any other. The witness keeps one
// digest of the whole set, never a list and never a chain: a history of digests would tell in which
// order the items came.

/**
 * Keeps a set's digest where the browser can't reach it. Each method resolves when its effect is
 * durable (fsync). A change is prepared before the database commits and committed after it, so that
 * a crash in between leaves two digests of which one fits.
 */
export interface SetJournal {
  /** Both undefined for a set that was never written. Hexadecimal. */
  read(): Promise<{
    readonly committed: string | undefined;
    readonly prepared: string | undefined;
  }>;
  /** The set may become this. Replaces what was prepared before. */
  prepare(digest: string): Promise<void>;
  /** It has become what was prepared. */
  commit(): Promise<void>;
}
