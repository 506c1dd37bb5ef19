/**
 * Bouncy Castle judges what is made here, and we read what it makes: the one judge in Debian that
 * knows Ed25519 in CMS (RFC 8419), and a second one of GOST.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inFolder, read } from '../test/openssl.ts';
import { ALGORITHMS, CONTENT, member, NOW, sign } from '../test/people.ts';
import { checkCertificate, parseCertificate } from './certificate.ts';
import { mergeSignedData, openSignedData } from './signed-data.ts';

const JARS = ['bcprov', 'bcutil', 'bcpkix'].map((name) => `/usr/share/java/${name}.jar`);
const JUDGE = fileURLToPath(new URL('../test/Judge.java', import.meta.url));

function judge(folder: string, ...args: string[]): string {
  const command = ['-cp', JARS.join(':'), JUDGE, ...args];
  const { status, stdout, stderr } = spawnSync('java', command, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the judge failed: ${stdout}${stderr}`);
  return stdout;
}

const hasJudge =
  JARS.every((jar) => existsSync(jar)) &&
  spawnSync('java', ['--list-modules'], { encoding: 'utf8' }).stdout.includes('jdk.compiler');
const options = {
  skip:
    !hasJudge && 'needs Java and Bouncy Castle: apt install default-jdk-headless libbcpkix-java',
};

test(
  'Bouncy Castle verifies a document signed with every algorithm, and no other document',
  options,
  () => {
    const members = ALGORITHMS.map((algorithm) => member(algorithm));
    const p7s = mergeSignedData(members.map((one) => sign(one, CONTENT, { signingTime: NOW })));
    const roots = Object.fromEntries(
      members.map(({ authority }, i) => [`ca${i}`, authority.certificate]),
    );
    const files = { content: CONTENT, other: CONTENT.subarray(1), p7s, ...roots };
    inFolder(files, (folder) => {
      const verdicts = (...args: string[]) =>
        judge(folder, 'verify', ...args)
          .trim()
          .split('\n')
          .sort();
      const kinds = ['1.2.643.7.1.1.1.1', '1.2.840.10045.2.1', '1.2.840.10045.2.1', '1.3.101.112'];
      assert.deepEqual(
        verdicts('content', 'p7s', ...Object.keys(roots)),
        kinds.map((kind) => `${kind} good`),
      );
      for (const verdict of verdicts('other', 'p7s', ...Object.keys(roots)))
        assert.match(verdict, / bad .*digest/);
    });
  },
);

test('we open what Bouncy Castle signs with Ed25519', options, () => {
  inFolder({ content: CONTENT }, (folder) => {
    judge(folder, 'sign', 'Ed25519', 'content', 'p7s', 'ca');
    const [signer] = openSignedData(read(folder, 'p7s'), CONTENT);
    assert.ok(signer);
    assert.equal(signer.certificate.algorithm, 'ed25519');
    assert.equal(signer.certificate.subject.commonName, 'member');
    const authority = parseCertificate(read(folder, 'ca'));
    assert.equal(checkCertificate(signer.certificate, authority, new Date()), undefined);
  });
});
