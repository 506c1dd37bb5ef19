/**
 * A process that appends to a log in a folder until it kills itself at a given write point; the
 * other half of `node-store.test.ts`. Entries are numbered, so whoever reads the log knows what
 * must be in it. Each line on standard output is an acknowledged tree: size and root.
 *
 * Arguments: folder, `at-once` or `cosigned`, write point, at which passing of it to die.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { addCosignatures, cosign } from '../src/cosignature.ts';
import { LogWriter } from '../src/log.ts';
import { NodeStore } from '../src/node-store.ts';
import { COSIGNATURE_V1, formatSignature, parseNote, signerKey } from '../src/note.ts';

const [folder, publish, deadly, passing] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const mode = publish === 'cosigned' ? 'cosigned' : 'at-once';

let passed = 0;
const store = await NodeStore.open({
  folder: join(folder, 'public'),
  privateFolder: join(folder, 'private'),
  onWritePoint: (point) => {
    if (point !== deadly || ++passed < Number(passing)) return;
    process.kill(process.pid, 'SIGKILL');
    // Nothing more may happen, even if the signal takes a moment.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
});
const key = signerKey('example.com/log', new Uint8Array(32).fill(1));
const witness = signerKey('witness.example/w1', new Uint8Array(32).fill(2), COSIGNATURE_V1);
const writer = await LogWriter.open({ store, key, publish: mode });
const acknowledge = (): void => {
  writeSync(1, `${writer.size} ${Buffer.from(writer.root).toString('hex')}\n`);
};
const publishCosigned = async (): Promise<void> => {
  const line = formatSignature(cosign(parseNote(writer.checkpoint).text, witness, 1000));
  await writer.publishCosigned(addCosignatures(writer.checkpoint, line, [witness]));
};

acknowledge();
if (mode === 'cosigned') await publishCosigned();
for (const count of [1, 254, 1, 1, 300, 2]) {
  const first = writer.size;
  await writer.append(Array.from({ length: count }, (_, i) => Buffer.from(`entry ${first + i}`)));
  acknowledge();
  if (mode === 'cosigned') await publishCosigned();
}
store.close();
