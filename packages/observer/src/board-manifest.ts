/** The manifest as the board itself has it: for names to show. The audit judges it. */
import { decodeEntry } from '@kabina/election/entries';
import { ElectionError } from '@kabina/election/errors';
import type { Manifest } from '@kabina/election/manifest';
import { peekCheckpoint } from '@kabina/log/checkpoint';
import { LogError } from '@kabina/log/errors';
import { readCheckpoint, readEntries, type TileReader } from '@kabina/log/tiles';

/** Undefined where the board does not begin with a manifest that can be read. */
export async function boardManifest(reader: TileReader): Promise<Manifest | undefined> {
  try {
    const { size, root } = peekCheckpoint(await readCheckpoint(reader));
    if (size === 0) return undefined;
    for await (const { entry } of readEntries(reader, { size, root, from: 0, to: 1 })) {
      const decoded = decodeEntry(entry);
      if (decoded.type === 'manifest') return decoded.body.manifest;
    }
  } catch (error) {
    if (!(error instanceof LogError || error instanceof ElectionError)) throw error;
  }
  return undefined;
}
