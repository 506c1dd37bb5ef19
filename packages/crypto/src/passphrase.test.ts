import assert from 'node:assert/strict';
import { createDecipheriv, scryptSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { randomBytes } from './bytes.ts';
import { openUnderPassphrase, sealUnderPassphrase } from './passphrase.ts';

const LABEL = 'kabina/v1/share';
const COST = 14;

describe('a secret under a passphrase', () => {
  it('opens with the passphrase, however its letters are composed', async () => {
    const secret = randomBytes(32);
    const sealed = await sealUnderPassphrase('пароль Ёлки', LABEL, secret, COST);
    assert.deepEqual(
      await openUnderPassphrase('пароль Ёлки'.normalize('NFD'), LABEL, sealed),
      secret,
    );
  });

  it('is plain scrypt and AES-256-GCM: Node opens it alone', async () => {
    const secret = randomBytes(48);
    const sealed = await sealUnderPassphrase('correct horse', LABEL, secret, COST);
    const key = scryptSync('correct horse', sealed.subarray(5, 21), 32, {
      N: 2 ** COST,
      r: 8,
      p: 1,
      maxmem: 2 ** 26,
    });
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(21, 33));
    decipher.setAAD(Buffer.concat([sealed.subarray(0, 33), Buffer.from(LABEL)]));
    decipher.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([decipher.update(sealed.subarray(33, -16)), decipher.final()]);
    assert.deepEqual(new Uint8Array(opened), secret);
  });

  it('refuses another passphrase, another label and any changed byte', async () => {
    const sealed = await sealUnderPassphrase('right', LABEL, randomBytes(32), COST);
    await assert.rejects(openUnderPassphrase('wrong', LABEL, sealed), { code: 'passphrase.wrong' });
    await assert.rejects(openUnderPassphrase('right', 'kabina/v1/other', sealed), {
      code: 'passphrase.wrong',
    });
    for (const at of [6, 22, 40, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at]! ^= 1;
      await assert.rejects(openUnderPassphrase('right', LABEL, changed), {
        code: 'passphrase.wrong',
      });
    }
  });

  it('refuses whatever is no such file, without spending memory on it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async (bytes) => {
        await assert.rejects(openUnderPassphrase('x', LABEL, bytes), {
          code: 'passphrase.malformed',
        });
      }),
    );
    const costly = await sealUnderPassphrase('x', LABEL, randomBytes(8), COST);
    costly[4] = 30;
    await assert.rejects(openUnderPassphrase('x', LABEL, costly), { code: 'passphrase.malformed' });
  });
});
