/** Records in a real IndexedDB, each store a connection of its own, as every tab has. */
import { expect } from 'chai';
import { deleteDB } from 'idb';
import { browserStore } from './browser-store.ts';
import { Vault, vaultGuard, type TokenKey } from './vault.ts';

const DATABASE = 'browser-store-test';

async function tokenKey(): Promise<TokenKey> {
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const pair = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    async agree(point) {
      const other = await crypto.subtle.importKey('raw', point.slice(), curve, false, []);
      const deriving = { name: 'ECDH', public: other };
      return new Uint8Array(await crypto.subtle.deriveBits(deriving, pair.privateKey, 256));
    },
  };
}

describe('records in the browser', () => {
  // Connections stay open, and a database is deleted once the last is gone: each test has its own.
  let database: string;
  let count = 0;
  beforeEach(() => {
    database = `${DATABASE}-${count++}`;
  });
  after(() => {
    for (let i = 0; i < count; i++) void deleteDB(`${DATABASE}-${i}`);
  });

  it('are put, replaced, deleted, and there for the next connection', async () => {
    const store = await browserStore(database);
    expect(await store.get('a/b')).to.equal(undefined);
    await store.put('a/b', Uint8Array.of(1));
    await store.put('a/b', Uint8Array.of(2));
    await store.put('c', Uint8Array.of(3));
    const again = await browserStore(database);
    expect(await again.get('a/b')).to.deep.equal(Uint8Array.of(2));
    await again.delete('a/b');
    expect(await store.get('a/b')).to.equal(undefined);
    expect(await store.get('c')).to.deep.equal(Uint8Array.of(3));
    await store.delete('never-there');
  });

  it('are added where there is none, and left where there is one', async () => {
    const store = await browserStore(database);
    expect(await store.add('a', Uint8Array.of(1))).to.equal(true);
    expect(await store.add('a', Uint8Array.of(2))).to.equal(false);
    expect(await store.get('a')).to.deep.equal(Uint8Array.of(1));
    await store.delete('a');
    expect(await store.add('a', Uint8Array.of(3))).to.equal(true);
    expect(await store.get('a')).to.deep.equal(Uint8Array.of(3));
  });

  it('are added by one of two tabs that add at once', async () => {
    const stores = [await browserStore(database), await browserStore(database)];
    for (let pair = 0; pair < 20; pair++) {
      const name = `record-${pair}`;
      const added = await Promise.all(stores.map((store, i) => store.add(name, Uint8Array.of(i))));
      expect(added.filter(Boolean)).to.have.length(1);
      const kept = Uint8Array.of(added.indexOf(true));
      for (const store of stores) expect(await store.get(name)).to.deep.equal(kept);
    }
  });

  it('lie under one data key after two tabs opened a fresh vault at once', async () => {
    const token = await tokenKey();
    const stores = [await browserStore(database), await browserStore(database)];
    const opening = stores.map((store) => Vault.openWithToken(store, token));
    const [one, two] = await Promise.all(opening);
    await one!.put('share', Uint8Array.of(1));
    await two!.put('signing', Uint8Array.of(2));
    const store = await browserStore(database);
    expect(await vaultGuard(store)).to.equal('token');
    const again = await Vault.openWithToken(store, token);
    expect(await again.get('share')).to.deep.equal(Uint8Array.of(1));
    expect(await again.get('signing')).to.deep.equal(Uint8Array.of(2));
    const refused = await Vault.open(store, 'x', 14).catch(({ code }) => code as unknown);
    expect(refused).to.equal('trustee.other-guard');
  });
});
