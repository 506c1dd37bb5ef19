// A kiosk's storage and its machine without a browser: for tests in Node, and for processes that play
// kiosks. It keeps as long as the objects live.

import { sign } from '@kabina/crypto/ed25519';
import { OutboxError } from '@kabina/outbox/errors';
import type { SetJournal } from '@kabina/outbox/journal';
import type { Outbox } from '@kabina/outbox/outbox';
import { SetWitness } from '@kabina/outbox/witness';
import { MemoryKeeper, type Keeper } from '../keeper.ts';
import type { KioskMachine } from './kiosk-view.ts';
import type { KioskStorage } from './storage.ts';

/** A journal as the kiosk's machine keeps it. */
export class MemoryJournal implements SetJournal {
  committed: string | undefined;
  prepared: string | undefined;

  async read(): Promise<{ committed: string | undefined; prepared: string | undefined }> {
    return { committed: this.committed, prepared: this.prepared };
  }

  async prepare(digest: string): Promise<void> {
    this.prepared = digest;
  }

  async commit(): Promise<void> {
    this.committed = this.prepared;
  }
}

/** What an outbox has on its disk. */
export interface OutboxDisk {
  readonly waiting: Map<string, Uint8Array>;
  readonly aside: Map<string, { readonly code: string; readonly bytes: Uint8Array }>;
  /** Items that the disk gives back otherwise than they were put. */
  readonly spoiled: Set<string>;
  /** Why nothing of it works any more, as when the browser has closed the database. */
  lost?: OutboxError;
}

/** As `Outbox`, on a disk of its own. */
class MemoryOutbox extends EventTarget {
  readonly database = crypto.randomUUID();
  readonly #disk: OutboxDisk;
  readonly #witness: SetWitness | undefined;

  constructor(disk: OutboxDisk, journal: SetJournal | undefined) {
    super();
    this.#disk = disk;
    this.#witness = journal === undefined ? undefined : new SetWitness(journal);
  }

  async open(): Promise<void> {
    await this.#witness?.agree(this.#keys());
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const present = this.#disk.waiting.get(key) ?? this.#disk.aside.get(key)?.bytes;
    if (present !== undefined) {
      if (present.join() === bytes.join()) return;
      throw new OutboxError('outbox.taken', 'another item has this key');
    }
    await this.#witness?.prepare([...this.#keys(), key]);
    this.#disk.waiting.set(key, bytes.slice());
    await this.#done();
  }

  async count(): Promise<number> {
    return this.#disk.waiting.size;
  }

  async quarantined(): Promise<{ readonly key: string; readonly code: string }[]> {
    return [...this.#disk.aside].map(([key, { code }]) => ({ key, code }));
  }

  async keys(): Promise<string[]> {
    if (this.#disk.lost !== undefined) throw this.#disk.lost;
    return [...this.#disk.waiting.keys()].sort();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    if (this.#disk.spoiled.has(key)) throw new OutboxError('outbox.damaged', 'not what was put');
    return (this.#disk.waiting.get(key) ?? this.#disk.aside.get(key)?.bytes)?.slice();
  }

  async remove(...keys: readonly string[]): Promise<void> {
    const here = keys.filter((key) => this.#disk.waiting.has(key));
    if (here.length === 0) return;
    await this.#witness?.prepare(this.#keys().filter((key) => !here.includes(key)));
    for (const key of here) this.#disk.waiting.delete(key);
    await this.#done();
  }

  async quarantine(key: string, code: string): Promise<void> {
    const bytes = this.#disk.waiting.get(key);
    if (bytes === undefined) return;
    this.#disk.waiting.delete(key);
    this.#disk.aside.set(key, { code, bytes });
    this.dispatchEvent(new Event('change'));
  }

  async release(): Promise<void> {
    for (const [key, { bytes }] of this.#disk.aside) this.#disk.waiting.set(key, bytes);
    this.#disk.aside.clear();
    this.dispatchEvent(new Event('change'));
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  async #done(): Promise<void> {
    await this.#witness?.commit();
    this.dispatchEvent(new Event('change'));
  }

  #keys(): string[] {
    return [...this.#disk.waiting.keys(), ...this.#disk.aside.keys()];
  }
}

export function emptyOutbox(): OutboxDisk {
  return { waiting: new Map(), aside: new Map(), spoiled: new Set() };
}

/** Storage of one kiosk; the same keeper and disk again are the same kiosk after a restart. */
export function memoryStorage(
  keeper: Keeper = new MemoryKeeper(),
  disk: OutboxDisk = emptyOutbox(),
): KioskStorage {
  return {
    keeper,
    async openOutbox({ journal }) {
      const outbox = new MemoryOutbox(disk, journal);
      await outbox.open();
      // The class has private members, so that only itself is of its type.
      return outbox as unknown as Outbox;
    },
    assure: () => Promise.resolve(),
  };
}

/** The journals of one machine, each begun when it is first asked for. */
export function memoryJournals(): (name: string) => SetJournal {
  const journals = new Map<string, SetJournal>();
  return (name) => {
    const journal = journals.get(name) ?? new MemoryJournal();
    journals.set(name, journal);
    return journal;
  };
}

/** A kiosk's machine whose key is at hand. */
export function memoryMachine(
  kiosk: string,
  key: { readonly seed: Uint8Array; readonly publicKey: Uint8Array },
  journal: (name: string) => SetJournal = memoryJournals(),
): KioskMachine {
  return {
    kiosk,
    publicKey: key.publicKey,
    sign: (input) => Promise.resolve(sign(input, key.seed)),
    journal,
  };
}
