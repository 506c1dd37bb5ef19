/** The keeper over a real IndexedDB: many records at once, and what was done to the disk behind its back. */
import { expect } from 'chai';
import { deleteDB, openDB } from 'idb';
import { BoothError } from './errors.ts';
import { IdbKeeper } from './keeper-idb.ts';

const DATABASE = 'keeper-test';
/** More than are decrypted at a time. */
const MANY = 250;

const nameOf = (i: number): string => `e/place/${i.toString(16).padStart(4, '0')}`;
const valueOf = (i: number): Uint8Array => Uint8Array.of(i & 0xff, i >> 8);

describe('many records of a keeper in the browser', () => {
  // A connection stays open, and a database is deleted once the last is gone: each test has its own.
  let database: string;
  let count = 0;
  let keeper: IdbKeeper;
  beforeEach(async () => {
    database = `${DATABASE}-${count++}`;
    keeper = new IdbKeeper(database);
    const places = Array.from({ length: MANY }, (_, i) => [nameOf(i), valueOf(i)] as const);
    // Neighbours on both sides of the prefix.
    const others = ['e/intent', 'e/place', 'e/placf/0', 'f'].map(
      (name) => [name, Uint8Array.of(7)] as const,
    );
    await keeper.change(new Map([...others, ...places]));
  });
  after(() => {
    for (let i = 0; i < count; i++) void deleteDB(`${DATABASE}-${i}`);
  });

  async function all(prefix: string): Promise<Map<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>();
    for await (const [name, value] of keeper.readAll(prefix)) found.set(name, value);
    return found;
  }

  it('are those of the prefix, each with its own value', async () => {
    const found = await all('e/place/');
    expect(found.size).to.equal(MANY);
    for (let i = 0; i < MANY; i++) expect(found.get(nameOf(i))).to.deep.equal(valueOf(i));
    expect([...found.keys()]).to.deep.equal(await keeper.names('e/place/'));
    expect((await all('')).size).to.equal(MANY + 4);
    expect((await all('g')).size).to.equal(0);
  });

  it('are as they were at one moment, whatever is written meanwhile', async () => {
    const found = new Map<string, Uint8Array>();
    for await (const [name, value] of keeper.readAll('e/place/')) {
      if (found.size === 0) {
        await keeper.change(
          new Map([
            [nameOf(MANY - 1), undefined],
            [nameOf(MANY - 2), Uint8Array.of(9)],
          ]),
        );
      }
      found.set(name, value);
    }
    expect(found.get(nameOf(MANY - 1))).to.deep.equal(valueOf(MANY - 1));
    expect(found.get(nameOf(MANY - 2))).to.deep.equal(valueOf(MANY - 2));
  });

  const harms: Readonly<Record<string, (sealed: ArrayBuffer[]) => ArrayBuffer>> = {
    'one bit of it was changed': ([own]) => {
      const bytes = new Uint8Array(own!.slice());
      bytes[0]! ^= 1;
      return bytes.buffer;
    },
    'it was cut': ([own]) => own!.slice(0, -1),
    'it is another record under its name': ([, other]) => other!,
  };
  for (const [harm, damage] of Object.entries(harms)) {
    it(`are not read when of one record ${harm}`, async () => {
      const db = await openDB(database);
      const [own, other] = [nameOf(MANY - 1), nameOf(0)];
      const [mine, theirs] = [await db.get('records', own), await db.get('records', other)];
      const sealed = damage([mine.sealed, theirs.sealed]);
      await db.put('records', { ...(sealed === theirs.sealed ? theirs : mine), sealed }, own);
      db.close();
      const error: unknown = await all('e/place/').catch((thrown: unknown) => thrown);
      expect(error).instanceOf(BoothError);
      expect((error as BoothError).code).to.equal('keeper.damaged');
    });
  }
});
