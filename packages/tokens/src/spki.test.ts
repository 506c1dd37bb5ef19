import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { certificateKey } from './spki.ts';
import { selfSigned } from './testing/certificate.ts';
import { simulatedKey } from './testing/simulated-key.ts';

/** A certificate that OpenSSL has made, and its key as OpenSSL writes it. */
function opensslCertificate(...algorithm: string[]): { der: Uint8Array; spki: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'spki-'));
  const args = ['req', '-x509', '-nodes', '-subj', '/CN=test', '-outform', 'DER'];
  const key = ['-keyout', join(folder, 'key'), '-newkey', ...algorithm];
  const { stdout, stderr, status } = spawnSync('openssl', [...args, ...key]);
  rmSync(folder, { recursive: true });
  assert.equal(status, 0, String(stderr));
  const spki = new X509Certificate(stdout).publicKey.export({ type: 'spki', format: 'der' });
  return { der: new Uint8Array(stdout), spki };
}

const KINDS = [
  ['ecdsa-p256', 65, ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
  ['ecdsa-p384', 97, ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
  ['ed25519', 32, ['ed25519']],
] as const;

test('the keys of OpenSSL’s certificates', () => {
  for (const [algorithm, length, args] of KINDS) {
    const { der, spki } = opensslCertificate(...args);
    const key = certificateKey(der);
    assert.equal(key?.algorithm, algorithm);
    assert.deepEqual(Buffer.from(key.publicKey), spki.subarray(-length));
  }
});

test('keys of other kinds are none of ours', () => {
  assert.equal(certificateKey(opensslCertificate('rsa:2048').der), undefined);
  const { der } = opensslCertificate('ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1');
  assert.equal(certificateKey(der), undefined);
});

test('the certificates that simulated cards carry verify under OpenSSL', () => {
  for (const [algorithm] of KINDS) {
    const key = simulatedKey(algorithm);
    const der = selfSigned(key, { name: 'Секретарь' });
    const certificate = new X509Certificate(der);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.deepEqual(certificateKey(der), { algorithm, publicKey: key.publicKey });
  }
});

test('a GOST key is x ‖ y as it stands', () => {
  const publicKey = new Uint8Array(64).map((_, i) => i + 1);
  const sign = () => new Uint8Array(64).fill(1);
  const der = selfSigned({ algorithm: 'gost3410-2012-256', publicKey, sign });
  assert.deepEqual(certificateKey(der), { algorithm: 'gost3410-2012-256', publicKey });
});

test('nothing after the certificate, nothing missing', () => {
  const der = selfSigned(simulatedKey('ecdsa-p256'));
  assert.equal(certificateKey(Buffer.concat([der, Buffer.of(0)])), undefined);
  for (let length = 0; length < der.length; length++) {
    assert.equal(certificateKey(der.subarray(0, length)), undefined);
  }
});

test('a certificate with one byte changed is read or refused, and never throws', () => {
  const der = selfSigned(simulatedKey('ecdsa-p256'));
  const place = fc.integer({ min: 0, max: der.length - 1 });
  fc.assert(
    fc.property(place, fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const changed = der.slice();
      changed[at] = byte;
      const key = certificateKey(changed);
      if (key) assert.equal(key.publicKey.length, key.algorithm === 'ecdsa-p256' ? 65 : 97);
    }),
    { numRuns: 2000 },
  );
});
