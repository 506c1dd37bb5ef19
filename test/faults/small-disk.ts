/** A disk that can be full: a file system of its own in memory, which only root can mount. */
import { spawnSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Undefined where it can't be mounted. @param size as mount takes it: `160m` */
  static async mount(folder: string, size: string): Promise<SmallDisk | undefined> {
    await mkdir(folder);
    const options = ['-t', 'tmpfs', '-o', `size=${size}`, 'kabina', folder];
    return spawnSync('mount', options).status === 0 ? new SmallDisk(folder) : undefined;
  }

  get #filler(): string {
    return join(this.folder, 'filler');
  }

  /** @param left bytes that stay free, unless somebody else takes them */
  async fill(left = 0): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    try {
      await writeFile(this.#filler, Buffer.alloc(bavail * bsize - left));
    } catch (error) {
      // A browser writes as well, and may have been quicker: then it is full all the same.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** There is room again. */
  empty(): Promise<void> {
    return rm(this.#filler);
  }

  unmount(): void {
    spawnSync('umount', [this.folder]);
  }
}
