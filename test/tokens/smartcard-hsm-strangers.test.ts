/** The simulated SmartCard-HSM as OpenSC, whose driver is its only open description, sees it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { equalBytes } from '@kabina/crypto/bytes';
import { smartcardHsmCard } from '@kabina/tokens/testing/smartcard-hsm-card';
import { missingDebianPackages } from '../runner/debian.ts';
import { Pcscd, pcscdMissing } from './pcscd.ts';
import { person } from './people.ts';
import { run } from './programs.ts';
import { publicKeyFile, succeed, withCard } from './strangers.ts';

const PIN = '271828';
const missing = missingDebianPackages(['opensc', 'openssl']);
const skip = pcscdMissing() ?? (missing.length > 0 && `install ${missing.join(', ')}`);

for (const [algorithm, hash] of [
  ['ecdsa-p256', 'sha256'],
  ['ecdsa-p384', 'sha384'],
] as const) {
  describe(`SmartCard-HSM with ${algorithm}, over pcscd`, { skip }, () => {
    const { key, certificate } = person(algorithm);
    const make = () =>
      smartcardHsmCard({
        signature: { key, certificate },
        agreement: person('ecdsa-p256'),
        pin: PIN,
      });
    let pcscd: Pcscd;
    before(async () => (pcscd = await Pcscd.open()));
    after(() => pcscd.close());

    it('is read by OpenSC, which signs with it what openssl verifies', () =>
      withCard(make(), async (folder, reader) => {
        assert.match(await succeed('opensc-tool', '--reader', reader, '--name'), /^SmartCard-HSM/m);
        const opensc = (...args: string[]) =>
          succeed('pkcs11-tool', '--slot-description', reader, ...args);
        await opensc('--read-object', '--type=cert', '--id=01', '-o', folder.at('certificate'));
        assert.ok(equalBytes(await readFile(folder.at('certificate')), certificate));
        const keys = await opensc('--login', `--pin=${PIN}`, '--list-objects', '--type=privkey');
        assert.match(keys, /ID: +01\n +Usage: +sign\b/);
        assert.match(keys, /ID: +02\n +Usage: +derive\b/);

        const document = await folder.write('document', 'протокол');
        const digest = folder.at('digest');
        await succeed('openssl', 'dgst', `-${hash}`, '-binary', '-out', digest, document);
        const how = ['--mechanism=ECDSA', '--signature-format=openssl'];
        const files = ['-i', digest, '-o', folder.at('signature')];
        await opensc('--login', `--pin=${PIN}`, '--sign', '--id=01', ...how, ...files);
        const publicKey = await publicKeyFile(folder, certificate);
        const judged = ['-verify', publicKey, '-signature', folder.at('signature'), document];
        await succeed('openssl', 'dgst', `-${hash}`, ...judged);
      }));

    it('counts the wrong PINs that OpenSC brings', () => {
      const card = make();
      return withCard(card, async (_folder, reader) => {
        const args = ['--slot-description', reader, '--login', '--pin=314159', '-O'];
        assert.match((await run('pkcs11-tool', args)).said, /CKR_PIN_INCORRECT/);
        assert.equal(card.triesLeft, 2);
      });
    });
  });
}
