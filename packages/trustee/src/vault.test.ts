import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { p256 } from '@noble/curves/nist.js';
import { randomBytes } from '@kabina/crypto/bytes';
import { folderStore } from './folder-store.ts';
import type { TrusteeStore } from './store.ts';
import { Vault, vaultGuard, type TokenKey } from './vault.ts';

const COST = 14;

/** A token's key; the card itself is tested in `@kabina/tokens`. */
function tokenKey(): TokenKey {
  const { secretKey } = p256.keygen();
  return {
    publicKey: p256.getPublicKey(secretKey, false),
    agree: (point) => Promise.resolve(p256.getSharedSecret(secretKey, point, true).slice(1)),
  };
}

/** How an opening ended. */
function reasonOf(end: PromiseSettledResult<Vault>): string {
  return end.status === 'fulfilled' ? 'opened' : String((end.reason as { code?: unknown }).code);
}

/**
 * The store as each of two tabs has it that both look for a vault before either has made one, and
 * then write theirs at the same moment.
 */
function twoTabs(store: TrusteeStore): [TrusteeStore, TrusteeStore] {
  const meeting = () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let arrived = 0;
    return () => {
      if (++arrived === 2) resolve(undefined);
      return promise;
    };
  };
  const looked = meeting();
  const sealed = meeting();
  const tab: TrusteeStore = {
    ...store,
    async get(name) {
      const found = await store.get(name);
      await looked();
      return found;
    },
    async add(name, record) {
      await sealed();
      return store.add(name, record);
    },
    async put(name, record) {
      await sealed();
      return store.put(name, record);
    },
  };
  return [tab, tab];
}

