/** A board by what a person names it: a folder, or an address on the web. For Node. */
import { stat } from 'node:fs/promises';
import { ElectionError } from '@kabina/election/errors';
import { FolderReader } from '@kabina/log/node-store';
import type { TileReader } from '@kabina/log/tiles';
import { boardAddress, httpBoard } from './http-board.ts';

function isAddress(board: string): boolean {
  return /^https?:\/\//i.test(board);
}

function folderReader(folder: string): TileReader {
  const files = new FolderReader(folder);
  return {
    read: (path) =>
      files.read(path).catch((cause: unknown) => {
        const { code = 'an error' } = cause as NodeJS.ErrnoException;
        throw new ElectionError('board.unreadable', `${path} can't be read: ${code}`, { cause });
      }),
  };
}

/**
 * Opens a board for reading.
 *
 * @throws ElectionError `board.not-found` if there is no such folder, `board.address`; what its
 *   `read` throws has the codes `board.unreadable`, `board.unreachable`, `board.too-long`
 */
export async function openSource(board: string): Promise<TileReader> {
  if (isAddress(board)) return httpBoard(boardAddress(board));
  const found = await stat(board).catch(() => undefined);
  if (!found?.isDirectory()) throw new ElectionError('board.not-found', `no folder ${board}`);
  return folderReader(board);
}
