/** `npm run sign` on a small board: openssl judges what it leaves. */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openSignedData } from '@kabina/cms/signed-data';
import { createAuthority } from '@kabina/cms/authority';
import { checkCertificate, parseCertificate } from '@kabina/cms/certificate';
import { flipped, goodBoard, TestElection } from '@kabina/election/testing';
import { missingDebianPackages } from '../runner/debian.ts';
import { pcscdMissing } from '../tokens/pcscd.ts';
import { Folder, run, type Outcome } from '../tokens/programs.ts';
import { CardSigner, type CardError } from './card-signer.ts';
import { simulatedToken } from './cards.ts';

const missing = missingDebianPackages(['openssl', 'libengine-gost-openssl']);
const skip = pcscdMissing() ?? (missing.length > 0 && `install ${missing.join(', ')}`);
const COMMAND = join(import.meta.dirname, 'main.ts');
const command = (...args: string[]): Promise<Outcome> => run(process.execPath, [COMMAND, ...args]);

/** As anybody would check it. */
function verify(folder: string, content = 'protocol.bin'): Promise<Outcome> {
  const at = (name: string): string => join(folder, name);
  return run('openssl', [
    ...['cms', '-verify', '-binary', '-inform', 'DER', '-in', at('protocol.p7s')],
    ...['-content', at(content), '-CAfile', at('ca.pem'), '-purpose', 'any'],
    ...['-engine', 'gost', '-out', '/dev/null'],
  ]);
}

describe('npm run sign', () => {
  let folder: Folder;
  let board: string;
  /** The same board before any contest has its results protocol. */
  let early: string;

  async function leave(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    for (const [path, bytes] of files) {
      const file = join(folder.at(name), path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    return folder.at(name);
  }

  before(async () => {
    folder = await Folder.make();
    const { election, steps } = await goodBoard(await TestElection.create());
    board = await leave('board', election.build(steps).files);
    const first = steps.findIndex(({ entry }) => entry?.type === 'protocol');
    early = await leave('early', election.build(steps.slice(0, first)).files);
  });
  after(() => folder.remove());

  for (const card of ['piv', 'openpgp', 'smartcard-hsm', 'gost'] as const) {
    it(
      `signs with ${card} what openssl verifies, and not with one byte changed`,
      { skip },
      async () => {
        const out = folder.at(card);
        const signed = await command('--board', board, '--card', card, '--out', out, '--json');
        assert.equal(signed.status, 0, signed.said);
        assert.match(signed.said, /: signed in \d+ ms \(session \d+ ms, card \d+ ms/);
        const [signer] = (JSON.parse(Buffer.from(signed.stdout).toString()) as Report).signers;
        assert.equal(signer?.member, 'Председатель П. П.');

        const good = await verify(out);
        assert.match(good.said, /CMS Verification successful/);
        assert.equal(good.status, 0);
        const content = new Uint8Array(await readFile(join(out, 'protocol.bin')));
        await writeFile(join(out, 'changed.bin'), flipped(content, content.length >> 1));
        assert.notEqual((await verify(out, 'changed.bin')).status, 0);
      },
    );
  }

  it(
    'leaves the signatures of several members in one file, beside the board',
    { skip },
    async () => {
      const copy = folder.at('copy');
      await cp(board, copy, { recursive: true });
      const members = ['--member', 'Иванова А. А.', '--member', 'Петров Б. Б.'];
      const signed = await command('--board', copy, '--card', 'piv', ...members);
      assert.equal(signed.status, 0, signed.said);
      assert.match((await verify(copy)).said, /CMS Verification successful/);
      const p7s = new Uint8Array(await readFile(join(copy, 'protocol.p7s')));
      const content = new Uint8Array(await readFile(join(copy, 'protocol.bin')));
      const names = openSignedData(p7s, content).map((one) => one.certificate.subject.commonName);
      assert.deepEqual(names.sort(), ['Иванова А. А.', 'Петров Б. Б.']);
    },
  );

  for (const [name, args, status, code] of [
    ['an unknown card', () => ['--board', board, '--card', 'visa'], 64, 'sign.card'],
    ['no board named', () => ['--card', 'piv'], 64, 'sign.usage'],
    ['no folder', () => ['--board', folder.at('none'), '--card', 'piv'], 66, 'board.not-found'],
    ['no results protocol', () => ['--board', early, '--card', 'piv'], 65, 'signed.early'],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const refused = await command(...args());
      assert.equal(refused.status, status);
      assert.match(refused.said, new RegExp(`^${code}: .+\n$`));
    });
  }
});

interface Report {
  readonly signers: readonly { readonly member: string }[];
}

describe('CardSigner', { skip }, () => {
  const period = {
    notBefore: new Date(Date.now() - 3600_000),
    notAfter: new Date(Date.now() + 3600_000),
  };
  const content = new TextEncoder().encode('протокол');
  const authority = createAuthority({ algorithm: 'ed25519', name: 'Authority', ...period });
  const root = parseCertificate(authority.certificate);
  let signer: CardSigner;
  before(async () => (signer = await CardSigner.open()));
  after(() => signer.close());

  // OpenSSL 3.0 does not know Ed25519 in CMS; @kabina/cms has it judged by Bouncy Castle.
  it('signs with Ed25519, one card after another', async () => {
    for (const name of ['Иванова А. А.', 'Петров Б. Б.']) {
      const token = simulatedToken('openpgp', name, authority, 'ed25519');
      const { cms, application, times } = await signer.sign(token, content);
      assert.equal(application, 'openpgp');
      assert.ok(times.total >= times.sign);
      const [one] = openSignedData(cms, content);
      assert.equal(one?.certificate.subject.commonName, name);
      assert.equal(checkCertificate(one.certificate, root, new Date()), undefined);
    }
  });

  it('says that the PIN was wrong, and signs with the right one after it', async () => {
    const token = simulatedToken('gost', 'Иванова А. А.', authority);
    const wrong = signer.sign(token, content, { pin: '00000000' });
    await assert.rejects(wrong, (error: CardError) => {
      assert.equal(error.code, 'card.pin-wrong');
      assert.equal(error.problem.triesLeft, 9);
      return true;
    });
    const { application } = await signer.sign(token, content);
    assert.equal(application, 'rutoken');
  });
});
