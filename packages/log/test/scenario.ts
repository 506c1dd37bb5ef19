/**
 * A log's whole life on nothing but memory: it is written, witnessed, read and proved. The keys and
 * the clock are fixed, so it must end with the same proof file wherever it runs.
 */
import { utf8 } from '../src/bytes.ts';
import { peekCheckpoint } from '../src/checkpoint.ts';
import { addCosignatures } from '../src/cosignature.ts';
import { LogWriter, type TileStore } from '../src/log.ts';
import { COSIGNATURE_V1, parseNote, signerKey } from '../src/note.ts';
import { formatProof, verifyProof } from '../src/proof.ts';
import { readCheckpoint, TileTree } from '../src/tiles.ts';
import { formatAddCheckpoint, Witness, type WitnessRecord } from '../src/witness.ts';

class MemoryStore implements TileStore {
  readonly #files = new Map<string, Uint8Array>();
  readonly #staged = new Map<string, Uint8Array>();
  #committed: string | undefined;

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#files.get(path));
  }
  write(path: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(path, bytes);
    return Promise.resolve();
  }
  dropPartials(path: string): Promise<void> {
    for (const name of this.#files.keys()) {
      if (name.startsWith(`${path}.p/`)) this.#files.delete(name);
    }
    return Promise.resolve();
  }
  committed(): Promise<string | undefined> {
    return Promise.resolve(this.#committed);
  }
  swapCheckpoint(expected: string | undefined, next: string): Promise<boolean> {
    const same = this.#committed === expected;
    if (same) this.#committed = next;
    return Promise.resolve(same);
  }
  stage(id: string, bytes: Uint8Array): Promise<void> {
    this.#staged.set(id, bytes);
    return Promise.resolve();
  }
  readStaged(id: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#staged.get(id));
  }
  listStaged(): Promise<string[]> {
    return Promise.resolve([...this.#staged.keys()]);
  }
  discardStaged(id: string): Promise<void> {
    this.#staged.delete(id);
    return Promise.resolve();
  }
}

/** What the scenario answers. */
export const EXPECTED = [
  'c2sp.org/tlog-proof@v1',
  'index 299',
  'byywqDTjf/wOYrKvvqIQOomvjgWyphZmY9wP3u3mvmc=',
  'WIt80rAhzfLWAMZKtYqEUqt9zDsiR8aAwmZp95TUWzc=',
  'DSBEUTY5hE0/elclREuBapll+q6i4hRmDohxDI6axb4=',
  'R6PPvsyXR0xVU54IJQIfiQiuEQthLz8fb5CIAjIj3dQ=',
  '2mWW2VNp9f7zIquOTg2jsLUCNqqcijsdJG90Ecni4y4=',
  '',
  'example.com/log',
  '300',
  'yjk9Apa+xeC43KuYO9H7fRRh9RLnJny4ljGtJv1m2Eg=',
  '',
  '— example.com/log m+XTxqjIWpdkv56dEyiEW06/GwXXo1OvRVxk7nyBT93lRINEuGpe0lNTmumIEhuNQHNL6h+lZo75tD6YlrkfoO6MfQs=',
  '— witness.example/w1 3xwKNQAAAABrSdIA4C7lBOap46aiNx5f7ZEpxNtq9DZcqomZPxX7nZaepddxnkBjGpYQak4pUT7vIBOBxTPZ2raogJkHVJ5b6EkPCQ==',
  '',
].join('\n');

/** Answers the proof file of entry 299 in a log of 300. */
export async function scenario(): Promise<string> {
  const store = new MemoryStore();
  const key = signerKey('example.com/log', new Uint8Array(32).fill(1));
  const witnessKey = signerKey('witness.example/w1', new Uint8Array(32).fill(2), COSIGNATURE_V1);
  const records = new Map<string, WitnessRecord>();
  const witness = new Witness({
    key: witnessKey,
    logs: [{ origin: key.name, keys: [key] }],
    store: {
      get: (origin) => Promise.resolve(records.get(origin)),
      compareAndSet: (origin, expected, next) => {
        const same = records.get(origin) === expected;
        if (same) records.set(origin, next);
        return Promise.resolve(same);
      },
    },
    now: () => 1_800_000_000,
  });

  const writer = await LogWriter.open({ store, key, publish: 'cosigned' });
  let oldSize = 0;
  for (const size of [1, 256, 300]) {
    const entries = Array.from({ length: size - oldSize }, (_, i) => utf8(`entry ${oldSize + i}`));
    const { checkpoint } = await writer.append(entries);
    const proof = await writer.consistencyProof(oldSize);
    const body = formatAddCheckpoint({ oldSize, proof, checkpoint });
    const answer = await witness.addCheckpoint(body);
    await writer.publishCosigned(addCosignatures(checkpoint, answer.body, [witnessKey]));
    oldSize = size;
  }

  const checkpoint = await readCheckpoint(store);
  const tree = await TileTree.open(store, peekCheckpoint(checkpoint));
  let count = 0;
  for await (const { index, entry } of tree.entries()) {
    if (String(entry) !== String(utf8(`entry ${index}`))) throw new Error(`entry ${index}`);
    count++;
  }
  const index = count - 1;
  const file = formatProof({ index, proof: await tree.inclusionProof(index), checkpoint });
  const policy = { logKey: key, witnesses: [witnessKey], quorum: 1 };
  verifyProof(file, await tree.leaf(index), policy);
  if (parseNote(checkpoint).signatures.length !== 2) throw new Error('not cosigned');
  return file;
}
