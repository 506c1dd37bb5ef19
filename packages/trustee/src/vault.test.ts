import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { p256 } from '@noble/curves/nist.js';
import { randomBytes } from '@kabina/crypto/bytes';
import { folderStore } from './folder-store.ts';
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
