/** The applications in a real browser: nothing of Node's is needed to find a card and sign. */
import { assert } from 'chai';
import { findCard } from './find-card.ts';
import { selfSigned } from './testing/certificate.ts';
import { directTransport } from './testing/direct-transport.ts';
import { openPgpCard } from './testing/openpgp-card.ts';
import { pivCard } from './testing/piv-card.ts';
import { simulatedKey } from './testing/simulated-key.ts';

const text = (value: string) => new TextEncoder().encode(value);

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

describe('cards in a browser', () => {
  it('unpacks a PIV certificate', async () => {
    const key = simulatedKey('ecdsa-p256');
    const der = selfSigned(key);
    const card = pivCard({
      signature: { key, certificate: await gzip(der), compressed: true },
    });
    const found = await findCard(directTransport(card));
    assert.ok(found.ok);
    const certificate = await found.value.certificate();
    assert.ok(certificate.ok);
    assert.deepEqual(certificate.value.der, der);
  });

  it('signs with Ed25519, which Web Cryptography verifies', async () => {
    const signature = simulatedKey('ed25519');
    const card = openPgpCard({
      signature,
      certificate: selfSigned(signature),
      salt: new Uint8Array(8).fill(7),
    });
    const found = await findCard(directTransport(card, { extended: true }));
    assert.ok(found.ok);
    const message = text('протокол');
    const signed = await found.value.sign(message, text('123456'));
    assert.ok(signed.ok);
    const key = await crypto.subtle.importKey(
      'raw',
      signature.publicKey.slice(),
      'Ed25519',
      false,
      ['verify'],
    );
    assert.ok(await crypto.subtle.verify('Ed25519', key, signed.value.slice(), message));
  });
});
