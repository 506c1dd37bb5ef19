// What of the board a kiosk keeps, so that the same checks run without a line: the files that prove the
// election, and the entries that a booth should know with their proofs. Whoever reads them believes no
// more than `electionId`, as when they came over the network.

import { bytesToHex } from '@kabina/crypto/bytes';
import { encode } from '@kabina/election/cbor';
import type { Manifest } from '@kabina/election/manifest';
import { leafHash } from '@kabina/log/merkle';
import { parseProof } from '@kabina/log/proof';
import type { TileReader } from '@kabina/log/tiles';
import { MAX_NOTICE, type PortalClient } from '../client.ts';
import { readElection, readNotices } from '../election.ts';
import { BoothError } from '../errors.ts';
import type { BoardFiles } from '../messages.ts';
import { byteString, list, record, text } from '../reading.ts';

/** A board of 8,192 entries of the ceremony, and notices from all over it. */
const MAX_CACHE = 256 << 20;
const MAX_FILE = 256 * (65_535 + 2);

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
  const said = new Set(cache.notices.map(entryOf));
  const fresh: Uint8Array[] = [];
  for (const index of (await client.status()).notices) {
    if (known.has(index)) continue;
    const proof = await client.notice(index);
    if (proof === undefined) continue;
    // Before it is kept: what does not verify would stop the kiosk at its next start, and what nobody
    // has asked for, or the same entry at one place after another, would fill its disk.
    const found = readNotices(manifest, [proof]).some((notice) => notice.index === index);
    if (!found || said.has(entryOf(proof))) continue;
    known.add(index);
    said.add(entryOf(proof));
    fresh.push(proof);
  }
  return fresh.length === 0 ? cache : { ...cache, notices: [...cache.notices, ...fresh] };
}

/** By its leaf hash. */
function entryOf(proof: Uint8Array): string {
  return bytesToHex(leafHash(parseProof(proof).extra ?? new Uint8Array()));
}

/** @throws BoothError `board.checkpoint`: more than {@link decodeCache} would read */
export function encodeCache({ files, notices }: BoardCache): Uint8Array {
  const all = { v: 1, files: [...files].map((file) => [...file]), notices: [...notices] };
  const bytes = encode(all);
  if (bytes.length <= MAX_CACHE) return bytes;
  throw new BoothError('board.checkpoint', `the board's files are ${bytes.length} bytes`);
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
    notices: list(notices).map((proof) => byteString(proof, 1, MAX_NOTICE)),
  };
}
