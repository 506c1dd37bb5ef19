/**
 * The list of a build's files and their hashes, `build.json` among them: made when the pages are
 * built, held against the disk by the agent. It finds a file that was damaged, lost or left over from
 * another version; who can write the pages can write the list too, so that people compare the id, the
 * hash of the list, with the one that was published.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const BUILD_LIST = 'build.json';

/** SHA-256 in hexadecimal digits by path, in the order of the paths. */
export type BuildList = Readonly<Record<string, string>>;

export interface BuildFacts {
  /** Hash of the list, 64 hexadecimal digits; null where the build has none. */
  readonly id: string | null;
  readonly files: number;
  /** Files that are not as the list says, or not on it. */
  readonly changed: number;
}

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** The list's own bytes. */
export const encodeBuildList = (list: BuildList): string => `${JSON.stringify(list, null, 1)}\n`;

/** Of the files that lie in a folder now; none where there is no folder. */
export async function listBuild(folder: string): Promise<BuildList> {
  const list: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      // In training pages are served from their sources: nothing was built.
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .filter((path) => path !== BUILD_LIST);
  for (const path of paths.sort()) {
    list[path] = sha256(await readFile(join(folder, path))).toString('hex');
  }
  return list;
}

/** Holds a build's files against its list. */
export async function checkBuild(folder: string): Promise<BuildFacts> {
  const now = await listBuild(folder);
  const files = Object.keys(now).length;
  let bytes: Buffer;
  let list: BuildList;
  try {
    bytes = await readFile(join(folder, BUILD_LIST));
    list = JSON.parse(bytes.toString('utf8')) as BuildList;
  } catch {
    return { id: null, files, changed: files };
  }
  const paths = new Set([...Object.keys(now), ...Object.keys(list)]);
  const changed = [...paths].filter((path) => now[path] !== list[path]).length;
  return { id: sha256(bytes).toString('hex'), files, changed };
}