describe('a trustee’s vault', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kabina-vault-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('gives a record back after a restart, to the passphrase alone', async () => {
    const secret = randomBytes(32);
    await (await Vault.open(folderStore(folder), 'seven candles', COST)).put('share', secret);
    const again = await Vault.open(folderStore(folder), 'seven candles', COST);
    assert.deepEqual(await again.get('share'), secret);
    assert.equal(await again.get('other'), undefined);
    await assert.rejects(Vault.open(folderStore(folder), 'six candles', COST), {
      code: 'passphrase.wrong',
    });
  });

  it('opens with the token that it was sealed to, and no other', async () => {
    const token = tokenKey();
    assert.equal(await vaultGuard(folderStore(folder)), undefined);
    const secret = randomBytes(32);
    await (await Vault.openWithToken(folderStore(folder), token)).put('share', secret);
    assert.equal(await vaultGuard(folderStore(folder)), 'token');
    const again = await Vault.openWithToken(folderStore(folder), token);
    assert.deepEqual(await again.get('share'), secret);
    await assert.rejects(Vault.openWithToken(folderStore(folder), tokenKey()), {
      code: 'trustee.other-token',
    });
    const thief = { ...tokenKey(), publicKey: token.publicKey };
    await assert.rejects(Vault.openWithToken(folderStore(folder), thief), {
      code: 'trustee.record-broken',
    });
  });

  it('writes no vault for a token that was pulled before it agreed', async () => {
    const gone = { ...tokenKey(), agree: () => Promise.reject(new Error('transport.removed')) };
    await assert.rejects(Vault.openWithToken(folderStore(folder), gone), /transport\.removed/);
    assert.deepEqual(await readdir(folder), []);
  });

  it('has one key that opens everything after two tabs made it at once', async () => {
    const token = tokenKey();
    const openings: Record<string, (store: TrusteeStore) => Promise<Vault>> = {
      passphrase: (store) => Vault.open(store, 'seven candles', COST),
      token: (store) => Vault.openWithToken(store, token),
    };
    for (const [guard, opening] of Object.entries(openings)) {
      for (let pair = 0; pair < 20; pair++) {
        const store = folderStore(join(folder, guard, String(pair)));
        const [one, two] = await Promise.all(twoTabs(store).map(opening));
        await one!.put('share', Uint8Array.of(1));
        await two!.put('signing', Uint8Array.of(2));
        assert.equal(await vaultGuard(store), guard);
        const again = await opening(store);
        assert.deepEqual(await again.get('share'), Uint8Array.of(1));
        assert.deepEqual(await again.get('signing'), Uint8Array.of(2));
      }
    }
  });

  it('refuses a tab that was beaten with another passphrase or another token', async () => {
    const store = folderStore(folder);
    const byPassphrase = twoTabs(store).map((tab, i) => Vault.open(tab, `phrase ${i}`, COST));
    const ends = await Promise.allSettled(byPassphrase);
    assert.deepEqual(ends.map(reasonOf).sort(), ['opened', 'passphrase.wrong']);
    await store.delete('data-key');
    const byToken = twoTabs(store).map((tab) => Vault.openWithToken(tab, tokenKey()));
    assert.deepEqual((await Promise.allSettled(byToken)).map(reasonOf).sort(), [
      'opened',
      'trustee.other-token',
    ]);
  });

  it('lies under one guard: the other is refused, and what was kept still opens', async () => {
    const token = tokenKey();
    const phrase = folderStore(join(folder, 'phrase'));
    await (await Vault.open(phrase, 'x', COST)).put('share', Uint8Array.of(1));
    await assert.rejects(Vault.openWithToken(phrase, token), { code: 'trustee.other-guard' });
    assert.equal(await vaultGuard(phrase), 'passphrase');
    assert.deepEqual(await (await Vault.open(phrase, 'x')).get('share'), Uint8Array.of(1));

    const held = folderStore(join(folder, 'held'));
    await (await Vault.openWithToken(held, token)).put('share', Uint8Array.of(1));
    await assert.rejects(Vault.open(held, 'x', COST), { code: 'trustee.other-guard' });
    assert.equal(await vaultGuard(held), 'token');
    assert.deepEqual(await (await Vault.openWithToken(held, token)).get('share'), Uint8Array.of(1));
  });

  it('has one guard, and one key, after both made it at once', async () => {
    const token = tokenKey();
    for (let pair = 0; pair < 20; pair++) {
      const store = folderStore(join(folder, String(pair)));
      const [one, two] = twoTabs(store);
      const ends = await Promise.allSettled([
        Vault.open(one, 'x', COST),
        Vault.openWithToken(two, token),
      ]);
      assert.deepEqual(ends.map(reasonOf).sort(), ['opened', 'trustee.other-guard']);
      const winner = ends.find((end) => end.status === 'fulfilled')!.value;
      await winner.put('share', Uint8Array.of(1));
      const byToken = ends[1].status === 'fulfilled';
      assert.equal(await vaultGuard(store), byToken ? 'token' : 'passphrase');
      const again = byToken ? Vault.openWithToken(store, token) : Vault.open(store, 'x');
      assert.deepEqual(await (await again).get('share'), Uint8Array.of(1));
    }
  });

  it('refuses the guard that was second by a moment', async () => {
    const token = tokenKey();
    const openings = [
      (store: TrusteeStore) => Vault.open(store, 'x', COST),
      (store: TrusteeStore) => Vault.openWithToken(store, token),
    ];
    for (const [i, first] of openings.entries()) {
      const store = folderStore(join(folder, String(i)));
      const late: TrusteeStore = {
        ...store,
        async add(name, record) {
          await (await first(store)).put('share', Uint8Array.of(1));
          return store.add(name, record);
        },
      };
      await assert.rejects(openings[1 - i]!(late), { code: 'trustee.other-guard' });
      assert.deepEqual(await (await first(store)).get('share'), Uint8Array.of(1));
    }
  });

  it('overwrites its copies of the data key and of what it seals', async (t) => {
    const token = tokenKey();
    await Vault.openWithToken(folderStore(folder), token);
    const importing = t.mock.method(crypto.subtle, 'importKey');
    const vault = await Vault.openWithToken(folderStore(folder), token);
    const keys = importing.mock.calls
      .map(({ arguments: [, bytes, algorithm] }) => ({ bytes, algorithm }))
      .filter(({ algorithm }) => algorithm === 'AES-GCM');
    // The key under which the data key lies, then the data key.
    assert.deepEqual(
      keys.map(({ bytes }) => bytes),
      [new Uint8Array(32), new Uint8Array(32)],
    );
    const encrypting = t.mock.method(crypto.subtle, 'encrypt');
    const secret = randomBytes(32);
    await vault.put('share', secret);
    assert.deepEqual(
      encrypting.mock.calls.map(({ arguments: [, , bytes] }) => bytes),
      [new Uint8Array(32)],
    );
    assert.deepEqual(await vault.get('share'), secret, 'the caller’s own bytes are left alone');
  });

  it('leaves no secret and no passphrase in the files', async () => {
    const secret = randomBytes(32);
    const vault = await Vault.open(folderStore(folder), 'canary passphrase', COST);
    await vault.put('dealing/1', secret);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      assert.equal(bytes.indexOf(Buffer.from(secret)), -1, entry.name);
      assert.equal(bytes.indexOf('canary'), -1, entry.name);
    }
  });

  it('refuses a changed record and one put under another name', async () => {
    const vault = await Vault.open(folderStore(folder), 'x', COST);
    await vault.put('share', randomBytes(32));
    const file = join(folder, 'share');
    const sealed = await readFile(file);
    await writeFile(join(folder, 'dealing'), sealed);
    await assert.rejects(vault.get('dealing'), { code: 'trustee.record-broken' });
    sealed[20]! ^= 1;
    await writeFile(file, sealed);
    await assert.rejects(vault.get('share'), { code: 'trustee.record-broken' });
  });

  it('takes the old record when a crash left half a new one beside it', async () => {
    const store = folderStore(folder);
    await store.put('share', Uint8Array.of(1));
    await writeFile(join(folder, 'share.new'), 'half');
    assert.deepEqual(await folderStore(folder).get('share'), Uint8Array.of(1));
    await store.put('share', Uint8Array.of(2));
    assert.deepEqual(await store.get('share'), Uint8Array.of(2));
    await store.delete('share');
    assert.equal(await store.get('share'), undefined);
  });
});
