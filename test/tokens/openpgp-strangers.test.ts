/** The simulated OpenPGP card as GnuPG and OpenSC see it over pcscd. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encodeSignature } from '@kabina/cms/authority';
import { fromPem } from '@kabina/cms/pem';
import { bytesToHex, equalBytes, utf8ToBytes } from '@kabina/crypto/bytes';
import { openPgpCard } from '@kabina/tokens/testing/openpgp-card';
import { missingDebianPackages } from '../runner/debian.ts';
import { Pcscd, pcscdMissing } from './pcscd.ts';
import { person } from './people.ts';
import { run, type Folder } from './programs.ts';
import { Scdaemon } from './scdaemon.ts';
import { publicKeyFile, succeed, withCard } from './strangers.ts';

const PIN = '271828';
const WRONG = '314159';
const missing = missingDebianPackages(['gpg', 'scdaemon', 'opensc', 'openssl']);
const skip = pcscdMissing() ?? (missing.length > 0 && `install ${missing.join(', ')}`);

async function withScdaemon(
  home: Folder,
  reader: string,
  work: (scdaemon: Scdaemon) => Promise<void>,
): Promise<void> {
  const scdaemon = await Scdaemon.start(home.path, reader);
  try {
    await work(scdaemon);
  } finally {
    await scdaemon.stop();
  }
}

for (const [algorithm, curve, name] of [
  ['ed25519', 'Ed25519', 'ed25519'],
  ['ecdsa-p256', 'NIST P-256', 'nistp256'],
] as const) {
  describe(`OpenPGP card with ${algorithm}, over pcscd`, { skip }, () => {
    const { key, certificate } = person(algorithm);
    const make = () => openPgpCard({ signature: key, certificate, pin: PIN });
    let pcscd: Pcscd;
    before(async () => (pcscd = await Pcscd.open()));
    after(() => pcscd.close());

    it('is read by scdaemon, which signs with it what openssl verifies', () => {
      const card = make();
      return withCard(card, (folder, reader) =>
        withScdaemon(folder, reader, async (scdaemon) => {
          assert.match(
            (await scdaemon.ask('SERIALNO openpgp')).status.join(),
            /^SERIALNO D2760001/,
          );
          const learned = (await scdaemon.ask('LEARN --force')).status;
          assert.ok(learned.includes('CHV-STATUS +0+127+127+127+3+0+3'), learned.join('\n'));
          assert.ok(learned.some((line) => /^KEYPAIRINFO [0-9A-F]{40} OPENPGP\.1/.test(line)));
          const publicKey = bytesToHex((await scdaemon.ask('READKEY OPENPGP.1')).data);
          assert.ok(publicKey.includes(bytesToHex(utf8ToBytes(curve))));
          assert.ok(publicKey.includes(bytesToHex(key.publicKey)));

          // For Ed25519 the 32 bytes are the message itself, as GnuPG has it.
          const input = new Uint8Array(32).fill(0x5a);
          await scdaemon.ask(`SETDATA ${bytesToHex(input)}`);
          const signed = await scdaemon.ask('PKSIGN --hash=sha256 OPENPGP.1', PIN);
          assert.ok(signed.ok, signed.line);
          const signature = encodeSignature(algorithm, signed.data);
          await succeed(
            ...['openssl', 'pkeyutl', '-verify', '-pubin'],
            ...(algorithm === 'ed25519' ? ['-rawin'] : []),
            ...['-inkey', await publicKeyFile(folder, certificate)],
            ...['-in', await folder.write('input', input)],
            ...['-sigfile', await folder.write('signature', signature)],
          );

          // One PIN is good for one signature; a wrong one is counted.
          await scdaemon.ask(`SETDATA ${bytesToHex(input)}`);
          const refused = await scdaemon.ask('PKSIGN --hash=sha256 OPENPGP.1', WRONG);
          assert.match(refused.line, /Bad PIN/);
          assert.equal(card.triesLeft, 2);
          const status = (await scdaemon.ask('GETATTR CHV-STATUS')).status;
          assert.deepEqual(status, ['CHV-STATUS +0+127+127+127+2+0+3']);
        }),
      );
    });

    it('is shown by gpg --card-status', () =>
      withCard(make(), async (folder, reader) => {
        await folder.write('scdaemon.conf', `disable-ccid\nreader-port ${reader}\n`);
        const env = { GNUPGHOME: folder.path };
        const { said } = await run('gpg', ['--card-status'], { env });
        await run('gpgconf', ['--kill', 'all'], { env });
        assert.match(said, /Application type .: OpenPGP/);
        assert.match(said, new RegExp(`Key attributes ...: ${name} rsa2048 rsa2048`));
        assert.match(said, /PIN retry counter : 3 0 3/);
      }));

    it('gives OpenSC its certificate', () =>
      withCard(make(), async (_folder, reader) => {
        const args = ['--reader', reader, '--read-certificate', '1'];
        const { stdout, said } = await run('pkcs15-tool', args);
        assert.ok(
          equalBytes(fromPem(Buffer.from(stdout).toString(), 'CERTIFICATE'), certificate),
          said,
        );
      }));
  });
}
