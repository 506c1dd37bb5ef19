/**
 * Files that survive a power cut: write to a temporary file beside, sync it, rename it into place,
 * sync the folder. A reader sees the old file or the new one, never a part of one.
 */
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crashPoint } from './crash.ts';

/** Writes a whole file of mode 0600, or nothing. One writer of a path at a time. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  crashPoint('journal.begun');
  // What a process that died has left half-written is written over.
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    crashPoint('journal.written');
    await file.sync();
  } finally {
    await file.close();
  }
  crashPoint('journal.synced');
  await rename(temporary, path);
  crashPoint('journal.renamed');
  await syncFolder(dirname(path));
  crashPoint('journal.done');
}

/** Makes the names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
