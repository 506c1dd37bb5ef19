/**
 * The simulated Рутокен ЭЦП as OpenSC's driver rtecp, its only open description, sees it over pcscd;
 * OpenSSL's gost engine judges the signature.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { rutokenCard } from '@kabina/tokens/testing/rutoken-card';
import { missingDebianPackages } from '../runner/debian.ts';
import { Pcscd, pcscdMissing } from './pcscd.ts';
import { person } from './people.ts';
import { run } from './programs.ts';
import { publicKeyFile, succeed, withCard } from './strangers.ts';

const PIN = '27182818';
const missing = missingDebianPackages(['opensc', 'openssl', 'libengine-gost-openssl']);
const skip = pcscdMissing() ?? (missing.length > 0 && `install ${missing.join(', ')}`);

describe('Rutoken with GOST R 34.10-2012, over pcscd', { skip }, () => {
  const { key, certificate } = person('gost3410-2012-256');
  const make = () => rutokenCard({ key, certificate, pin: PIN });
  let pcscd: Pcscd;
  before(async () => (pcscd = await Pcscd.open()));
  after(() => pcscd.close());

  it('is read by OpenSC, which signs with it what the gost engine verifies', () =>
    withCard(make(), async (folder, reader) => {
      assert.match(await succeed('opensc-tool', '--reader', reader, '--name'), /^Rutoken ECP$/m);
      // The certificate itself OpenSC 0.23 can't read: it knows no GOST keys of 2012.
      const objects = await succeed('pkcs15-tool', '--reader', reader, '--dump');
      assert.match(objects, /Private GOSTR3410 Key [^]*ID +: 45/);
      assert.match(objects, /X.509 Certificate [^]*Path +: 3f0050003301\n\tID +: 45/);

      const digest = folder.at('digest');
      const document = await folder.write('document', 'протокол');
      const gost = ['-engine', 'gost'];
      await succeed(
        ...['openssl', 'dgst', ...gost, '-md_gost12_256', '-binary', '-out', digest, document],
      );
      // Digest and signature in the engine's byte order on both sides of OpenSC.
      await succeed(
        ...['pkcs11-tool', '--slot-description', reader, '--login', `--pin=${PIN}`, '--sign'],
        ...['--mechanism=GOSTR3410', '--id=45', '-i', digest, '-o', folder.at('signature')],
      );
      await succeed(
        ...['openssl', 'pkeyutl', ...gost, '-verify', '-pubin', '-in', digest],
        ...['-inkey', await publicKeyFile(folder, certificate, ...gost)],
        ...['-sigfile', folder.at('signature')],
      );
    }));

  it('counts the wrong PINs that OpenSC brings', () => {
    const card = make();
    return withCard(card, async (_folder, reader) => {
      const args = ['--slot-description', reader, '--login', '--pin=31415926', '-O'];
      assert.match((await run('pkcs11-tool', args)).said, /CKR_PIN_INCORRECT/);
      assert.equal(card.triesLeft, 9);
    });
  });
});
