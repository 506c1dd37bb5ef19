/** Boards in folders, as a portal leaves them: a log with the keys beside it. */
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestBoard, TestElection } from '@kabina/election/testing';
import { formatVerifierKey } from '@kabina/log/note';

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'kabina-observer-'));
}

async function write(folder: string, path: string, content: Uint8Array | string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

/** Writes a test board to a new folder. */
export async function boardFolder(board: TestBoard, election: TestElection): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, bytes] of board.files) await write(folder, path, bytes);
  await write(folder, 'log.vkey', `${formatVerifierKey(election.logKey)}\n`);
  const witnesses = election.witnessKeys.map((key) => `${formatVerifierKey(key)}\n`);
  await write(folder, 'witnesses.vkey', witnesses.join(''));
  return folder;
}

/** Every file of a folder by its path below it. */
export async function allFiles(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return files;
}
