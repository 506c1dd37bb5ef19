/** What can happen to the files of a kiosk's browser while it is off. */
import assert from 'node:assert/strict';
import { cp, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

interface Files {
  readonly profile: string;
  /** The folder of its databases, as LevelDB has them. */
  readonly databases: string;
  /** The same profile as it was before its last voter came. */
  readonly earlier: string;
}

const LOGS = /\.log$/;

/** Some of what LevelDB drops in silence: it opens what is left as if there had never been more. */
export const MENDED = 'its logs cut in half';

/** Each loses something that was promised. */
export const HURTS: Readonly<Record<string, (files: Files) => Promise<void>>> = {
  'all of the profile gone': ({ profile }) => rm(join(profile, 'Default'), { recursive: true }),
  'its databases gone': ({ databases }) => rm(databases, { recursive: true }),
  'its logs and tables gone': ({ databases }) =>
    each(databases, /\.(log|ldb)$/, (path) => rm(path)),
  'its logs cut to nothing': ({ databases }) => each(databases, LOGS, (path) => truncate(path, 0)),
  [MENDED]: ({ databases }) =>
    each(databases, LOGS, async (path) => truncate(path, Math.floor((await stat(path)).size / 2))),
  'the middle of its logs overwritten': ({ databases }) =>
    each(databases, LOGS, async (path) => {
      const file = await open(path, 'r+');
      try {
        const { size } = await file.stat();
        await file.write(Buffer.alloc(64, 0xa5), 0, 64, Math.floor(size / 2));
      } finally {
        await file.close();
      }
    }),
  'the files of an hour ago': async ({ profile, earlier }) => {
    await rm(profile, { recursive: true });
    await cp(earlier, profile, { recursive: true });
  },
};

/** LevelDB's list of its own files is gone; the files are there, so that it may find everything again. */
export function withoutIndex(databases: string): Promise<void> {
  return each(databases, /^(CURRENT|MANIFEST)/, (path) => rm(path));
}

async function each(
  folder: string,
  pattern: RegExp,
  work: (path: string) => Promise<void>,
): Promise<void> {
  const names = (await readdir(folder)).filter((name) => pattern.test(name));
  assert.notEqual(names.length, 0);
  for (const name of names) await work(join(folder, name));
}
