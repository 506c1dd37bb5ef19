/** The results protocols of a board in a folder, and who is first on its commission's roll. */
import { stat } from 'node:fs/promises';
import { decodeEntry } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import { BoardFollower } from '@kabina/election/follower';
import { electionId } from '@kabina/election/manifest';
import { protocolDocument } from '@kabina/election/members';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { LogError } from '@kabina/log/errors';
import { FolderReader } from '@kabina/log/node-store';
import { readCheckpoint, TileTree, type TileReader } from '@kabina/log/tiles';
import { EX_DATAERR, EX_NOINPUT, UsageError } from '../runner/usage.ts';

/** What members sign, from a board that enough witnesses have cosigned. */
export interface Protocols {
  /** The canonical bytes. */
  readonly document: Uint8Array;
  /** The first of the commission's members. */
  readonly chair: string;
}

/**
 * @throws {UsageError} `board.not-found`; `signed.early` while a contest has no results protocol;
 *   the codes of `LogError` and `ElectionError` for a folder that is no good board
 */
export async function readProtocols(folder: string): Promise<Protocols> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError('board.not-found', `there is no folder ${folder}`, EX_NOINPUT);
  }
  try {
    const reader = new FolderReader(folder);
    const follower = new BoardFollower(reader, { electionId: await idOf(reader), quorum: true });
    await follower.refresh();
    const { state } = follower;
    const [chair] = state.manifest?.commission.members ?? [];
    return { document: protocolDocument(state), chair: chair?.name ?? 'Председатель комиссии' };
  } catch (error) {
    if (!(error instanceof ElectionError || error instanceof LogError)) throw error;
    throw new UsageError(error.code, error.message, EX_DATAERR, { cause: error });
  }
}

/** The board's own: for training, where nobody has told us another. */
async function idOf(reader: TileReader): Promise<Uint8Array> {
  const tree = await TileTree.open(reader, peekCheckpoint(await readCheckpoint(reader)));
  for await (const { entry } of tree.entries(0, 1)) {
    const first = decodeEntry(entry);
    if (first.type === 'manifest') return electionId(first.body.manifest);
  }
  throw new ElectionError('board.manifest', 'the board does not begin with a manifest');
}
