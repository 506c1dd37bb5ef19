import { expect } from 'chai';
import { countItems } from './counts.ts';
import { Outbox } from './outbox.ts';

describe('the counts of a queue', () => {
  it('are those of the page that holds it, which is not disturbed', async () => {
    const database = `counts-${crypto.randomUUID()}`;
    const outbox = await Outbox.open({ database, itemSize: 50 });
    const keys = [1, 2, 3].map(() => crypto.randomUUID().replaceAll('-', ''));
    for (const key of keys) await outbox.put(key, new Uint8Array(20));
    await outbox.quarantine(keys[0]!, 'ballots.proof');
    expect(await countItems(database)).to.deep.equal({ waiting: 2, quarantined: 1 });
    await outbox.remove(keys[1]!);
    expect(await countItems(database)).to.deep.equal({ waiting: 1, quarantined: 1 });
    await outbox.close();
    expect(await countItems(database)).to.deep.equal({ waiting: 1, quarantined: 1 });
    indexedDB.deleteDatabase(database);
  });

  it('make no queue where there is none, and read no other database', async () => {
    const database = `none-${crypto.randomUUID()}`;
    expect(await countItems(database)).to.equal(undefined);
    expect((await indexedDB.databases()).map(({ name }) => name)).not.to.include(database);
    await new Promise((made) => {
      const opening = indexedDB.open(database);
      opening.onsuccess = () => {
        opening.result.close();
        made(undefined);
      };
    });
    expect(await countItems(database)).to.equal(undefined);
    indexedDB.deleteDatabase(database);
  });
});
