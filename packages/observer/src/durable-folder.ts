/** Files that are there wholly or not at all, and stay after a power cut once `settle` has returned. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** In the folder itself, so that a rename never crosses file systems. No path of a log begins so. */
const TEMPORARY = '.mirror-new';

export class DurableFolder {
  readonly #folder: string;
  readonly #touched = new Set<string>();

  constructor(folder: string) {
    this.#folder = resolve(folder);
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const target = join(this.#folder, path);
    await mkdir(dirname(target), { recursive: true });
    const temporary = join(this.#folder, TEMPORARY);
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    // New folders have to be found again too, up to the one that was there before.
    let at = dirname(target);
    for (; at !== this.#folder; at = dirname(at)) this.#touched.add(at);
    this.#touched.add(at);
  }

  /** Deletes a file or folder; it may come back after a power cut. */
  async remove(path: string): Promise<void> {
    await rm(join(this.#folder, path), { recursive: true, force: true });
  }

  /** Makes the names of all that was written durable. */
  async settle(): Promise<void> {
    for (const folder of this.#touched) {
      const handle = await open(folder, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    this.#touched.clear();
  }
}
