/**
 * What the service worker takes along when it is installed: each page under its address, and every
 * file that the page can come to ask for. A built file names the next by its own name, which has a
 * hash in it, so that a file belongs to a page if its name stands in a file that does.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildList } from '../agent/build-list.ts';

/** As Workbox takes it. `revision` is null where the address has a hash of the content in it. */
export interface PrecacheEntry {
  readonly url: string;
  readonly revision: string | null;
  /** Subresource Integrity: what came damaged is not kept. */
  readonly integrity: string;
}

/**
 * @param folder of the build
 * @param list of its files
 * @param pages folder of each page by its address; those that are not in the build are left out
 */
export async function precacheEntries(
  folder: string,
  list: BuildList,
  pages: Readonly<Record<string, string>>,
): Promise<PrecacheEntry[]> {
  const files = Object.keys(list);
  const documents = Object.entries(pages)
    .map(([address, page]) => ({ address, file: `${page}index.html` }))
    .filter(({ file }) => list[file] !== undefined);
  const reached = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    const text = await readFile(join(folder, file), 'latin1');
    for (const next of files) {
      if (next.endsWith('.html') || reached.has(next) || !text.includes(basename(next))) continue;
      reached.add(next);
      await visit(next);
    }
  };
  for (const { file } of documents) await visit(file);
  const hash = (file: string): string => list[file] as string;
  return [
    ...documents.map(({ address, file }) => entry(address, hash(file), true)),
    ...[...reached].sort().map((file) => entry(`/${file}`, hash(file), false)),
  ];
}

function entry(url: string, sha256: string, named: boolean): PrecacheEntry {
  const integrity = `sha256-${Buffer.from(sha256, 'hex').toString('base64')}`;
  return { url, revision: named ? sha256 : null, integrity };
}
