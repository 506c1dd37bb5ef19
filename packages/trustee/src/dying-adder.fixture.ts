/**
 * A process that adds the record `first` to a folder and kills itself after a given step on the file
 * system, the half of a write included; the other half of `folder-store.test.ts`.
 *
 * Arguments: folder, after which step to die.
 */
import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { folderStore } from './folder-store.ts';

const [folder, deadly] = process.argv.slice(2) as [string, string];

let steps = 0;
function passed(): void {
  if (++steps < Number(deadly)) return;
  process.kill(process.pid, 'SIGKILL');
  // Nothing more may happen, even if the signal takes a moment.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const handle = await fs.open(folder, 'r');
const prototype = Object.getPrototypeOf(handle) as FileHandle;
await handle.close();

const { mkdir, open, link, rename, rm } = fs;
function counted<A extends unknown[], R>(step: (...args: A) => Promise<R>) {
  return async function (this: unknown, ...args: A): Promise<R> {
    const result = await step.apply(this, args);
    passed();
    return result;
  };
}
Object.assign(fs, {
  mkdir: counted(mkdir),
  open: counted(open),
  link: counted(link),
  rename: counted(rename),
  rm: counted(rm),
});
syncBuiltinESMExports();

const { writeFile, sync } = prototype;
prototype.sync = counted(sync);
prototype.writeFile = async function (this: FileHandle, data) {
  const bytes = data as Uint8Array;
  for (const part of [bytes.subarray(0, 1), bytes.subarray(1)]) {
    await writeFile.call(this, part);
    passed();
  }
};

await folderStore(folder).add('deep/record', new TextEncoder().encode('first'));
