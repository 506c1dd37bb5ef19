// The board's files that prove the election, kept so that the same check runs without a line: whoever
// reads them believes no more than `electionId`, as when they came over the network.

import { encode } from '@kabina/election/cbor';
import type { TileReader } from '@kabina/log/tiles';
import type { PortalClient } from '../client.ts';
import { readElection, readNotices, type Notice } from '../election.ts';
import type { BoardFiles } from '../messages.ts';
import { byteString, integer, list, record, text } from '../reading.ts';

/** A board of 8,192 entries of the ceremony, and notices from all over it. */
const MAX_CACHE = 256 << 20;
const MAX_FILE = 256 * (65_535 + 2);

export interface BoardCache {
  readonly files: BoardFiles;
  /** Indices of entries that a booth should know: `withdrawn`, `suspended`, `resumed`. */
  readonly notices: readonly number[];
}

export interface FetchedBoard {
  readonly cache: BoardCache;
  /** Those of the cache, verified. */
  readonly notices: readonly Notice[];
}

/**
 * Reads and verifies the election and what a booth should know of it.
 * @throws BoothError `board.…`, `network.…`
 */
export async function fetchBoard(client: PortalClient, trusted: Uint8Array): Promise<FetchedBoard> {
  const files = new Map<string, Uint8Array>();
  const recorder: TileReader = {
    async read(path) {
      // The checkpoint and its tiles change while the log grows: all of it is of one moment.
      const known = files.get(path);
      if (known !== undefined) return known;
      const bytes = await client.read(path);
      if (bytes !== undefined) files.set(path, bytes);
      return bytes;
    },
  };
  const { manifest } = await readElection(recorder, trusted);
  const { notices: indices } = await client.status();
  const notices = await readNotices(recorder, manifest, indices);
  return { cache: { files, notices: indices }, notices };
}

export function encodeCache({ files, notices }: BoardCache): Uint8Array {
  return encode({ v: 1, files: [...files].map((file) => [...file]), notices: [...notices] });
}

/** @throws BoothError `keeper.damaged` */
export function decodeCache(bytes: Uint8Array): BoardCache {
  const { files, notices } = record(bytes, MAX_CACHE);
  return {
    files: new Map(
      list(files).map((file) => {
        const [path, content] = list(file);
        return [text(path), byteString(content, 0, MAX_FILE)] as const;
      }),
    ),
    notices: list(notices).map(integer),
  };
}
