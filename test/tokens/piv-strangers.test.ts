/** The simulated PIV card as OpenSC and Yubico's own tool see it over pcscd. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { equalBytes } from '@kabina/crypto/bytes';
import { pivCard } from '@kabina/tokens/testing/piv-card';
import { missingDebianPackages } from '../runner/debian.ts';
import { Pcscd, pcscdMissing } from './pcscd.ts';
import { person } from './people.ts';
import { run } from './programs.ts';
import { publicKeyFile, succeed, withCard } from './strangers.ts';

const PIN = '271828';
const WRONG = '314159';
const missing = missingDebianPackages(['opensc', 'yubico-piv-tool', 'openssl']);
const skip = pcscdMissing() ?? (missing.length > 0 && `install ${missing.join(', ')}`);
const yubico = (...args: string[]) => run('yubico-piv-tool', ['--reader=Virtual', ...args]);

for (const [algorithm, hash, name] of [
  ['ecdsa-p256', 'sha256', 'ECCP256'],
  ['ecdsa-p384', 'sha384', 'ECCP384'],
] as const) {
  describe(`PIV with ${algorithm}, over pcscd`, { skip }, () => {
    const { key, certificate } = person(algorithm);
    const make = () => pivCard({ signature: { key, certificate }, pin: PIN });
    let pcscd: Pcscd;
    before(async () => (pcscd = await Pcscd.open()));
    after(() => pcscd.close());

    it('is read by OpenSC, which signs with it what openssl verifies', () =>
      withCard(make(), async (folder, reader) => {
        const opensc = (...args: string[]) =>
          succeed('pkcs11-tool', '--slot-description', reader, ...args);
        await opensc('--read-object', '--type=cert', '--id=02', '-o', folder.at('certificate'));
        assert.ok(equalBytes(await readFile(folder.at('certificate')), certificate));
        const document = await folder.write('document', 'протокол');
        const how = [`--mechanism=ECDSA-${hash.toUpperCase()}`, '--signature-format=openssl'];
        const files = ['-i', document, '-o', folder.at('signature')];
        await opensc('--login', `--pin=${PIN}`, '--sign', '--id=02', ...how, ...files);
        const publicKey = await publicKeyFile(folder, certificate);
        const judged = ['-verify', publicKey, '-signature', folder.at('signature'), document];
        await succeed('openssl', 'dgst', `-${hash}`, ...judged);
      }));

    it('counts the wrong PINs that OpenSC brings, until it is blocked', () => {
      const card = make();
      return withCard(card, async (_folder, reader) => {
        const login = async (pin: string): Promise<string> => {
          const args = ['--slot-description', reader, '--login', `--pin=${pin}`, '-O'];
          return (await run('pkcs11-tool', args)).said;
        };
        for (const left of [2, 1, 0]) {
          assert.match(await login(WRONG), /CKR_PIN_(INCORRECT|LOCKED)/);
          assert.equal(card.triesLeft, left);
        }
        assert.match(await login(PIN), /CKR_PIN_LOCKED/);
      });
    });

    it('is read by yubico-piv-tool, which signs with it what openssl verifies', () =>
      withCard(make(), async (folder) => {
        const { said } = await yubico('-a', 'status');
        assert.match(said, new RegExp(`Slot 9c:\\s+Algorithm:\\s+${name}[^]*PIN tries left:\\s+3`));
        const place = ['-s', '9c', '-K', 'DER', '-o', folder.at('certificate')];
        await yubico('-a', 'read-certificate', ...place);
        assert.ok(equalBytes(await readFile(folder.at('certificate')), certificate));
        // Its own requests for certificates fail with any P-256 key and OpenSSL 3, card or none.
        const publicKey = await publicKeyFile(folder, certificate);
        const signing = ['-a', 'verify-pin', '-P', PIN, '-a', 'test-signature', '-s', '9c'];
        const what = ['-A', name, '-H', hash.toUpperCase(), '-i', folder.at('certificate.pem')];
        const signed = await yubico('--verbose=1', ...signing, ...what);
        assert.match(signed.said, /Successful ECDSA verification/);
        const [digest, answer] = [
          /hashes as: ([0-9a-f ]+)/,
          /< 7c .. 82 .. ([0-9a-f ]+) 90 00/,
        ].map((pattern) => Buffer.from(pattern.exec(signed.said)![1]!.replaceAll(' ', ''), 'hex'));
        await succeed(
          ...['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', publicKey],
          ...['-in', await folder.write('digest', digest!)],
          ...['-sigfile', await folder.write('signature', answer!)],
        );
      }));

    it('counts the wrong PINs that yubico-piv-tool brings', () =>
      withCard(make(), async () => {
        const wrong = await yubico('-a', 'verify-pin', '-P', WRONG);
        assert.notEqual(wrong.status, 0);
        assert.match(wrong.said, /2 tries left/);
        const right = await yubico('-a', 'verify-pin', '-P', PIN);
        assert.match(right.said, /Successfully verified PIN/);
        assert.match((await yubico('-a', 'status')).said, /PIN tries left:\s+3/);
      }));
  });
}
