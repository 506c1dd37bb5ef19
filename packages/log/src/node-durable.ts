/**
 * Files that survive a power cut, in Node: write to a temporary file, sync it, rename it into place,
 * sync the folder. Readers see the old file or the new one and never a part of one.
 *
 * The temporary file lies in a folder of its own, so that a crash leaves nothing half-written among
 * the files that the world reads; it must be on the same file system, or the rename fails (EXDEV).
 */

import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The moments between which a process can die while one file is written, in their order. */
export const FILE_WRITE_POINTS = ['begun', 'written', 'synced', 'renamed', 'done'] as const;
export type FileWritePoint = (typeof FILE_WRITE_POINTS)[number];

let counter = 0;

/** Writes a whole file, or nothing. `at` is called at each write point. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
  temporaryFolder: string,
  at: (point: FileWritePoint) => void,
): Promise<void> {
  const temporary = join(temporaryFolder, `${process.pid}-${counter++}`);
  at('begun');
  const file = await open(temporary, 'wx', 0o644);
  try {
    await file.writeFile(bytes);
    at('written');
    await file.sync();
  } finally {
    await file.close();
  }
  at('synced');
  await makeFolder(dirname(path));
  await rename(temporary, path);
  at('renamed');
  await syncFolder(dirname(path));
  at('done');
}

/** Makes a folder and its parents, each durably. */
export async function makeFolder(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  try {
    await mkdir(path);
  } catch (error) {
    // Two files of one new folder may be written at once.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await syncFolder(parent);
}

/** Makes the names in a folder durable. */
async function syncFolder(path: string): Promise<void> {
  // Windows can't open a folder; its file systems journal names by themselves.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether an error says that a file isn't there. */
export function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
