/** What a machine signs, and that it signs nothing else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { frame, randomBytes } from '@kabina/crypto/bytes';
import { publicKey, verify } from '@kabina/crypto/ed25519';
import { checkSignatures, cosignEntry, type Entry } from '@kabina/election/entries';
import { kioskPromise } from '@kabina/election/receipt';
import { encodeDeliveryRequest } from '@kabina/election/station-delivery';
import type { Manifest } from '@kabina/election/manifest';
import { fieldsOf, maySign, signAs, type MachineKey, type MachineRole } from './machine-key.ts';

const seed = randomBytes(32);
const election = randomBytes(32);
const entry = (type: string) => frame('kabina/v1/entry', type, election, 'body');

/** As a page asks: what the house's own encoders give to a signer. */
function signerOf(role: MachineRole, id: string) {
  const key: MachineKey = { role, id, seed };
  return {
    by: `${role === 'desk' ? 'station' : 'kiosk'}/${id}`,
    sign: (input: Uint8Array) => {
      const signature = signAs(key, input);
      return signature === undefined
        ? Promise.reject(new Error('refused'))
        : Promise.resolve(signature);
    },
  };
}

describe('the machine’s key', () => {
  it('signs what a kiosk and a desk have to sign, as the election reads it', async () => {
    const manifest = {
      kiosks: [{ id: 'K1', station: '101', signingKey: publicKey(seed) }],
      stations: [{ id: '101', signingKey: publicKey(seed) }],
    } as unknown as Manifest;
    const body = { station: '101', kiosk: 'K1', number: 0, root: new Uint8Array(32) };
    let held = { type: 'held', election, body, signatures: [] } as unknown as Entry & {
      type: 'held';
    };
    for (const signer of [signerOf('kiosk', 'K1'), signerOf('desk', '101')]) {
      held = await cosignEntry(held, signer);
    }
    assert.equal(checkSignatures(manifest, held), undefined);
    const kiosk = signerOf('kiosk', 'K1');
    const promise = { election, core: seed, entry: seed, before: 'tally', kiosk: 'K1' } as const;
    assert.equal((await kioskPromise(promise, kiosk))[1].length, 64);
    const cards = [[randomBytes(384)]];
    const request = { election, station: '101', kiosk: 'K1', style: 's', batch: 1, cards };
    await encodeDeliveryRequest(request, kiosk);
    await assert.rejects(encodeDeliveryRequest(request, signerOf('desk', '101')), /refused/);
  });

  it('signs nothing of another domain, of another’s duties, or that is no frame', () => {
    const refused: [MachineRole, Uint8Array][] = [
      ['kiosk', new Uint8Array()],
      ['kiosk', frame('kabina/v1/delivery')],
      ['kiosk', frame('kabina/v1/delivery', 'a', 'b')],
      ['kiosk', frame('kabina/v1/delivery2', 'a')],
      ['kiosk', frame('kabina/v1/transcript', 'a')],
      ['kiosk', frame('', 'kabina/v1/delivery')],
      ['kiosk', frame('KABINA/V1/PROMISE', 'a')],
      ['kiosk', entry('closed')],
      ['kiosk', entry('spoiled')],
      ['kiosk', entry('held').subarray(1)],
      ['kiosk', entry('held').subarray(0, -1)],
      ['kiosk', new Uint8Array([...entry('held'), 0])],
      ['kiosk', frame('kabina/v1/entry', 'held', election.subarray(1), 'body')],
      ['kiosk', frame('kabina/v1/entry', 'held', election)],
      ['desk', frame('kabina/v1/promise', 'a')],
      ['desk', entry('delivered')],
      ['desk', entry('cancelled')],
    ];
    for (const [role, input] of refused) {
      const said = Buffer.from(input).toString('latin1');
      assert.equal(signAs({ role, id: 'x', seed }, input), undefined, `${role}: ${said}`);
    }
    const taken: [MachineRole, Uint8Array][] = [
      ['kiosk', entry('delivered')],
      ['kiosk', entry('cancelled')],
      ['desk', entry('spoiled')],
      ['desk', entry('marked')],
    ];
    for (const [role, input] of taken) {
      const signature = signAs({ role, id: 'x', seed }, input)!;
      assert.ok(verify(signature, input, publicKey(seed)));
    }
  });

  it('reads frames back as they were made, and signs no bytes made up', () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), (fields) => {
        assert.deepEqual(
          fieldsOf(frame(...fields))!.map((field) => [...field]),
          fields.map((field) => [...field]),
        );
      }),
    );
    const noise = fc.uint8Array({ maxLength: 200 });
    fc.assert(fc.property(noise, (input) => assert.equal(maySign('kiosk', input), false)));
  });
});
