// What of the board a kiosk keeps, so that the same checks run without a line: the files that prove the
// election, and the entries that a booth should know with their proofs. Whoever reads them believes no
// more than `electionId`, as when they came over the network.

import { encode } from '@kabina/election/cbor';
import type { Manifest } from '@kabina/election/manifest';
import { parseProof } from '@kabina/log/proof';
import type { TileReader } from '@kabina/log/tiles';
import { fetchNotices, type PortalClient } from '../client.ts';
import { readElection, readNotices } from '../election.ts';
import type { BoardFiles } from '../messages.ts';
import { byteString, list, record, text } from '../reading.ts';

/** A board of 8,192 entries of the ceremony, and notices from all over it. */
const MAX_CACHE = 256 << 20;
const MAX_FILE = 256 * (65_535 + 2);
const MAX_PROOF = 1 << 20;

export interface BoardCache {
  readonly files: BoardFiles;
  /** What `readNotices` takes: `withdrawn`, `suspended`, `resumed` and the like. */
  readonly notices: readonly Uint8Array[];
}

/**
 * Reads and verifies the election, and what a booth should know of it.
 * @throws BoothError `board.…`, `network.…`
 */
export async function fetchBoard(client: PortalClient, trusted: Uint8Array): Promise<BoardCache> {
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
  return withNews(client, manifest, { files, notices: [] });
}

/**
 * The same with what was told since, verified, which is all that is fetched: on a line of a few hundred
 * bytes a second the board's own files would take an hour. The very same object if nothing is new.
 * @throws BoothError `board.…`, `network.…`
 */
export async function withNews(
  client: PortalClient,
  manifest: Manifest,
  cache: BoardCache,
): Promise<BoardCache> {
  const known = new Set(cache.notices.map((proof) => parseProof(proof).index));
  const { notices: told } = await client.status();
  const unread = told.filter((index) => !known.has(index));
  const fresh = await fetchNotices(client, unread);
  // Before any of it is kept: what does not verify would stop the kiosk at its next start.
  readNotices(manifest, fresh);
  return fresh.length === 0 ? cache : { ...cache, notices: [...cache.notices, ...fresh] };
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
    notices: list(notices).map((proof) => byteString(proof, 1, MAX_PROOF)),
  };
}
